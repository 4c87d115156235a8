package import TGIR
import TGOps
import TGPlan
import TGTensor

/// `convolution(x, w) → convolution(x, w) in tiles`: minimal filtering (Winograd), by which m × m results
/// of an r × r kernel take (m + r − 1)² products for each pair of channels instead of m²r².
///
/// `spec/runtime.md` has the equation. Kernels of 3 × 3, also of gradients, go by tiles
/// of 2 or 4 results, the 2 × 2 kernels of enlarged and transposed layers' phases by tiles of 3;
/// `CostModel.tile` chooses. The kernels are transformed when the plan is opened.
///
/// Effect on numbers: reassociating. The largest error of a layer of 64 channels is some 5e-6 of
/// results of 4.5 with tiles of 4, 2e-6 with those of 2 and 3, 1e-6 without (spec/performance.md).
package struct TileConvolutions: Pass {
  package static let name = "TileConvolutions"
  package static let needs: Set<GraphForm> = [.constantsFolded]

  package init() {}

  package func run(_ graph: Graph) throws -> Graph {
    try graph.rewritten { node, _, builder in
      guard var op = node.op as? Conv2D, op.tile == 0, op.groups == 1, op.stride == [1, 1],
        op.dilation == [1, 1]
      else { return nil }
      let kernels = node.operands[1...op.phases.count]
      guard let first = kernels.first, kernels.allSatisfy({ builder.constant(of: $0) != nil })
      else { return nil }
      let shapes = Set(kernels.map { builder.shape($0) })
      guard shapes.count == 1, builder.shape(first)[2] == builder.shape(first)[3] else {
        return nil
      }
      let results = zip(op.outputSize, op.scale).map { ($0 + $1 - 1) / $1 }
      op.tile = CostModel.tile(
        kernel: builder.shape(first), results: [node.shape[0]] + results)
      guard op.tile > 0 else { return nil }
      return try builder.insert(op, node.operands)
    }
  }
}
