import TGPlan
import TGTensor

extension SoundPlan {
  /// An instruction of any kind.
  mutating func instruction() -> Instruction {
    switch random.below(17) {
    case 0, 1: convolution()
    case 2: product()
    case 3, 4: map()
    case 5: reduction()
    case 6: normalization()
    case 7: softmax()
    case 8: pooling()
    case 9: maxPoolGradient()
    case 10: resampling()
    case 11: gathering()
    case 12: scattering()
    case 13: conversion(extents(0...7))
    case 14: concatenation()
    default: maskPacking(masks())
    }
  }

  /// Small extents, mostly; now and then one axis is long.
  mutating func extents(_ ranks: ClosedRange<Int>) -> [Int] {
    let rank = ranks.lowerBound + random.below(ranks.count)
    var extents = (0..<rank).map { _ in 1 + random.below(rank > 4 ? 3 : 6) }
    if rank > 0, rank < 4, random.once(in: 4) {
      extents[random.below(rank)] = 1 + random.below(300)
    }
    return extents
  }

  /// A picture, `[N, H, W, C]`.
  mutating func picture(channels: Int? = nil) -> [Int] {
    let channels = channels ?? 1 + random.below(random.once(in: 3) ? 40 : 8)
    return [1 + random.below(2), 1 + random.below(9), 1 + random.below(9), channels]
  }

  // MARK: Programs

  /// A program over operands.
  mutating func program(_ operandCount: Int) -> PointwiseProgram {
    var program = PointwiseProgram(operandCount: operandCount)
    var readable = Array(0..<operandCount)
    func add(_ function: PointwiseFunction, _ arguments: [Int], _ immediate: Float = 0) {
      program.steps.append(.init(function, arguments, immediate: immediate))
      readable.append(operandCount + program.steps.count - 1)
    }
    if readable.isEmpty { add(.constant, [], 0.75) }
    let count = random.once(in: 8) ? random.below(40) : random.below(6)
    for _ in 0..<count {
      let function = random.one(of: PointwiseFunction.allCases)
      let arguments = (0..<function.arity).map { _ in random.one(of: readable) }
      add(function, arguments, function.takesImmediate ? Float(random.below(9)) / 4 - 1 : 0)
    }
    // Without steps the result is operand 0, the only one.
    if program.steps.isEmpty, operandCount != 1 { add(.negate, [random.one(of: readable)]) }
    return program
  }

  private mutating func epilogue(for extents: [Int], bits: Bool = true) -> Epilogue {
    guard random.once(in: 2) else { return .none }
    let operands = (0..<random.below(4)).map { _ in elements(extents, bits: bits) }
    return Epilogue(program: program(operands.count + 1), operands: operands)
  }

  /// An operand of a program, of any type.
  private mutating func elements(_ extents: [Int], bits: Bool = true) -> View {
    var dtypes: [DType] = [.float32, .float32, .float32, .int32]
    if bits, !extents.isEmpty { dtypes.append(.bits) }
    return operand(extents, random.one(of: dtypes))
  }

  // MARK: Instructions without windows

  private mutating func map() -> Instruction {
    let extents = extents(0...7)
    let operands = (0..<random.below(5)).map { _ in elements(extents) }
    let program = program(operands.count)
    // In place, where that is allowed: every operand in the slot is the same view.
    if let first = operands.first, first.dtype == .float32, random.once(in: 3),
      isWritable(first), operands.allSatisfy({ $0.slot != first.slot || $0 == first })
    {
      return .map(PointwiseMap(program: program, operands: operands, output: first))
    }
    return .map(PointwiseMap(program: program, operands: operands, output: result(extents)))
  }

  private func isWritable(_ view: View) -> Bool {
    view.hasDistinctPositions && function.slots[view.slot].kind == .arena
  }

  /// Whole numbers copied, now and then in place, or made of floats, most of them whole.
  mutating func conversion(_ extents: [Int]) -> Instruction {
    let source =
      switch random.below(4) {
      case 0: operand(extents)
      case 1: operand(extents, .int32)
      default: input(extents, kind: .tensor, rows: 1 + random.below(1 << (1 + random.below(23))))
      }
    let isInPlace = source.dtype == .int32 && random.once(in: 3) && isWritable(source)
    let output = isInPlace ? source : result(extents, .int32)
    return .map(PointwiseMap(program: .identity, operands: [source], output: output))
  }

  /// A result whose parts are made one by one; the last is not added yet.
  private mutating func concatenation() -> Instruction {
    let dtype: DType = random.one(of: [.float32, .int32, .int32, .bits])
    let extents = dtype == .bits ? masks() : extents(1...4)
    let axis = random.below(extents.count)
    let whole = result(extents, dtype)
    // Rows of bits begin with a word.
    let granule = axis == extents.count - 1 ? dtype.granule : 1
    var start = 0
    while true {
      let length = min(extents[axis] - start, granule * (1 + random.below(6)))
      var dimensions = extents
      dimensions[axis] = length
      let part = whole.seen(
        offset: start * whole.strides[axis], dimensions: dimensions, strides: whole.strides)
      start += length
      let instruction = self.part(part)
      guard start < extents[axis] else {
        add(whole)
        return instruction
      }
      append(instruction, isPart: true)
    }
  }

