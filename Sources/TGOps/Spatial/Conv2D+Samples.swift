package import TGIR
import TGPlan
import TGTensor

extension Conv2D {
  /// Of a layer that enlarges by 2 before its kernel.
  private static let enlarged: [Phase] = [
    .init(padTop: 1, padLeft: 1, originY: 0, originX: 0),
    .init(padTop: 1, padLeft: 0, originY: 0, originX: 1),
    .init(padTop: 0, padLeft: 1, originY: 1, originX: 0),
    .init(padTop: 0, padLeft: 0, originY: 1, originX: 1),
  ]

  /// Plain, strided, dilated, grouped, depthwise, transposed by phases.
  package static let samples = [
    OpSample(
      Conv2D(phases: [.init(padTop: 1, padLeft: 1)], outputSize: [5, 7]),
      [[2, 5, 7, 3], [17, 3, 3, 3]], constants: [1]),
    OpSample(
      Conv2D(stride: [2, 2], phases: [.init(padTop: 1, padLeft: 1)], outputSize: [4, 3]),
      [[1, 8, 6, 16], [32, 16, 4, 4]], constants: [1]),
    OpSample(
      Conv2D(
        dilation: [2, 1], groups: 2, phases: [.init(padTop: 2, padLeft: 0)], outputSize: [6, 5]),
      [[2, 6, 7, 4], [6, 2, 3, 3]], constants: [1]),
    OpSample(
      Conv2D(groups: 5, phases: [.init(padTop: 1, padLeft: 1)], outputSize: [6, 6]),
      [[1, 6, 6, 5], [5, 1, 3, 3]], constants: [1]),
    OpSample(
      Conv2D(
        scale: [2, 2],
        phases: enlarged, outputSize: [6, 10],
        epilogue: .init(operandCount: 2, steps: [.init(.add, [0, 1]), .init(.relu, [2])])),
      [
        [1, 3, 5, 8], [33, 8, 2, 2], [33, 8, 2, 2], [33, 8, 2, 2], [33, 8, 2, 2], [1, 1, 1, 33],
      ], constants: [1, 2, 3, 4, 5]),
    // Tiles: of 2 and 4 results, cut at the border; of 3 in phases.
    OpSample(
      Conv2D(
        phases: [.init(padTop: 1, padLeft: 1)], outputSize: [5, 7], tile: 2,
        epilogue: .init(operandCount: 2, steps: [.init(.add, [0, 1]), .init(.tanh, [2])])),
      [[2, 5, 7, 3], [17, 3, 3, 3], [2, 5, 7, 17]], constants: [1]),
    OpSample(
      Conv2D(phases: [.init(padTop: 1, padLeft: 1)], outputSize: [9, 11], tile: 4),
      [[2, 9, 11, 5], [18, 5, 3, 3]], constants: [1]),
    OpSample(
      Conv2D(
        scale: [2, 2],
        phases: enlarged, outputSize: [9, 10], tile: 3,
        epilogue: .init(operandCount: 2, steps: [.init(.add, [0, 1]), .init(.relu, [2])])),
      [
        [1, 5, 5, 8], [33, 8, 2, 2], [33, 8, 2, 2], [33, 8, 2, 2], [33, 8, 2, 2], [1, 1, 1, 33],
      ], constants: [1, 2, 3, 4, 5]),
    // Tiles with a stride that divides the kernel, with one that does not, and of phases of which one has
    // a form.
    OpSample(
      Conv2D(
        stride: [2, 2], phases: [.init(padTop: 1, padLeft: 1)], outputSize: [5, 4], tile: 3,
        epilogue: .init(operandCount: 2, steps: [.init(.add, [0, 1]), .init(.relu, [2])])),
      [[2, 10, 8, 5], [18, 5, 4, 4], [2, 5, 4, 18]], constants: [1]),
    OpSample(
      Conv2D(
        stride: [2, 2], phases: [.init(padTop: 2, padLeft: 2)], outputSize: [6, 5], tile: 4),
      [[1, 11, 9, 2], [17, 2, 5, 5]], constants: [1]),
    OpSample(
      Conv2D(
        scale: [2, 2],
        phases: enlarged, outputSize: [9, 10], tile: 3,
        epilogue: .init(operandCount: 2, steps: [.init(.add, [0, 1]), .init(.tanh, [2])])),
      [
        [1, 5, 5, 8], [33, 8, 2, 2], [33, 8, 2, 1], [33, 8, 1, 2], [33, 8, 1, 1], [1, 9, 10, 33],
      ], constants: [1, 2, 3, 4]),
    // Bits: phases, groups of no whole words, one channel per group, a matrix.
    OpSample(
      Conv2D(
        scale: [1, 2],
        phases: [.init(padTop: 0, padLeft: 1), .init(padTop: 0, padLeft: 0, originX: 1)],
        outputSize: [4, 11], epilogue: masked),
      [[2, 4, 6, 5], [37, 5, 1, 2], [37, 5, 1, 2], [2, 4, 11, 37]], constants: [1, 2],
      wholeNumbers: [3: 2], dtypes: [3: .bits]),
    OpSample(
      Conv2D(
        groups: 2, phases: [.init(padTop: 1, padLeft: 1)], outputSize: [3, 5], epilogue: masked),
      [[1, 3, 5, 4], [42, 2, 3, 3], [1, 3, 5, 42]], constants: [1], wholeNumbers: [2: 2],
      dtypes: [2: .bits]),
    OpSample(
      Conv2D(
        groups: 20, phases: [.init(padTop: 1, padLeft: 1)], outputSize: [4, 6], epilogue: masked),
      [[2, 4, 6, 20], [20, 1, 3, 3], [2, 4, 6, 20]], constants: [1], wholeNumbers: [2: 2],
      dtypes: [2: .bits]),
    OpSample(
      Conv2D(phases: [.init(padTop: 0, padLeft: 0)], outputSize: [7, 9], epilogue: masked),
      [[3, 7, 9, 33], [48, 33, 1, 1], [3, 7, 9, 48]], constants: [1], wholeNumbers: [2: 2],
      dtypes: [2: .bits]),
  ]

  /// `select(m, y, y / 4)`
  private static let masked = PointwiseProgram(
    operandCount: 2,
    steps: [
      .init(.constant, immediate: 0.25), .init(.multiply, [0, 2]), .init(.select, [1, 0, 3]),
    ])
}
