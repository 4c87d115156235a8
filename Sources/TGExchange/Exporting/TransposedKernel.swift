import TGOps
import TGTensor

/// The kernel of ONNX's transposed convolution that does what kernels of phases do.
///
/// Position `o = origin + scale·i` of the result reads position `j = i + k·dilation − pad` of the picture
/// through tap `k` of its phase; a transposed convolution reads it through tap `o + before − scale·j`. So
/// tap `k` of a phase is tap `origin + before + scale·(pad − k·dilation)` here; others are zero.
struct TransposedKernel {
  /// `[C, O / groups, height, width]`
  let tensor: HostTensor
  /// Rows and columns that are cut off the result's beginning, and its end.
  let before: [Int]
  let after: [Int]

  /// Puts the kernels of phases together.
  ///
  /// - Parameter picture: the shape of the picture, channels-first.
  init(_ op: Conv2D, _ kernels: [HostTensor], picture: Shape) {
    let axes = (0..<2).map { axis in
      Axis(
        scale: op.scale[axis],
        taps: zip(op.phases, kernels).map { phase, kernel in
          let origin = axis == 0 ? phase.originY : phase.originX
          let pad = axis == 0 ? phase.padTop : phase.padLeft
          return (0..<kernel.shape[2 + axis]).map { tap in
            origin + op.scale[axis] * (pad - tap * op.dilation[axis])
          }
        }, from: picture[2 + axis], to: op.outputSize[axis])
    }
    (before, after) = (axes.map(\.before), axes.map(\.after))
    let (all, part) = (kernels[0].shape[0], kernels[0].shape[1])
    let outputs = all / op.groups
    let shape = Shape([part * op.groups, outputs, axes[0].extent, axes[1].extent])
    var elements = [Float](repeating: 0, count: shape.count)
    for (phase, kernel) in kernels.enumerated() {
      var position = 0
      for output in 0..<all {
        for input in 0..<part {
          let row = (output / outputs * part + input) * outputs + output % outputs
          for y in axes[0].taps[phase] {
            for x in axes[1].taps[phase] {
              elements[(row * shape[2] + y) * shape[3] + x] = kernel[position]
              position += 1
            }
          }
        }
      }
    }
    tensor = HostTensor(shape, elements)
  }

  /// The taps along one axis.
  private struct Axis {
    /// For each phase, where its taps stand.
    let taps: [[Int]]
    /// How many there are, with zeros between.
    let extent: Int
    let before: Int
    let after: Int

    init(scale: Int, taps: [[Int]], from input: Int, to output: Int) {
      let all = taps.flatMap(\.self)
      let before = max(0, -(all.min() ?? 0))
      let extent = before + (all.max() ?? 0) + 1
      let rest = scale * (input - 1) + extent - before - output
      self.before = before
      self.taps = taps.map { $0.map { $0 + before } }
      // Positions that no tap reaches are made by taps of zero.
      self.extent = extent + max(0, -rest)
      after = max(0, rest)
    }
  }
}