  /// What writes a part of a result.
  private mutating func part(_ output: View) -> Instruction {
    let extents = output.dimensions
    switch output.dtype {
    case .bits:
      return .packMask(MaskPacking(input: operand(extents, innermostOne: true), output: output))
    case .int32:
      let source = operand(extents, random.one(of: [.int32, .int32, .float32]))
      return .map(PointwiseMap(program: .identity, operands: [source], output: output))
    default:
      let operands = (0..<1 + random.below(2)).map { _ in elements(extents) }
      return .map(
        PointwiseMap(program: program(operands.count), operands: operands, output: output))
    }
  }

  private mutating func reduction() -> Instruction {
    let extents = extents(0...5)
    let kept = random.below(extents.count + 1)
    let operands = (0...random.below(3)).map { _ in elements(extents, bits: false) }
    return .reduce(
      Reduction(
        function: random.one(of: ReductionFunction.allCases), program: program(operands.count),
        operands: operands, keptRank: kept, output: result(Array(extents[..<kept]))))
  }

  private mutating func normalization() -> Instruction {
    let extents = extents(1...4)
    let kept = random.below(extents.count + 1)
    let epsilon: Float = random.one(of: [1e-5, 1e-2, 1, 0])
    let input = operand(extents)
    let epilogue = epilogue(for: extents, bits: false)
    var normalization = Normalization(
      input: input, keptRank: kept, epsilon: epsilon, output: result(extents))
    normalization.epilogue = epilogue
    return .normalize(normalization)
  }

  private mutating func softmax() -> Instruction {
    let extents = extents(1...4)
    let input = operand(extents)
    return .softmax(
      Softmax(input: input, output: result(extents), logarithmic: random.once(in: 2)))
  }

  private mutating func product() -> Instruction {
    let batch = 1 + random.below(3)
    let sides = (0..<3).map { _ in 1 + random.below(random.once(in: 3) ? 70 : 9) }
    let left = stored([batch, sides[0], sides[1]])
    let right = stored([batch, sides[1], sides[2]])
    let extents = [batch, sides[0], sides[2]]
    let epilogue = epilogue(for: extents)
    var product = MatrixProduct(
      left: left, right: right, output: result(extents, innermostOne: true))
    product.epilogue = epilogue
    return .multiply(product)
  }

  private mutating func gathering() -> Instruction {
    let table = extents(1...3)
    let ids = Array(extents(0...2).map { min($0, 40) })
    let source = stored(table)
    let indices = self.indices(ids, rows: table[0])
    return .gather(
      Gathering(
        table: source, indices: indices, output: result(ids + table.dropFirst())))
  }

  private mutating func scattering() -> Instruction {
    let table = extents(1...3)
    let ids = Array(extents(0...2).map { min($0, 40) })
    let source = operand(ids + table.dropFirst())
    let indices = self.indices(ids, rows: table[0])
    return .scatter(Scattering(input: source, indices: indices, output: result(table)))
  }

  /// Numbers of rows: a new input, what was made before, or a conversion.
  private mutating func indices(_ extents: [Int], rows: Int) -> View {
    switch random.below(4) {
    case 0: return operand(extents, .int32)
    case 1:
      let source = input(extents, kind: .tensor, rows: rows)
      let output = result(extents, .int32)
      append(.map(PointwiseMap(program: .identity, operands: [source], output: output)))
      return output
    default: return input(extents, .int32, kind: .tensor, rows: rows)
    }
  }

  /// Extents with rows of more than a word.
  private mutating func masks() -> [Int] {
    var extents = extents(1...4)
    extents[extents.count - 1] = 1 + random.below(50)
    return extents
  }

  mutating func maskPacking(_ extents: [Int]) -> Instruction {
    let input = operand(extents, innermostOne: true)
    return .packMask(MaskPacking(input: input, output: result(extents, .bits)))
  }
}

