/// What gives a leaf its value.
package enum LeafKind: Hashable, Sendable {
  /// Whoever runs the function.
  case input
  /// A checkpoint, when it is bound.
  case parameter
  /// The op itself.
  case constant
}

/// Who reads the values of a graph. Nodes that no output needs do not count.
package struct Uses: Sendable {
  private let readers: [[Value]]
  private let outputs: Set<Value>

  fileprivate init(_ graph: Graph) {
    var readers = [[Value]](repeating: [], count: graph.nodes.count)
    let live = graph.live
    for (index, node) in graph.nodes.enumerated() where live[index] {
      for operand in node.operands { readers[operand.index].append(Value(index)) }
    }
    self.readers = readers
    outputs = Set(graph.outputs.map(\.value))
  }

  /// The nodes that read a value in order, a node once for each operand that is the value.
  package subscript(value: Value) -> [Value] { readers[value.index] }

  /// Whether the value is a result of the graph.
  package func isOutput(_ value: Value) -> Bool { outputs.contains(value) }

  /// Whether nobody but a node reads a value, and it is no result of the graph: a node that takes
  /// its computation in makes it needless.
  package func isRead(_ value: Value, onlyBy reader: Value) -> Bool {
    !isOutput(value) && self[value].allSatisfy { $0 == reader }
  }

  /// The same for several nodes that become one.
  package func isRead(_ value: Value, onlyBy readers: Set<Value>) -> Bool {
    !isOutput(value) && self[value].allSatisfy { readers.contains($0) }
  }
}

extension Graph {
  /// Who reads each value.
  package var uses: Uses { Uses(self) }

  /// For each value, whether an output needs it.
  package var live: [Bool] {
    var live = [Bool](repeating: false, count: nodes.count)
    for output in outputs { live[output.value.index] = true }
    for index in nodes.indices.reversed() where live[index] {
      for operand in nodes[index].operands { live[operand.index] = true }
    }
    return live
  }

  /// For each value, whether it depends on an input. What does not is known before the first run.
  package var dependsOnInput: [Bool] {
    var depends: [Bool] = []
    for node in nodes {
      depends.append(node.op.leaf == .input || node.operands.contains { depends[$0.index] })
    }
    return depends
  }

  /// The graph without nodes that no output needs; the others keep their order.
  package var swept: Graph {
    let live = live
    guard live.contains(false) else { return self }
    var graph = Graph(name: name)
    var values = [Value?](repeating: nil, count: nodes.count)
    for (index, node) in nodes.enumerated() where live[index] {
      var moved = node
      moved.operands = node.operands.compactMap { values[$0.index] }
      values[index] = graph.append(moved)
    }
    graph.outputs = outputs.compactMap { output in
      values[output.value.index].map { output.moved(to: $0) }
    }
    return graph
  }
}
