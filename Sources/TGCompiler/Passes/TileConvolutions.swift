package import TGIR
package import TGOps
import TGPlan
package import TGTensor

/// `convolution(x, w) → convolution(x, w) in tiles`: minimal filtering (Winograd), by which m × m results
/// of an r × r kernel take (m + r − 1)² products for each pair of channels instead of m²r².
///
/// `spec/runtime.md` has the equation. Kernels of 3 × 3, also of gradients, go by tiles of 2 or 4
/// results, the 2 × 2 kernels of enlarged and transposed layers' phases by tiles of 3. A convolution of
/// stride s is one of stride 1 of the s² pictures of every s-th position: so are 4 × 4 kernels of stride
/// 2, the gradients of enlarged layers among them. `CostModel.tile` chooses. The kernels are transformed
/// when the plan is opened.
///
/// Effect on numbers: reassociating. The largest error of a layer of 64 channels is some 5e-6 of
/// results of 4.5 with tiles of 4, 2e-6 with those of 2 and 3, 1e-6 without (spec/performance.md).
package struct TileConvolutions: Pass {
  package static let name = "TileConvolutions"
  package static let needs: Set<GraphForm> = [.constantsFolded]

  /// Chooses the results along each side of the tiles of a convolution (of dilation and groups 1) with
  /// such kernels, 0 for direct sums; `input` is the picture's shape.
  package typealias Choice =
    @Sendable (_ op: Conv2D, _ input: Shape, _ kernels: [Shape]) -> Int

  private let choice: Choice

  /// Makes the pass; the cost model chooses unless somebody else does.
  package init(choice: Choice? = nil) {
    self.choice = choice ?? { op, input, kernels in Self.modelled(op, input, kernels) }
  }

  /// What the cost model chooses.
  package static func modelled(_ op: Conv2D, _ input: Shape, _ kernels: [Shape]) -> Int {
    let phases = zip(op.phases, kernels).map { phase, kernel in
      (kernel: kernel, results: [input[0]] + op.resultSize(of: phase))
    }
    return CostModel.tile(phases: phases, stride: op.stride, precision: op.precision)
  }

  package func run(_ graph: Graph) throws -> Graph {
    try graph.rewritten { node, _, builder in
      guard var op = node.op as? Conv2D, op.tile == 0, op.groups == 1, op.dilation == [1, 1]
      else { return nil }
      let kernels = node.operands[1...op.phases.count]
      guard kernels.allSatisfy({ builder.constant(of: $0) != nil }) else { return nil }
      op.tile = choice(op, builder.shape(node.operands[0]), kernels.map { builder.shape($0) })
      guard op.tile > 0 else { return nil }
      return try builder.insert(op, node.operands)
    }
  }
}
