package import TGIR
import TGOps
import TGTensor

/// `op(constants…) → constant`: what depends on no input is computed now.
///
/// The value is the op's reference in `Double`, rounded to float32: weight expressions (equalized
/// rates, spectral norms, sums of shifted kernels), folded norms, packed layouts. A broadcast stays
/// a broadcast: it costs nothing as a view and much as data. A gathering of numbers that are no rows
/// stays, too: the run says where they are.
///
/// Effect on numbers: reassociating, within one rounding of float32 per folded op.
package struct FoldConstants: Pass {
  package static let name = "FoldConstants"
  package static let establishes: Set<GraphForm> = [.constantsFolded]

  package init() {}

  /// Which nodes of a graph the pass computes once all parameters are constants.
  static func folds(_ graph: Graph) -> [Bool] {
    var isKnown: [Bool] = []
    var folds: [Bool] = []
    for node in graph.nodes {
      let isLeaf = node.op.leaf == .constant || node.op.leaf == .parameter
      let readsKnown = !node.operands.isEmpty && node.operands.allSatisfy { isKnown[$0.index] }
      folds.append(readsKnown && !(node.op is Broadcast))
      isKnown.append(
        isLeaf
          || readsKnown
            && (!(node.op is Broadcast) || node.shape.count <= CostModel.broadcastElements)
      )
    }
    return folds
  }

  package func run(_ graph: Graph) throws -> Graph {
    try graph.rewritten { node, _, builder in
      guard !node.operands.isEmpty, !(node.op is Broadcast) else { return nil }
      if let moved = builder.moved(node) { return try builder.constant(moved) }
      var tensors: [ReferenceTensor] = []
      for operand in node.operands {
        guard let tensor = builder.knownTensor(operand) else { return nil }
        tensors.append(ReferenceTensor(tensor))
      }
      if node.op.refuses(tensors) { return nil }
      return try builder.constant(node.op.reference(tensors).rounded)
    }
  }
}

extension GraphBuilder {
  /// The value of a node that only gives a constant other extents or another order of axes: no
  /// number changes, so the way through `Double`, which is long for weights, is not taken.
  fileprivate func moved(_ node: Node) -> HostTensor? {
    guard node.operands.count == 1, let tensor = constant(of: node.operands[0])?.tensor else {
      return nil
    }
    switch node.op {
    case is Reshape: return tensor.reshaped(node.shape)
    case let transpose as Transpose: return tensor.transposed(transpose.permutation)
    default: return nil
    }
  }

  /// The constant behind a value, also through one broadcast that a map may see.
  fileprivate func knownTensor(_ value: Value) -> HostTensor? {
    if let constant = constant(of: value) { return constant.tensor }
    guard self[value].op is Broadcast, let inner = constant(of: self[value].operands[0]),
      shape(value).count <= CostModel.broadcastElements
    else { return nil }
    return ReferenceTensor(inner.tensor).broadcast(to: shape(value)).rounded
  }
}
