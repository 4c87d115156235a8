import TGIR
import TGOps
import TGPlan
import TGTensor

/// Cases beyond the registry's: odd sizes, strides, dilation, groups, borders, broadcasting.
enum PullbackSamples {
  static let all = pointwise + linear + convolutions + windows + reductions + shapes

  private static let pointwise: [OpSample] = [
    // A chain with a value used twice, and operands broadcast along different axes.
    OpSample(
      Map(
        PointwiseProgram(
          operandCount: 3,
          steps: [
            .init(.multiply, [0, 1]), .init(.tanh, [3]), .init(.add, [4, 2]),
            .init(.multiply, [5, 4]), .init(.constant, immediate: 0.5), .init(.maximum, [6, 7]),
          ])), [[2, 1, 5], [3, 1], []]),
    OpSample(Map(.leakyRelu, immediate: -0.3), [[3, 7]]),
    OpSample(Map(.leakyRelu, immediate: 0), [[3, 7]]),
    OpSample(Map(.multiply), [[1, 4], [3, 1]]),
    OpSample(Map(.divide), [[], [2, 3]], range: 0.5...2),
    OpSample(Map(.power), [[2, 3], [1]], range: 0.5...2),
    OpSample(Map(.select), [[1], [2, 3], [3]]),
    OpSample(Map(PointwiseProgram.identity), [[2, 3]]),
  ]

  private static let linear: [OpSample] = [
    OpSample(Linear(), [[7], [3, 7]]),
    OpSample(Linear(), [[2, 3, 4, 5], [6, 5]]),
    OpSample(MatMul(), [[3, 4], [2, 5, 4, 6]]),
    OpSample(MatMul(), [[2, 1, 3, 4], [5, 4, 2]]),
    OpSample(MatMul(), [[1, 1, 3, 4], [2, 5, 4, 2]]),
  ]

  private static func conv(
    _ x: Shape, _ w: Shape, stride: [Int] = [1, 1], dilation: [Int] = [1, 1], groups: Int = 1,
    pad: [Int] = [0, 0], size: [Int]
  ) -> OpSample {
    OpSample(
      Conv2D(
        stride: stride, dilation: dilation, groups: groups,
        phases: [.init(padTop: pad[0], padLeft: pad[1])], outputSize: size), [x, w])
  }

  private static let convolutions: [OpSample] = [
    conv([2, 7, 9, 3], [4, 3, 3, 5], stride: [2, 3], pad: [1, 2], size: [4, 3]),
    // Rows and columns that no tap reads, and a result cut short on the right.
    conv([1, 9, 8, 2], [3, 2, 2, 2], stride: [3, 3], size: [2, 2]),
    conv(
      [1, 9, 11, 2], [3, 2, 3, 3], stride: [2, 2], dilation: [2, 3], pad: [2, 1], size: [4, 3]),
    conv([1, 9, 11, 2], [3, 2, 3, 2], dilation: [2, 4], pad: [2, 0], size: [9, 7]),
    conv([2, 6, 5, 4], [4, 1, 3, 3], stride: [2, 1], groups: 4, pad: [1, 1], size: [3, 5]),
    conv([1, 5, 5, 3], [6, 1, 3, 3], groups: 3, pad: [1, 1], size: [5, 5]),
    conv(
      [1, 5, 6, 6], [4, 3, 2, 3], stride: [1, 2], dilation: [1, 2], groups: 2, size: [4, 1]),
    // Negative padding skips rows.
    conv([1, 6, 6, 2], [2, 2, 3, 3], pad: [-1, 1], size: [3, 6]),
    // More padding than kernel: border results see no picture.
    conv([1, 3, 3, 1], [2, 1, 2, 2], stride: [2, 2], pad: [3, 3], size: [4, 4]),
    // In phases, as of a transposed convolution of kernel 4 and stride 2 in two groups.
    OpSample(
      Conv2D(
        scale: [2, 2], groups: 2,
        phases: [
          .init(padTop: 1, padLeft: 1, originY: 0, originX: 0),
          .init(padTop: 1, padLeft: 0, originY: 0, originX: 1),
          .init(padTop: 0, padLeft: 1, originY: 1, originX: 0),
          .init(padTop: 0, padLeft: 0, originY: 1, originX: 1),
        ], outputSize: [6, 8]),
      [[2, 3, 4, 4], [6, 2, 2, 2], [6, 2, 2, 2], [6, 2, 2, 2], [6, 2, 2, 2]]),
    // Kernels of unequal size, an odd result, a dilation, one phase without positions.
    OpSample(
      Conv2D(
        dilation: [1, 2], scale: [1, 3],
        phases: [
          .init(padTop: 1, padLeft: 2, originY: 0, originX: 0),
          .init(padTop: 0, padLeft: 0, originY: 0, originX: 1),
          .init(padTop: 1, padLeft: -1, originY: 0, originX: 2),
        ], outputSize: [4, 2]), [[1, 4, 3, 2], [3, 2, 3, 2], [3, 2, 1, 1], [3, 2, 2, 1]]),
  ]

