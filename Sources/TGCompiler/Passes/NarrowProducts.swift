package import TGIR
import TGOps
import TGPlan
import TGTensor

/// `Σ x · w → Σ bf16(x) · bf16(w)` in convolutions and linear layers with constant weights: factors are
/// rounded to bfloat16, and products summed in float32 (`--precision bf16`).
///
/// Some stay as they are: a kernel for each channel, whose time is not that of its products; what has few
/// outputs, of which pictures are made, and whose kernel uses whole vectors already; and gradients, so that
/// an objective's steps are those of float32 at the point that its forward pass sees. What
/// `TileConvolutions` takes by tiles is decided there.
///
/// Effect on numbers: lossy. A factor changes by at most 2⁻⁹ of it, a sum of n products of random signs by
/// some 2⁻⁹ of itself whatever n is (spec/runtime.md). So no level has this pass unless it is asked for.
package struct NarrowProducts: Pass {
  package static let name = "NarrowProducts"
  package static let needs: Set<GraphForm> = [.constantsFolded]

  /// The most outputs of a group that stay float32.
  private static let fewOutputs = 4

  package init() {}

  package func run(_ graph: Graph) throws -> Graph {
    try graph.rewritten { node, _, builder in
      guard var op = node.op as? any WeightedSums, op.precision == .float32,
        !node.origin.scope.contains(GradientStop.mark)
      else { return nil }
      let kernels: ArraySlice<Value>
      var groups = 1
      if let convolution = op as? Conv2D {
        kernels = node.operands[1...convolution.phases.count]
        groups = convolution.groups
        guard !convolution.isDepthwise(builder.shape(node.operands[1])) else { return nil }
      } else {
        kernels = node.operands[1...1]
      }
      guard kernels.allSatisfy({ builder.constant(of: $0) != nil }),
        builder.shape(node.operands[1])[0] / groups > Self.fewOutputs
      else { return nil }
      op.precision = .bfloat16
      return try builder.insert(op, node.operands)
    }
  }
}
