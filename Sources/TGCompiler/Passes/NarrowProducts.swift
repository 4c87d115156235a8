package import TGIR
import TGOps
import TGPlan

/// `Σ x · w → Σ bf16(x) · bf16(w)` in convolutions and linear layers with constant weights: factors are
/// rounded to bfloat16, and products summed in float32 (`--precision bf16`).
///
/// Some stay as they are: a kernel for each channel, few channels or few outputs
/// (`CostModel.isWorthNarrowing`), and gradients, so that a step of an objective is that of float32 at the
/// point that its forward pass sees. Matrices that are computed are no weights.
///
/// Effect on numbers: lossy. A factor changes by at most 2⁻⁹ of itself, so does a sum of products of random
/// signs, however many they are; in tiles, where transformed numbers are rounded, it is up to five times
/// that (spec/runtime.md). So no level has this pass unless it is asked for.
package struct NarrowProducts: Pass {
  package static let name = "NarrowProducts"
  package static let needs: Set<GraphForm> = [.constantsFolded]

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
        CostModel.isWorthNarrowing(builder.shape(node.operands[1]), groups: groups)
      else { return nil }
      op.precision = .bfloat16
      return try builder.insert(op, node.operands)
    }
  }
}
