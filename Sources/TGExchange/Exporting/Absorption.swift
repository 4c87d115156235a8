import TGONNX
import TGTensor

/// Which nodes take in a factor or a summand that is known, and how.
struct Absorption {
  /// The initialisers; one that is taken in is a vector then.
  private(set) var initializers: [ONNXTensor]
  private let positions: [String: Int]
  private let ranks: [String: Int]

  /// Looks at the initialisers of a graph that no run replaces.
  init(_ graph: ONNXGraph, except inputs: Set<String>) {
    initializers = graph.initializers
    var positions: [String: Int] = [:]
    for (index, tensor) in graph.initializers.enumerated() where !inputs.contains(tensor.name) {
      positions[tensor.name] = index
    }
    self.positions = positions
    ranks = Dictionary(
      (graph.values + graph.outputs).map { ($0.name, $0.dimensions?.count ?? 0) },
      uniquingKeysWith: { first, _ in first })
  }

  /// The node with `factor` as its scale (`Mul`) or bias (`Add`); nil if it has no room for one, or the
  /// factor is no initialiser of the right extents.
  mutating func take(
    _ operation: String, _ factor: String, into node: ONNXNode
  ) -> ONNXNode? {
    guard let position = positions[factor], initializers[position].type == ONNXType.float32,
      let rank = ranks[node.outputs[0]], let place = place(operation, in: node),
      let extents = extents(of: node),
      initializers[position].isSpread(extents, at: node.isLast ? rank - extents.count : 1, of: rank)
    else { return nil }
    initializers[position].dimensions = extents
    var node = node
    if place < node.inputs.count {
      node.inputs[place] = factor
    } else {
      node.inputs.append(factor)
    }
    return node
  }

  /// Which input of a node a scale or a bias is; nil if it has one, or cannot have one.
  private func place(_ operation: String, in node: ONNXNode) -> Int? {
    switch (node.operation, operation) {
    case ("Conv", "Add"), ("ConvTranspose", "Add"), ("Gemm", "Add"), ("LayerNormalization", "Add"):
      return node.inputs.count == 2 ? 2 : nil
    case ("InstanceNormalization", "Add"):
      return isSplat(node.inputs[2], of: 0) ? 2 : nil
    case ("InstanceNormalization", "Mul"):
      return isSplat(node.inputs[1], of: 1) && isSplat(node.inputs[2], of: 0) ? 1 : nil
    case ("LayerNormalization", "Mul"):
      return node.inputs.count == 2 && isSplat(node.inputs[1], of: 1) ? 1 : nil
    default: return nil
    }
  }

  /// Whether an input is nothing but one number, as the exporter puts it there for want of another.
  private func isSplat(_ name: String, of number: Float) -> Bool {
    guard let position = positions[name], case .raw(let region) = initializers[position].content,
      let bytes = region.bytes(0..<region.count)
    else { return false }
    return bytes.enumerated().allSatisfy { index, byte in
      byte == UInt8(truncatingIfNeeded: number.bitPattern >> (8 * (index % 4)))
    }
  }

  /// The extents that a scale or a bias of the node has.
  private func extents(of node: ONNXNode) -> [Int]? {
    guard let position = positions[node.inputs[1]] else { return nil }
    let extents = initializers[position].dimensions
    switch node.operation {
    case "Conv", "Gemm": return [extents[0]]
    case "ConvTranspose":
      guard case .int(let groups)? = node["group"] else { return nil }
      return [extents[1] * groups]
    default: return extents
    }
  }
}

extension ONNXNode {
  /// Whether scale and bias lie along the last axes; else along the channels of pictures.
  fileprivate var isLast: Bool { operation == "Gemm" || operation == "LayerNormalization" }
}

extension ONNXTensor {
  /// Whether it has some extents from an axis of a value on, and is repeated along all others.
  fileprivate func isSpread(_ extents: [Int], at axis: Int, of rank: Int) -> Bool {
    guard dimensions.count <= rank, axis >= 0, axis + extents.count <= rank else { return false }
    let whole = [Int](repeating: 1, count: rank - dimensions.count) + dimensions
    var wanted = [Int](repeating: 1, count: rank)
    wanted.replaceSubrange(axis..<axis + extents.count, with: extents)
    return whole == wanted
  }
}
