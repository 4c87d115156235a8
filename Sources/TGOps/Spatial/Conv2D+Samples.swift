package import TGIR
import TGPlan
import TGTensor

extension Conv2D {
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
        phases: [
          .init(padTop: 1, padLeft: 1, originY: 0, originX: 0),
          .init(padTop: 1, padLeft: 0, originY: 0, originX: 1),
          .init(padTop: 0, padLeft: 1, originY: 1, originX: 0),
          .init(padTop: 0, padLeft: 0, originY: 1, originX: 1),
        ], outputSize: [6, 10],
        epilogue: .init(operandCount: 2, steps: [.init(.add, [0, 1]), .init(.relu, [2])])),
      [
        [1, 3, 5, 8], [33, 8, 2, 2], [33, 8, 2, 2], [33, 8, 2, 2], [33, 8, 2, 2], [1, 1, 1, 33],
      ], constants: [1, 2, 3, 4, 5]),
  ]
}
