import TGKernels
import TGMachine
import TGPlan
import TGTensor

/// A convolution as a test states it; pictures are `[N, H, W, C]`.
struct ConvolutionCase: CustomStringConvertible, Sendable {
  var batch = 1
  var height = 5
  var width = 7
  var channels = 3
  var outputs = 5
  var groups = 1
  var isDepthwise = false
  var stride = [1, 1]
  var dilation = [1, 1]
  /// Output rows and columns between positions of one phase; there are `scale[0] * scale[1]` phases.
  var scale = [1, 1]
  var kernel = [3, 3]
  /// Rows above, columns left of the first phase; later phases have one less.
  var pad = [1, 1]
  /// Results along each side of the tiles that weights are transformed for, 0 for none.
  var tile = 0
  /// Whether its products are of bfloat16.
  var inPairs = false
  /// Whether its weights are made of those of the convolution whose gradient it is.
  var isTurned = false
  /// Output rows and columns.
  var output = [5, 7]
  /// Elements between neighbouring positions beyond the channels, of input and output.
  var inputGap = 0
  var outputGap = 0

  var description: String {
    "N\(batch) \(height)x\(width)x\(channels) to \(output)x\(outputs) k\(kernel) s\(stride) "
      + "d\(dilation) p\(pad) g\(groups) scale\(scale) gaps \(inputGap) \(outputGap)"
      + (isDepthwise ? " depthwise" : "") + (tile > 0 ? " tiles of \(tile)" : "")
      + (isTurned ? " turned" : "") + (inPairs ? " in pairs" : "")
  }

  /// A case of stride 1 and the padding that keeps the extents, unless given.
  init(
    _ batch: Int, _ height: Int, _ width: Int, _ channels: Int, _ outputs: Int, kernel: Int = 3,
    stride: Int = 1, dilation: Int = 1, pad: Int? = nil, groups: Int = 1, depthwise: Bool = false
  ) {
    self.batch = batch
    self.height = height
    self.width = width
    self.channels = channels
    self.outputs = outputs
    self.kernel = [kernel, kernel]
    self.stride = [stride, stride]
    self.dilation = [dilation, dilation]
    let padding = pad ?? dilation * (kernel - 1) / 2
    self.pad = [padding, padding]
    self.groups = groups
    isDepthwise = depthwise
    let reach = dilation * (kernel - 1) + 1
    output = [height, width].map { ($0 + 2 * padding - reach) / stride + 1 }
  }

  struct Phase {
    var origin: [Int]
    var pad: [Int]
    var kernel: [Int]
    var weights: HostTensor
  }

  /// Whether kernels differ in extent from phase to phase, also those of tiles.
  var isUneven = false

  /// The phases with random weights; kernels differ in extent from phase to phase, but those of tiles
  /// unless they are uneven.
  func phases(using generator: inout SeededGenerator) -> [Phase] {
    indices(scale).map { origin in
      let kernel = tile > 0 && !isUneven ? kernel : zip(kernel, origin).map { max(1, $0 - $1) }
      let shape = Shape([outputs, channels / groups] + kernel)
      return Phase(
        origin: origin, pad: zip(pad, origin).map { $0 - $1 }, kernel: kernel,
        weights: HostTensor(shape, generator.floats(shape.count)))
    }
  }

  var inputStrides: [Int] {
    let pixel = channels + inputGap
    return [height * width * pixel, width * pixel, pixel, 1]
  }

  var outputStrides: [Int] {
    let pixel = outputs + outputGap
    return [output[0] * output[1] * pixel, output[1] * pixel, pixel, 1]
  }

  /// The sum and the sum of absolute terms at an output position; of pairs that of rounded factors, unless
  /// it is taken by tiles.
  func reference(_ input: [Float], _ phases: [Phase], at index: [Int]) -> (
    sum: Double, size: Double
  ) {
    let perGroup = (input: channels / groups, output: outputs / groups)
    let group = index[3] / perGroup.output
    var sum = 0.0
    var size = 0.0
    let precision = inPairs && tile == 0 ? Convolution.Precision.bfloat16 : .float32
    for phase in phases {
      let (y, x) = (index[1] - phase.origin[0], index[2] - phase.origin[1])
      guard y % scale[0] == 0, x % scale[1] == 0 else { continue }
      for ky in 0..<phase.kernel[0] {
        let row = y / scale[0] * stride[0] + ky * dilation[0] - phase.pad[0]
        guard row >= 0, row < height else { continue }
        for kx in 0..<phase.kernel[1] {
          let column = x / scale[1] * stride[1] + kx * dilation[1] - phase.pad[1]
          guard column >= 0, column < width else { continue }
          let pixel = index[0] * inputStrides[0] + row * inputStrides[1] + column * inputStrides[2]
          for c in 0..<perGroup.input {
            let weight =
              ((index[3] * perGroup.input + c) * phase.kernel[0] + ky) * phase.kernel[1] + kx
            let term =
              Double(precision.factor(input[pixel + group * perGroup.input + c]))
              * Double(precision.factor(phase.weights[weight]))
            sum += term
            size += abs(term)
          }
        }
      }
    }
    return (sum, size)
  }
}

