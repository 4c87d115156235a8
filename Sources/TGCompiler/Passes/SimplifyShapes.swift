package import TGIR
import TGOps
import TGPlan
import TGTensor

/// Merges neighbouring moves: `transpose(transpose(x))`, `reshape(reshape(x))`,
/// `broadcast(broadcast(x))` become one, and moves that change nothing disappear, as
/// does what only differentiation sees.
///
/// Effect on numbers: bit-exact.
package struct SimplifyShapes: Pass {
  package static let name = "SimplifyShapes"
  package static let establishes: Set<GraphForm> = [.movesMerged]

  package init() {}

  package func run(_ graph: Graph) throws -> Graph {
    try graph.rewritten { node, _, builder in
      guard let x = node.operands.first else { return nil }
      let inner = builder[x]
      switch node.op {
      case let transpose as Transpose:
        return try builder.transposed(x, transpose.permutation)
      case is Reshape:
        if node.shape == inner.shape { return x }
        guard inner.op is Reshape else { return nil }
        return try builder.reshape(inner.operands[0], node.shape.dimensions)
      case is Broadcast:
        if node.shape == inner.shape { return x }
        guard inner.op is Broadcast else { return nil }
        return try builder.broadcast(inner.operands[0], to: node.shape.dimensions)
      case let map as Map where map.program.isIdentity && node.type == inner.type:
        return x
      case is Concat where node.operands.count == 1:
        return x
      case is Detach:
        return x
      default:
        return nil
      }
    }
  }
}
