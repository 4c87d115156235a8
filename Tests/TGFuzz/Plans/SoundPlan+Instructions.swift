import TGPlan
import TGTensor

extension SoundPlan {
  /// An instruction of any kind, its result ready to be read.
  mutating func instruction() -> Instruction {
    let instruction =
      switch random.below(14) {
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
      default: maskPacking()
      }
    // A map in place has written over a value that is known already.
    if !values.contains(where: { $0.view == instruction.output }) { add(instruction.output) }
    return instruction
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

  /// A program over operands; those of `packed` are read bit by bit.
  mutating func program(_ operandCount: Int, packed: Set<Int> = []) -> PointwiseProgram {
    var program = PointwiseProgram(operandCount: operandCount)
    var readable = (0..<operandCount).filter { !packed.contains($0) }
    func add(_ function: PointwiseFunction, _ arguments: [Int], _ immediate: Float = 0) {
      program.steps.append(.init(function, arguments, immediate: immediate))
      readable.append(operandCount + program.steps.count - 1)
    }
    for operand in packed.sorted() { add(.bit, [operand]) }
    if readable.isEmpty { add(.constant, [], 0.75) }
    let functions = PointwiseFunction.allCases.filter { $0 != .bit }
    let count = random.once(in: 8) ? random.below(40) : random.below(6)
    for _ in 0..<count {
      let function = random.one(of: functions)
      let arguments = (0..<function.arity).map { _ in random.one(of: readable) }
      add(function, arguments, function.takesImmediate ? Float(random.below(9)) / 4 - 1 : 0)
    }
    // Whatever is read by bits needs a step after it to give the result.
    if program.steps.isEmpty, operandCount != 1 { add(.negate, [random.one(of: readable)]) }
    return program
  }

  private mutating func epilogue(for extents: [Int], packs: Bool = true) -> Epilogue {
    guard random.once(in: 2) else { return .none }
    let count = random.below(4)
    let packed = packs && random.once(in: 4) && count > 0 ? Set([count]) : []
    let operands = (1..<count + 1).map { operand(extents, isPacked: packed.contains($0)) }
    return Epilogue(program: program(count + 1, packed: packed), operands: operands)
  }

  private mutating func operand(_ extents: [Int], isPacked: Bool) -> View {
    guard isPacked, let words = PointwiseProgram.packedExtents(extents) else {
      return operand(extents)
    }
    return operand(words, innermostOne: true)
  }

  // MARK: Instructions without windows

  private mutating func map() -> Instruction {
    let extents = extents(0...7)
    let count = random.below(5)
    let packed = random.once(in: 4) && count > 0 && !extents.isEmpty ? Set([count - 1]) : []
    let operands = (0..<count).map { operand(extents, isPacked: packed.contains($0)) }
    let program = program(count, packed: packed)
    // In place, where that is allowed: every operand in the slot is the same view, none is packed.
    if let first = operands.first, packed.isEmpty, random.once(in: 3), first.hasDistinctPlaces,
      function.slots[first.slot].kind == .arena,
      operands.allSatisfy({ $0.slot != first.slot || $0 == first })
    {
      return .map(PointwiseMap(program: program, operands: operands, output: first))
    }
    return .map(PointwiseMap(program: program, operands: operands, output: result(extents)))
  }

  private mutating func reduction() -> Instruction {
    let extents = extents(0...5)
    let kept = random.below(extents.count + 1)
    let operands = (0...random.below(3)).map { _ in operand(extents) }
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
    let epilogue = epilogue(for: extents, packs: false)
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
    let left = operand([batch, sides[0], sides[1]])
    let right = operand([batch, sides[1], sides[2]])
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
    let source = operand(table)
    let indices =
      random.once(in: 4)
      ? operand(ids) : input(ids, innermostOne: false, kind: .tensor, rows: table[0])
    return .gather(
      Gathering(
        table: source, indices: indices, output: result(ids + table.dropFirst())))
  }

  private mutating func scattering() -> Instruction {
    let table = extents(1...3)
    let ids = Array(extents(0...2).map { min($0, 40) })
    let source = operand(ids + table.dropFirst())
    let indices =
      random.once(in: 4)
      ? operand(ids) : input(ids, innermostOne: false, kind: .tensor, rows: table[0])
    return .scatter(Scattering(input: source, indices: indices, output: result(table)))
  }

  private mutating func maskPacking() -> Instruction {
    var extents = extents(1...4)
    extents[extents.count - 1] = 1 + random.below(50)
    let input = operand(extents, innermostOne: true)
    let words = PointwiseProgram.packedExtents(extents) ?? []
    return .packMask(MaskPacking(input: input, output: result(words)))
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
    let count = convolution.packedWeightCount(of: phase) ?? 0
    var elements = numbers(count)
    let outputs = convolution.output.dimensions[3] / convolution.groups
    if convolution.packing == .panels, outputs % 16 != 0 {
      // The channels that the last panel of a group lacks are 0.
      let panels = (outputs + 15) / 16
      let panel = count / convolution.groups / panels
      for group in 1...convolution.groups {
        let last = (group * panels - 1) * panel
        for place in 0..<panel where place % 16 >= outputs % 16 { elements[last + place] = 0 }
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
    let starts = (0..<target[axis]).map { _ in Float(random.below(last + 1)) }
    var table = weight(numbers(target[axis] * taps))
    table.dimensions = [target[axis], taps]
    table.strides = [taps, 1]
    let input = operand(source)
    return .resample(
      Resampling(
        input: input, output: result(target), axis: axis, starts: weight(starts), weights: table))
  }
}