  private static func resample(_ axis: Int, _ starts: [Int], _ taps: Int, _ x: Shape) -> OpSample {
    let weights = (0..<(starts.count * taps)).map { Double($0 * 7 % 5) - 1.5 }
    return OpSample(Resample(axis: axis, starts: starts, taps: taps, weights: weights), [x])
  }

  private static let windows: [OpSample] =
    [Pooling.Function.average, .averageCountingPadding, .maximum].flatMap { function in
      [
        // The last windows are partial.
        OpSample(
          Pool(function, kernel: [3, 2], stride: [2, 2], padding: [0, 0], outputSize: [4, 3]),
          [[2, 8, 5, 3]]),
        OpSample(
          Pool(function, kernel: [3, 4], stride: [3, 1], padding: [1, 2], outputSize: [3, 6]),
          [[1, 7, 5, 2]]),
        OpSample(
          Pool(function, kernel: [2, 3], stride: [2, 3], padding: [0, 0], outputSize: [3, 2]),
          [[2, 7, 8, 3]]),
        // A window larger than the picture, and rows between windows.
        OpSample(
          Pool(function, kernel: [5, 1], stride: [1, 2], padding: [2, 0], outputSize: [3, 2]),
          [[1, 3, 4, 2]]),
      ]
    } + [
      OpSample(Upsample([3, 2]), [[2, 1, 3, 2]]),
      resample(1, [0, 0, 1, 3, 4], 3, [2, 7, 3]),
      // As a reflecting border reads: back and forth.
      resample(0, [2, 1, 0, 1, 2, 3, 2], 1, [4, 3]),
      resample(2, [3], 2, [2, 1, 9]),
    ]

  private static let reductions: [OpSample] =
    ReductionFunction.allCases.flatMap { function in
      [
        OpSample(Reduce(function, axes: [0, 2]), [[3, 4, 5]], range: 0.5...1.5),
        OpSample(Reduce(function, axes: [1]), [[3, 1, 2]], range: 0.5...1.5),
        OpSample(Reduce(function, axes: [0]), [[6]], range: -2...2),
        OpSample(Reduce(function, axes: []), [[2, 3]], range: 0.5...1.5),
      ]
    } + [
      OpSample(Reduce(.product, axes: [0, 1]), [[8, 8, 2]], range: 0.5...1.5),
      OpSample(Reduce(.product, axes: [0]), [[65]], range: 0.5...1.5),
      OpSample(Normalize(axes: [0, 2, 3], epsilon: 1e-5), [[3, 2, 4, 3]]),
      OpSample(Normalize(axes: [0], epsilon: 0.1), [[4, 5]]),
      OpSample(SoftmaxOp(axis: 0), [[5, 2]], range: -4...4),
      OpSample(SoftmaxOp(axis: 0, logarithmic: true), [[5, 2]], range: -4...4),
    ]

  private static let shapes: [OpSample] = [
    OpSample(Broadcast([4, 2, 3, 5]), [[1, 3, 1]]),
    OpSample(Broadcast([3, 4]), [[]]),
    OpSample(Transpose([2, 0, 1]), [[2, 3, 4]]),
    OpSample(Reshape([]), [[1, 1]]),
    OpSample(Slice(starts: [2, 0, 1], counts: [2, 1, 3], steps: [3, 4, 2]), [[7, 1, 6]]),
    OpSample(Slice(starts: [1, 2], counts: [2, 1], steps: [1, 5]), [[4, 3]]),
    OpSample(Concat(axis: 0), [[2, 3], [1, 3]]),
    OpSample(Concat(axis: 0), [[2, 3]]),
    // Equal rows are read twice, and one lies outside.
    OpSample(Gather(), [[3, 4], [2, 5]], wholeNumbers: [1: 5], dtypes: [1: .int32]),
    OpSample(Gather(), [[3], []], wholeNumbers: [1: 3], dtypes: [1: .int32]),
  ]
}
