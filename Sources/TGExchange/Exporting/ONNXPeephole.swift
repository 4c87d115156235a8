package import TGONNX

/// Makes an exported graph as short as a person would write it; no number changes.
///
/// - `Transpose(Transpose(x))` becomes one, or nothing where the orders undo each other.
/// - `Identity` disappears where an output may have the name of what it is.
/// - `Add` of a number for each channel after `Conv`, `ConvTranspose` or `Gemm` becomes its bias.
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
    addBiases()
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

  private mutating func addBiases() {
    var makers: [String: Int] = [:]
    for (index, node) in graph.nodes.enumerated() { makers[node.outputs[0]] = index }
    let uses = useCounts
    var tensors: [String: Int] = [:]
    for (index, tensor) in graph.initializers.enumerated() where !inputs.contains(tensor.name) {
      tensors[tensor.name] = index
    }
    for (index, node) in graph.nodes.enumerated() where node.operation == "Add" {
      for (sum, bias) in [(node.inputs[0], node.inputs[1]), (node.inputs[1], node.inputs[0])] {
        guard let maker = makers[sum], let tensor = tensors[bias], uses[sum] == 1,
          uses[bias] == 1, let channels = channels(of: graph.nodes[maker], tensors),
          graph.initializers[tensor].isBias(of: channels, graph.nodes[maker].operation)
        else { continue }
        graph.initializers[tensor].dimensions = [channels]
        graph.nodes[maker].inputs.append(bias)
        graph.nodes[index] = ONNXNode("Identity", [sum], node.outputs, name: node.name)
        break
      }
    }
    dropIdentities()
  }

  /// The channels of the result of what can have a bias and has none; nil for other nodes.
  private func channels(of node: ONNXNode, _ tensors: [String: Int]) -> Int? {
    guard node.inputs.count == 2, let kernel = tensors[node.inputs[1]] else { return nil }
    let extents = graph.initializers[kernel].dimensions
    switch node.operation {
    case "Conv", "Gemm": return extents[0]
    case "ConvTranspose":
      guard case .int(let groups)? = node["group"] else { return nil }
      return extents[1] * groups
    default: return nil
    }
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
  }
}

extension ONNXNode {
  /// The order of axes of a transposition; nil for other nodes.
  fileprivate var order: [Int]? {
    guard operation == "Transpose", case .ints(let order)? = self["perm"] else { return nil }
    return order
  }
}

extension ONNXTensor {
  /// Whether it is one number for each of so many channels of an operation's result.
  fileprivate func isBias(of channels: Int, _ operation: String) -> Bool {
    // What follows the channels: nothing in a matrix, rows and columns in a picture.
    let behind = operation == "Gemm" ? 0 : 2
    let front = dimensions.dropLast(behind)
    return dimensions.count > behind && type == 1 && front.last == channels
      && front.dropLast().allSatisfy { $0 == 1 }
      && dimensions.suffix(behind).allSatisfy { $0 == 1 }
  }
}
