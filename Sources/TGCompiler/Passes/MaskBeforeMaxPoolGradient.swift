package import TGIR
import TGOps
import TGPlan
import TGTensor

/// `select(0 < x, max_pool_gradient(x, g), 0) → max_pool_gradient(x, select(0 < pool(x), g, 0))`: the mask of a
/// rectifier before a maximum pooling is applied to the small cotangent instead of the large one.
///
/// A cotangent goes to the position that the window has its maximum from, so both conditions are the
/// same. Applies where `pool(x)` is computed anyway, as the forward pass does. Where the op before `g`
/// takes the mask in, it costs nothing.
///
/// Effect on numbers: bit-exact.
package struct MaskBeforeMaxPoolGradient: Pass {
  package static let name = "MaskBeforeMaxPoolGradient"
  package static let needs: Set<GraphForm> = [
    .constantsFolded, .equalNodesShared, .singleFunctions,
  ]

  package init() {}

  package func run(_ graph: Graph) throws -> Graph {
    let uses = graph.uses
    return try graph.rewritten { node, old, builder in
      guard let map = node.op as? Map, map.program == Map(.select).program,
        uses.isRead(graph[old].operands[1], onlyBy: old)
      else { return nil }
      let (condition, spread) = (builder[node.operands[0]], builder[node.operands[1]])
      guard let gradient = spread.op as? MaxPoolGradientOp, spread.shape == node.shape,
        builder.isZero(node.operands[2]),
        (condition.op as? Map)?.program == Map(.less).program,
        builder.isZero(condition.operands[0]), condition.operands[1] == spread.operands[0]
      else { return nil }
      let (x, g) = (spread.operands[0], spread.operands[1])
      let pool = Pool(
        .maximum, kernel: gradient.kernel, stride: gradient.stride, padding: gradient.padding,
        outputSize: [builder.shape(g)[1], builder.shape(g)[2]])
      guard let pooled = try builder.existing(pool, [x]) else { return nil }
      let zero = try builder.constant(0)
      let positive = try builder.map(.less, zero, pooled)
      let masked = try builder.map(.select, positive, g, zero)
      return try builder.insert(gradient, [x, masked])
    }
  }
}

extension GraphBuilder {
  fileprivate func isZero(_ value: Value) -> Bool { constant(of: value)?.splat == 0 }
}
