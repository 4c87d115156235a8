package import TGONNX

/// Makes an exported graph as short as a person would write it; no number changes.
///
/// - `Transpose(Transpose(x))` becomes one, or nothing where the orders undo each other.
/// - `Identity` disappears where an output may have the name of what it is.
/// - `Add` of a number for each channel after `Conv`, `ConvTranspose` or `Gemm` becomes its bias, `Mul` and
///   `Add` after a norm its scale and shift (`Absorption`).
/// - Nodes and initialisers that nothing reads disappear.
package struct ONNXPeephole {
  /// The shortened graph.
  package private(set) var graph: ONNXGraph
  private let inputs: Set<String>
  private let outputs: Set<String>

  /// Shortens a graph whose nodes have one result each.
  package init(_ graph: ONNXGraph) {
    self.graph = graph
    inputs = Set(graph.inputs.map(\.name))
    outputs = Set(graph.outputs.map(\.name))
    mergeTransposes()
    absorb()
    renameOutputs()
    sweep()
  }

  private mutating func mergeTransposes() {
    var makers: [String: ONNXNode] = [:]
    var names: [String: String] = [:]
    var kept: [ONNXNode] = []
    for var node in graph.nodes {
      node.inputs = node.inputs.map { names[$0] ?? $0 }
      if let order = node.order {
        var (source, whole) = (node.inputs[0], order)
        if let inner = makers[source], let innerOrder = inner.order {
          (source, whole) = (inner.inputs[0], order.map { innerOrder[$0] })
        }
        if whole == Array(whole.indices) {
          names[node.outputs[0]] = source
          continue
        }
        node.inputs = [source]
        node.attributes = [ONNXAttribute("perm", .ints(whole))]
      }
      makers[node.outputs[0]] = node
      kept.append(node)
    }
    graph.nodes = kept
    sweep()
  }

  /// Lets what can have a scale or a bias take in what multiplies or adds one.
  private mutating func absorb() {
    var makers: [String: Int] = [:]
    for (index, node) in graph.nodes.enumerated() { makers[node.outputs[0]] = index }
    let uses = useCounts
    var tensors = Absorption(graph, except: inputs)
    for (index, node) in graph.nodes.enumerated()
    where node.operation == "Add" || node.operation == "Mul" {
      for (value, factor) in [(node.inputs[0], node.inputs[1]), (node.inputs[1], node.inputs[0])] {
        guard let maker = makers[value], uses[value] == 1, uses[factor] == 1,
          let taken = tensors.take(node.operation, factor, into: graph.nodes[maker])
        else { continue }
        graph.nodes[maker] = taken
        graph.nodes[index] = ONNXNode("Identity", [value], node.outputs, name: node.name)
        // What follows may be taken in as well.
        makers[node.outputs[0]] = maker
        break
      }
    }
    graph.initializers = tensors.initializers
    dropIdentities()
  }

  /// Lets what reads an identity read its operand; those of outputs stay.
  private mutating func dropIdentities() {
    var names: [String: String] = [:]
    graph.nodes = graph.nodes.compactMap { node in
      var node = node
      node.inputs = node.inputs.map { names[$0] ?? $0 }
      guard node.operation == "Identity", !outputs.contains(node.outputs[0]) else { return node }
      names[node.outputs[0]] = node.inputs[0]
      return nil
    }
  }

  /// Gives a result that is an output the output's name.
  private mutating func renameOutputs() {
    let made = Set(graph.nodes.map { $0.outputs[0] })
    var names: [String: String] = [:]
    graph.nodes.removeAll { node in
      let (value, name) = (node.inputs.first ?? "", node.outputs[0])
      guard node.operation == "Identity", outputs.contains(name), made.contains(value),
        !outputs.contains(value), names[value] == nil
      else { return false }
      names[value] = name
      return true
    }
    for index in graph.nodes.indices {
      graph.nodes[index].inputs = graph.nodes[index].inputs.map { names[$0] ?? $0 }
      graph.nodes[index].outputs = graph.nodes[index].outputs.map { names[$0] ?? $0 }
    }
  }

  private var useCounts: [String: Int] {
    var counts: [String: Int] = [:]
    for name in graph.nodes.flatMap(\.inputs) + graph.outputs.map(\.name) {
      counts[name, default: 0] += 1
    }
    return counts
  }

  /// Removes what no output needs.
  private mutating func sweep() {
    var needed = outputs.union(inputs)
    var kept: [ONNXNode] = []
    for node in graph.nodes.reversed() where node.outputs.contains(where: needed.contains) {
      needed.formUnion(node.inputs)
      kept.append(node)
    }
    graph.nodes = kept.reversed()
    graph.initializers.removeAll { !needed.contains($0.name) }
    let made = Set(kept.map { $0.outputs[0] }).subtracting(outputs)
    graph.values.removeAll { !made.contains($0.name) }
  }
}

extension ONNXNode {
  /// The order of axes of a transposition; nil for other nodes.
  fileprivate var order: [Int]? {
    guard operation == "Transpose", case .ints(let order)? = self["perm"] else { return nil }
    return order
  }
}
