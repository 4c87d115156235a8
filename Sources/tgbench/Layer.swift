import TGKernels
import TGMachine
import TGPlan

/// A convolution to measure.
struct Layer {
  /// What is done to the sums.
  enum Epilogue {
    case biasRectifier
    case biasTanh
    case biasResidualRectifier
  }

  var name: String
  var batch = 1
  var height: Int
  var width: Int
  var channels: Int
  var outputs: Int
  var kernel = 3
  var stride = 1
  var pad = 1
  var epilogue = Epilogue.biasRectifier

  static let all: [Layer] = [
    Layer(name: "3x3 64-64 at 256", height: 256, width: 256, channels: 64, outputs: 64),
    Layer(name: "3x3 128-128 at 128", height: 128, width: 128, channels: 128, outputs: 128),
    Layer(name: "3x3 512-512 at 32", height: 32, width: 32, channels: 512, outputs: 512),
    Layer(name: "3x3 512-512 at 16", height: 16, width: 16, channels: 512, outputs: 512),
    Layer(name: "3x3 512-512 at 4", height: 4, width: 4, channels: 512, outputs: 512),
    Layer(
      name: "3x3 512-512 at 4, N=8", batch: 8, height: 4, width: 4, channels: 512, outputs: 512),
    Layer(
      name: "3x3 64-3 at 256, tanh", height: 256, width: 256, channels: 64, outputs: 3,
      epilogue: .biasTanh),
    Layer(name: "3x3 3-64 at 256", height: 256, width: 256, channels: 3, outputs: 64),
    Layer(
      name: "3x3 64-64 at 256, residual", height: 256, width: 256, channels: 64, outputs: 64,
      epilogue: .biasResidualRectifier),
    Layer(
      name: "4x4 /2 64-128 at 128", height: 128, width: 128, channels: 64, outputs: 128, kernel: 4,
      stride: 2),
    Layer(
      name: "1x1 256-256 at 64", height: 64, width: 64, channels: 256, outputs: 256, kernel: 1,
      pad: 0),
    Layer(
      name: "linear 200-16384, M=1", height: 1, width: 1, channels: 200, outputs: 16384, kernel: 1,
      pad: 0),
  ]

  /// Output rows and columns.
  var output: (height: Int, width: Int) {
    ((height + 2 * pad - kernel) / stride + 1, (width + 2 * pad - kernel) / stride + 1)
  }

  /// Multiply-adds of one run.
  var multiplyAdds: Double {
    Double(batch * output.height * output.width) * Double(outputs * kernel * kernel * channels)
  }

  /// The prepared kernel and the memory it works on.
  ///
  /// - Throws: `KernelTooLarge` for none of `all`.
  func prepare(isa: ISA) throws(KernelTooLarge) -> (call: KernelCall, memory: [BenchMemory]) {
    let extents = [batch, output.height, output.width, outputs]
    let input = BenchMemory(count: batch * height * width * channels)
    let result = BenchMemory(count: extents.reduce(1, *))
    let residual = BenchMemory(count: extents.reduce(1, *))
    let bias = BenchMemory(count: outputs)
    let count = WeightPacking.packedCount(
      outputChannels: outputs, groupChannels: channels, kernelHeight: kernel, kernelWidth: kernel,
      groups: 1)
    let weights = BenchMemory(count: count)
    var convolution = unsafe KernelConvolution(
      input: input.view([batch, height, width, channels]), output: result.view(extents),
      phases: [
        .init(
          weights: UnsafePointer(weights.base), weightCount: count, kernel: (kernel, kernel),
          pad: (pad, pad))
      ])
    unsafe convolution.stride = (stride, stride)
    let biasView = unsafe bias.view(extents, strides: [0, 0, 0, 1])
    func code(_ function: PointwiseFunction) -> Int { function.rawValue }
    let (add, tanh, rectify) = (code(.add), code(.tanh), code(.relu))
    switch epilogue {
    case .biasRectifier:
      unsafe convolution.epilogue = KernelEpilogue(
        program: KernelProgram(
          operandCount: 2, steps: [.init(add, [0, 1]), .init(rectify, [2])]), operands: [biasView])
    case .biasTanh:
      unsafe convolution.epilogue = KernelEpilogue(
        program: KernelProgram(operandCount: 2, steps: [.init(add, [0, 1]), .init(tanh, [2])]),
        operands: [biasView])
    case .biasResidualRectifier:
      unsafe convolution.epilogue = KernelEpilogue(
        program: KernelProgram(
          operandCount: 3,
          steps: [.init(add, [0, 1]), .init(add, [3, 2]), .init(rectify, [4])]),
        operands: [biasView, residual.view(extents)])
    }
    return unsafe (
      try .convolution(convolution, isa: isa), [input, result, residual, bias, weights]
    )
  }
}
