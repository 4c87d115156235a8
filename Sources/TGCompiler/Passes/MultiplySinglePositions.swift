package import TGIR
import TGOps
import TGPlan
import TGTensor

/// `convolution([N, 1, 1, C], w) → reshape(linear([N, C], W))`.
///
/// From a picture of a single position every position of the result reads at most one position of
/// the kernel: the first layer of a DCGAN, which opens noise to 4×4, is a matrix product. As a
/// transposed convolution it would multiply mostly by the zeros around the picture (by 49 times as
/// much for 7×7). Row `(y, x, o)` of W holds what the kernel has at that position. Applies where W
/// has no more numbers than the kernels (`CostModel.isProductCheaper`).
///
/// Effect on numbers: reassociating.
package struct MultiplySinglePositions: Pass {
  package static let name = "MultiplySinglePositions"
  package static let needs: Set<GraphForm> = [.constantsFolded, .noEpilogues]
  package static let undoes: Set<GraphForm> = [.movesMerged]

  package init() {}

  package func run(_ graph: Graph) throws -> Graph {
    try graph.rewritten { node, _, builder in
      guard let op = node.op as? Conv2D, op.groups == 1, op.epilogue.isIdentity,
        builder.shape(node.operands[0]).dimensions[1...2] == [1, 1]
      else { return nil }
      let kernels = node.operands[1...].compactMap { builder.constant(of: $0)?.weight }
      guard kernels.count == op.phases.count else { return nil }
      let (n, channels) = (node.shape[0], builder.shape(node.operands[0])[3])
      guard
        CostModel.isProductCheaper(
          node.shape.count / n * channels, than: kernels.reduce(0) { $0 + $1.shape.count })
      else { return nil }
      let matrix = try builder.constant(op.matrix(of: kernels, channels: channels))
      let row = try builder.reshape(node.operands[0], [n, channels])
      return try builder.reshape(
        builder.insert(Linear(), [row, matrix]), node.shape.dimensions)
    }
  }
}

extension Conv2D {
  /// The rows `(y, x, o)` by channel: what each position of the result takes of the picture's one.
  fileprivate func matrix(of kernels: [Weight], channels: Int) -> Weight {
    .made(
      by: SinglePositionMatrix(op: self, channels: channels), of: kernels,
      shape: [outputSize[0] * outputSize[1] * kernels[0].shape[0], channels])
  }
}

/// The rows `(y, x, o)` by channel that a convolution takes of a picture of one position.
private struct SinglePositionMatrix: WeightRule {
  let op: Conv2D
  let channels: Int

  func result(of kernels: [HostTensor]) -> HostTensor {
    let outputSize = op.outputSize
    let out = kernels[0].shape[0]
    var rows = HostTensor([outputSize[0] * outputSize[1] * out, channels], repeating: 0).elements
    for (phase, kernel) in zip(op.phases, kernels) {
      let (height, width) = (kernel.shape[2], kernel.shape[3])
      for (i, y) in stride(phase.originY, along: 0).enumerated() {
        guard let ky = position(phase.padTop - i * op.stride[0], axis: 0, of: height) else {
          continue
        }
        for (j, x) in stride(phase.originX, along: 1).enumerated() {
          guard let kx = position(phase.padLeft - j * op.stride[1], axis: 1, of: width) else {
            continue
          }
          for o in 0..<out {
            let first = ((y * outputSize[1] + x) * out + o) * channels
            for c in 0..<channels {
              rows[first + c] = kernel.elements[((o * channels + c) * height + ky) * width + kx]
            }
          }
        }
      }
    }
    return HostTensor([outputSize[0] * outputSize[1] * out, channels], rows)
  }

  private func stride(_ origin: Int, along axis: Int) -> StrideTo<Int> {
    Swift.stride(from: origin, to: op.outputSize[axis], by: op.scale[axis])
  }

  /// The kernel position that lies `distance` before the only position of the picture, if one does.
  private func position(_ distance: Int, axis: Int, of extent: Int) -> Int? {
    guard distance >= 0, distance % op.dilation[axis] == 0 else { return nil }
    let position = distance / op.dilation[axis]
    return position < extent ? position : nil
  }
}
