internal import TGExecution
internal import TGKernels
internal import TGMachine
internal import TGPlan
internal import TGTensor

/// From instructions of a plan to kernels with addresses.
extension Arena {
  /// The kernel calls of an instruction, to be run one after the other.
  ///
  /// - Throws: `unsound` if a view lies outside its slot or is of a type that the instruction does not
  ///   take, or a resampling outside its input,
  ///   `outOfMemory` if no machine has the memory that a convolution needs.
  func prepare(
    _ instruction: Instruction, isa: ISA, _ transformed: TransformedWeights
  ) throws(RuntimeError) -> PreparedCalls {
    if let wrong = instruction.namedViews.first(where: { !$0.isWellTyped }) {
      throw .unsound("\(wrong.role) is of \(wrong.view.dtype)")
    }
    switch instruction {
    case .convolve(let convolution):
      let kernel = unsafe try prepare(convolution, transformed)
      do throws(KernelTooLarge) {
        let calls = unsafe try kernel.calls(isa: isa)
        return PreparedCalls(calls)
      } catch {
        throw .outOfMemory(error.bytes)
      }
    case .multiply(let product):
      return [
        unsafe .product(
          left: try resolve(product.left, transformed),
          right: try resolve(product.right, transformed),
          output: try resolve(product.output, writing: true),
          epilogue: try prepare(product.epilogue), isa: isa)
      ]
    case .map(let map):
      return [
        unsafe .elementwise(
          program: KernelProgram(map.program),
          operands: try resolve(map.operands),
          output: try resolve(map.output, writing: true), isa: isa)
      ]
    case .reduce(let reduction):
      return unsafe KernelCall.reduce(
        ReductionKind(reduction.function), program: KernelProgram(reduction.program),
        operands: try resolve(reduction.operands), keptRank: reduction.keptRank,
        output: try resolve(reduction.output, writing: true), isa: isa)
    case .normalize(let normalization):
      return unsafe KernelCall.normalize(
        input: try resolve(normalization.input), keptRank: normalization.keptRank,
        epsilon: normalization.epsilon, output: try resolve(normalization.output, writing: true),
        epilogue: try prepare(normalization.epilogue), isa: isa)
    case .softmax(let softmax):
      return [
        unsafe .softmax(
          input: try resolve(softmax.input), output: try resolve(softmax.output, writing: true),
          logarithmic: softmax.logarithmic, isa: isa)
      ]
    case .pool(let pooling):
      return [
        unsafe .pool(
          PoolingKind(pooling.function), window: PoolingWindow(pooling.window),
          input: try resolve(pooling.input), output: try resolve(pooling.output, writing: true),
          isa: isa)
      ]
    case .maxPoolGradient(let gradient):
      return [
        unsafe .maxPoolGradient(
          window: PoolingWindow(gradient.window), input: try resolve(gradient.input),
          gradient: try resolve(gradient.gradient),
          output: try resolve(gradient.output, writing: true), isa: isa)
      ]
    case .resample(let resampling):
      let call = unsafe KernelCall.resample(
        input: try resolve(resampling.input), output: try resolve(resampling.output, writing: true),
        axis: resampling.axis, starts: try resolve(resampling.starts),
        weights: try resolve(resampling.weights), isa: isa)
      guard let call else { throw .unsound("a resampling reads outside its input") }
      return [call]
    case .gather(let gathering):
      return [
        unsafe .gather(
          table: try resolve(gathering.table), indices: try resolve(gathering.indices),
          output: try resolve(gathering.output, writing: true), isa: isa)
      ]
    case .scatter(let scattering):
      return [
        unsafe .scatter(
          input: try resolve(scattering.input), indices: try resolve(scattering.indices),
          output: try resolve(scattering.output, writing: true), isa: isa)
      ]
    case .packMask(let packing):
      return [
        unsafe .packMasks(
          input: try resolve(packing.input), output: try resolve(packing.output, writing: true),
          isa: isa)
      ]
    }
  }

  private func prepare(
    _ convolution: Convolution, _ transformed: TransformedWeights
  ) throws(RuntimeError) -> KernelConvolution {
    var phases = unsafe [KernelConvolution.Phase]()
    for phase in convolution.phases {
      let weights = unsafe try weights(of: phase, in: convolution, transformed)
      unsafe phases.append(
        KernelConvolution.Phase(
          weights: weights.base, weightCount: weights.count,
          kernel: (phase.kernelHeight, phase.kernelWidth), pad: (phase.padTop, phase.padLeft),
          origin: (phase.originY, phase.originX),
          tile: convolution.form(of: phase)?.results ?? 0))
    }
    var kernel = unsafe KernelConvolution(
      input: try resolve(convolution.input),
      output: try resolve(convolution.output, writing: true), phases: phases)
    unsafe kernel.groups = convolution.groups
    unsafe kernel.isDepthwise = convolution.packing == .depthwise
    unsafe kernel.inPairs = convolution.precision == .bfloat16
    unsafe kernel.stride = (convolution.strideY, convolution.strideX)
    unsafe kernel.dilation = (convolution.dilationY, convolution.dilationX)
    unsafe kernel.scale = (convolution.scaleY, convolution.scaleX)
    unsafe kernel.epilogue = try prepare(convolution.epilogue)
    return unsafe kernel
  }

  /// The weights of a phase as the kernel reads them, and how many they are.
  private func weights(
    of phase: Convolution.Phase, in convolution: Convolution, _ transformed: TransformedWeights
  ) throws(RuntimeError) -> (base: UnsafePointer<Float>, count: Int) {
    if let tiled = unsafe transformed.weights(of: phase, in: convolution) { return unsafe tiled }
    let packed = unsafe try resolve(phase.weights, transformed)
    return unsafe (UnsafePointer(packed.base), phase.weights.count)
  }

  private func prepare(_ epilogue: Epilogue) throws(RuntimeError) -> KernelEpilogue {
    unsafe KernelEpilogue(
      program: KernelProgram(epilogue.program), operands: try resolve(epilogue.operands))
  }

  private func resolve(_ views: [View]) throws(RuntimeError) -> [ResolvedView] {
    var resolved = unsafe [ResolvedView]()
    for view in views { unsafe resolved.append(try resolve(view)) }
    return unsafe resolved
  }
}

extension KernelProgram {
  /// The program of a plan.
  init(_ program: PointwiseProgram) {
    self.init(
      operandCount: program.operandCount,
      steps: program.steps.map {
        Step($0.function.rawValue, $0.arguments, immediate: $0.immediate)
      })
  }
}

extension ReductionKind {
  /// The function of a plan.
  init(_ function: ReductionFunction) {
    switch function {
    case .sum: self = .sum
    case .mean: self = .mean
    case .maximum: self = .maximum
    case .minimum: self = .minimum
    case .product: self = .product
    case .variance: self = .variance
    }
  }
}

extension PoolingKind {
  /// The function of a plan.
  init(_ function: Pooling.Function) {
    switch function {
    case .maximum: self = .maximum
    case .average: self = .average
    case .averageCountingPadding: self = .averageCountingPadding
    }
  }
}

extension PoolingWindow {
  /// The window of a plan's pooling.
  init(_ window: Pooling.Window) {
    self.init(
      height: window.kernelHeight, width: window.kernelWidth, strideY: window.strideY,
      strideX: window.strideX, padTop: window.padTop, padLeft: window.padLeft)
  }
}
