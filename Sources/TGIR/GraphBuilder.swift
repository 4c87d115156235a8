package import TGPlan
package import TGTensor

/// Builds a graph node by node; equal nodes are made once.
///
/// The convenience functions of TGOps (`add`, `reshape`, `convolution` …) extend this type.
package struct GraphBuilder: Sendable {
  /// What was built so far.
  package private(set) var graph: Graph
  /// Stamped on every node made from now on.
  package var origin = Origin()
  private var known: [Node: Value] = [:]

  /// Starts an empty graph.
  package init(name: String) { graph = Graph(name: name) }

  /// Goes on with a graph; of equal nodes the first is the one that is found again.
  package init(extending graph: Graph) {
    self.graph = graph
    for (index, node) in graph.nodes.enumerated() where known[node] == nil {
      known[node] = Value(index)
    }
  }

  /// The shape of a value.
  package func shape(_ value: Value) -> Shape { graph.shape(value) }

  /// The type of a value.
  package func type(_ value: Value) -> TensorType { graph.type(value) }

  /// The node of a value.
  package subscript(value: Value) -> Node { graph[value] }

  /// Appends a node, or finds the equal one that is there.
  ///
  /// - Throws: `TypeRuleError` if the operands do not fit the op.
  package mutating func insert(_ op: any Op, _ operands: [Value]) throws(TypeRuleError) -> Value {
    if let value = try existing(op, operands) { return value }
    let value = try graph.insert(op, operands, origin: origin)
    known[graph[value]] = value
    return value
  }

  /// The value of an equal node that is there; nil if there is none.
  ///
  /// - Throws: `TypeRuleError` if the operands do not fit the op.
  package func existing(_ op: any Op, _ operands: [Value]) throws(TypeRuleError) -> Value? {
    let type = try op.resultType(for: operands.map { graph.type($0) })
    return known[Node(op: op, operands: operands, type: type)]
  }

  /// Declares a result.
  package mutating func output(
    _ name: String, _ value: Value, stage: GraphStage = .given, role: InterfaceItem.Role = .value
  ) {
    output(GraphOutput(name: name, value: value, stage: stage, role: role))
  }

  /// Declares a result.
  package mutating func output(_ output: GraphOutput) { graph.outputs.append(output) }
}