// MARK: Windows
extension SoundPlan {
  private mutating func convolution() -> Instruction {
    let isDepthwise = random.once(in: 4)
    let groups = isDepthwise ? 1 + random.below(40) : random.one(of: [1, 1, 1, 2, 3])
    let inner = isDepthwise ? groups : groups * (1 + random.below(random.once(in: 3) ? 40 : 6))
    let outer = isDepthwise ? groups : groups * (1 + random.below(random.once(in: 3) ? 50 : 6))
    let source = picture(channels: inner)
    let input = operand(source, innermostOne: true)
    let extents = [source[0], 1 + random.below(9), 1 + random.below(9), outer]
    var convolution = Convolution(input: input, output: input, phases: [])
    convolution.output.dimensions = extents
    convolution.groups = groups
    convolution.packing = isDepthwise ? .depthwise : .panels
    convolution.strideY = 1 + random.below(3)
    convolution.strideX = 1 + random.below(3)
    convolution.dilationY = 1 + random.below(2)
    convolution.dilationX = 1 + random.below(2)
    convolution.scaleY = random.one(of: [1, 1, 2, 3])
    convolution.scaleX = random.one(of: [1, 1, 2, 3])
    convolution.epilogue = epilogue(for: extents)
    if random.once(in: 4), groups == 1, !isDepthwise {
      convolution.tile = random.one(of: WinogradForm.all).results
      let stride = random.one(of: [1, 1, 2, 3])
      (convolution.strideY, convolution.strideX) = (stride, stride)
      (convolution.dilationY, convolution.dilationX) = (1, 1)
    }
    if random.once(in: 4), groups == 1, !isDepthwise { convolution.packing = .turned }
    if random.once(in: 4), !isDepthwise { convolution.precision = .bfloat16 }
    for y in 0..<min(convolution.scaleY, extents[1]) {
      for x in 0..<min(convolution.scaleX, extents[2]) { phase(y, x, of: &convolution) }
    }
    convolution.output = result(extents, innermostOne: true)
    return .convolve(convolution)
  }

  private mutating func phase(_ y: Int, _ x: Int, of convolution: inout Convolution) {
    var phase = Convolution.Phase(
      weights: convolution.input, kernelHeight: 1 + random.below(4),
      kernelWidth: 1 + random.below(4), padTop: random.below(6) - 2, padLeft: random.below(6) - 2,
      originY: y, originX: x)
    // Of tiles one phase at least has a form.
    if let form = WinogradForm.all.first(where: { $0.results == convolution.tile }),
      convolution.phases.isEmpty || random.once(in: 2)
    {
      let kernel = form.kernel * convolution.strideY - random.below(convolution.strideY)
      (phase.kernelHeight, phase.kernelWidth) = (kernel, kernel)
    }
    let count = convolution.packedWeightCount(of: phase) ?? 0
    var elements = numbers(count, random.once(in: 3) ? .float16 : .float32)
    // The channels of the panels.
    let outputs =
      convolution.packing == .turned
      ? convolution.input.dimensions[3] : convolution.output.dimensions[3] / convolution.groups
    if convolution.packing != .depthwise, outputs % 16 != 0 {
      // The channels that the last panel of a group lacks are 0.
      let panels = (outputs + 15) / 16
      let panel = count / convolution.groups / panels
      for group in 1...convolution.groups {
        let last = (group * panels - 1) * panel
        for place in 0..<panel where place % 16 >= outputs % 16 { elements.clear(last + place) }
      }
    }
    phase.weights = weight(elements)
    convolution.phases.append(phase)
  }

  /// Kernel, stride, pad and number of windows along an axis, each window with a place inside.
  private mutating func windows(_ extent: Int) -> (kernel: Int, stride: Int, pad: Int, count: Int) {
    let (kernel, stride) = (1 + random.below(4), 1 + random.below(3))
    let pad = random.below(kernel)
    let most = (extent - 1 + pad) / stride + 1
    return (kernel, stride, pad, 1 + random.below(most))
  }

  private mutating func pooling() -> Instruction {
    let source = picture()
    let (y, x) = (windows(source[1]), windows(source[2]))
    let input = operand(source, innermostOne: true)
    return .pool(
      Pooling(
        function: random.one(of: Pooling.Function.allCases), input: input,
        output: result([source[0], y.count, x.count, source[3]], innermostOne: true),
        window: Pooling.Window(
          kernelHeight: y.kernel, kernelWidth: x.kernel, strideY: y.stride, strideX: x.stride,
          padTop: y.pad, padLeft: x.pad)))
  }

  private mutating func maxPoolGradient() -> Instruction {
    let source = picture()
    let (y, x) = (windows(source[1]), windows(source[2]))
    let input = operand(source, innermostOne: true)
    let gradient = operand([source[0], y.count, x.count, source[3]], innermostOne: true)
    return .maxPoolGradient(
      MaxPoolGradient(
        input: input, gradient: gradient, output: result(source, innermostOne: true),
        window: Pooling.Window(
          kernelHeight: y.kernel, kernelWidth: x.kernel, strideY: y.stride, strideX: x.stride,
          padTop: y.pad, padLeft: x.pad)))
  }

  private mutating func resampling() -> Instruction {
    let source = extents(1...4)
    let axis = random.below(source.count)
    let taps = 1 + random.below(source[axis])
    var target = source
    target[axis] = 1 + random.below(12)
    let last = source[axis] - taps
    let starts = (0..<target[axis]).map { _ in UInt32(random.below(last + 1)) }
    var table = weight(numbers(target[axis] * taps))
    table.dimensions = [target[axis], taps]
    table.strides = [taps, 1]
    let input = operand(source)
    return .resample(
      Resampling(
        input: input, output: result(target), axis: axis,
        starts: weight(Numbers(words: starts, count: starts.count, dtype: .int32)),
        weights: table))
  }
}