/// A convolution's memory and call, kept together.
struct PreparedConvolution {
  var output: FloatMemory
  var calls: [KernelCall]
  var kept: [FloatMemory]
}

extension ConvolutionCase {
  /// Packs the weights and prepares the call; the output is full of -99. Throws if it is too large.
  func prepare(
    input: [Float], phases: [Phase], isa: ISA, program: KernelProgram = .identity,
    operands: [(values: [Float], strides: [Int])] = []
  ) throws(KernelTooLarge) -> PreparedConvolution {
    let inputMemory = FloatMemory(input)
    let extents = [batch, output[0], output[1], outputs]
    let blank = [Float](repeating: -99, count: batch * outputStrides[0])
    let outputMemory = FloatMemory(blank)
    var kept = [inputMemory]
    let packed = phases.map { phase in
      FloatMemory(
        pack(phase, isa))
    }
    kept += packed
    let operandMemories = operands.map { FloatMemory($0.values) }
    kept += operandMemories
    let resolved = unsafe zip(phases, packed).map { phase, memory in
      unsafe KernelConvolution.Phase(
        weights: UnsafePointer(memory.view([memory.count]).base), weightCount: memory.count,
        kernel: (phase.kernel[0], phase.kernel[1]), pad: (phase.pad[0], phase.pad[1]),
        origin: (phase.origin[0], phase.origin[1]), tile: tile(of: phase))
    }
    var convolution = unsafe KernelConvolution(
      input: inputMemory.view([batch, height, width, channels], inputStrides),
      output: outputMemory.view(extents, outputStrides), phases: resolved)
    unsafe convolution.groups = groups
    unsafe convolution.isDepthwise = isDepthwise
    unsafe convolution.inPairs = inPairs
    unsafe convolution.stride = (stride[0], stride[1])
    unsafe convolution.dilation = (dilation[0], dilation[1])
    unsafe convolution.scale = (scale[0], scale[1])
    unsafe convolution.epilogue = KernelEpilogue(
      program: program,
      operands: zip(operandMemories, operands).map { memory, operand in
        unsafe memory.view(extents, operand.strides)
      })
    return PreparedConvolution(
      output: outputMemory, calls: unsafe try convolution.calls(isa: isa), kept: kept)
  }

  /// The tiles of a phase: those of the case, 0 where its kernel has no such form.
  private func tile(of phase: Phase) -> Int {
    let exists = PreparedWeights.exist(
      results: tile, kernel: (phase.kernel[0], phase.kernel[1]), stride: (stride[0], stride[1]))
    return exists ? tile : 0
  }

  private func pack(_ phase: Phase, _ isa: ISA) -> [Float] {
    guard !isDepthwise else { return WeightPacking.packDepthwise(phase.weights) }
    let stored = isTurned ? Self.turned(phase.weights) : phase.weights
    let packed = WeightPacking.packPanels(stored, groups: groups)
    guard tile(of: phase) > 0 || isTurned || inPairs else { return packed }
    let tiled = PreparedWeights(
      channels: channels, outputs: outputs, results: tile(of: phase),
      kernel: (phase.kernel[0], phase.kernel[1]), stride: stride[0], isTurned: isTurned,
      groups: groups, inPairs: inPairs)
    let (from, to) = (FloatMemory(packed), FloatMemory([Float](repeating: 0, count: tiled.count)))
    TGKernelsTests.run(
      unsafe tiled.making(
        of: from.view([packed.count]), into: to.view([tiled.count]).base, isa: isa))
    return to.elements
  }

  /// The kernel with its channels exchanged and its taps in reverse order, written out.
  private static func turned(_ weights: HostTensor) -> HostTensor {
    let shape = weights.shape
    let taps = shape[2] * shape[3]
    var result = HostTensor([shape[1], shape[0], shape[2], shape[3]], repeating: 0)
    for output in 0..<shape[0] {
      for channel in 0..<shape[1] {
        for tap in 0..<taps {
          result[(channel * shape[0] + output) * taps + taps - 1 - tap] =
            weights[(output * shape[1] + channel) * taps + tap]
        }
      }
    }
    return result
  }

  /// Runs and gathers the results row-major; checks that nothing else was written.
  func run(_ prepared: PreparedConvolution, backwards: Bool = false) -> [Float] {
    for call in prepared.calls { TGKernelsTests.run(call, backwards: backwards) }
    withExtendedLifetime(prepared.kept) {}
    let elements = prepared.output.elements
    return StridedOrder(
      dimensions: [batch, output[0], output[1], outputs], strides: outputStrides
    ).map { elements[$0] }
  }

  /// How many elements of the output memory are not of the output.
  func strayWrites(_ prepared: PreparedConvolution) -> Int {
    var elements = prepared.output.elements
    for element in StridedOrder(
      dimensions: [batch, output[0], output[1], outputs], strides: outputStrides)
    {
      elements[element] = -99
    }
    return elements.count { $0 != -99 } + (prepared.output.guardsAreWhole ? 0 : 1)
  }
}
