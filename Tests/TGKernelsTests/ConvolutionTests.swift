import TGKernels
import TGMachine
import TGPlan
import TGTensor
import Testing

@Suite struct ConvolutionTests {
  static let cases: [ConvolutionCase] = {
    var cases: [ConvolutionCase] = []
    for channels in [1, 3, 5, 16, 17, 33, 64] {
      for outputs in [1, 3, 5, 16, 17, 33, 64] {
        cases.append(ConvolutionCase(1, 5, 9, channels, outputs))
      }
    }
    for width in [1, 2, 3, 4, 5, 6, 7, 8, 13, 14, 15, 27, 29, 100] {
      cases.append(ConvolutionCase(2, 3, width, 6, 40))
    }
    for (height, width) in [(1, 1), (2, 2), (4, 4), (9, 1), (30, 2), (1, 30), (16, 16)] {
      for batch in [1, 2, 3] {
        cases.append(ConvolutionCase(batch, height, width, 19, 70))
        cases.append(ConvolutionCase(batch, height, width, 19, 36, kernel: 1))
      }
    }
    for kernel in 1...5 {
      for stride in 1...3 {
        cases.append(ConvolutionCase(2, 11, 13, 7, 21, kernel: kernel, stride: stride))
      }
      cases.append(ConvolutionCase(1, 17, 19, 4, 18, kernel: kernel, dilation: 2))
    }
    cases += [
      // The input read in place, the kernel as large as the picture, padding beyond it, negative.
      ConvolutionCase(3, 9, 17, 20, 24, pad: 0),
      ConvolutionCase(3, 4, 4, 40, 50, kernel: 4, pad: 0),
      ConvolutionCase(2, 4, 4, 8, 16, pad: 5),
      ConvolutionCase(2, 12, 12, 8, 16, pad: -2),
      ConvolutionCase(1, 20, 20, 3, 16, kernel: 7, stride: 2, pad: 3),
      // Groups.
      ConvolutionCase(2, 6, 7, 12, 8, groups: 4),
      ConvolutionCase(1, 6, 20, 64, 72, groups: 2),
      ConvolutionCase(1, 6, 7, 6, 6, groups: 6),
      // Depthwise.
      ConvolutionCase(2, 6, 7, 5, 5, groups: 5, depthwise: true),
      ConvolutionCase(1, 9, 12, 70, 70, stride: 2, groups: 70, depthwise: true),
      ConvolutionCase(1, 9, 12, 33, 33, kernel: 5, dilation: 2, groups: 33, depthwise: true),
      ConvolutionCase(1, 3, 3, 17, 17, pad: 4, groups: 17, depthwise: true),
      ConvolutionCase(1, 10, 9, 17, 17, pad: -1, groups: 17, depthwise: true),
      // Matrices: one row, a few, many.
      ConvolutionCase(1, 1, 1, 200, 300, kernel: 1),
      ConvolutionCase(1, 1, 5, 65, 300, kernel: 1),
      ConvolutionCase(1, 1, 333, 33, 37, kernel: 1),
      // Few output channels.
      ConvolutionCase(2, 5, 23, 33, 1),
      ConvolutionCase(1, 5, 23, 44, 2, stride: 2),
      ConvolutionCase(1, 12, 70, 64, 3),
      ConvolutionCase(1, 6, 20, 40, 4, dilation: 2),
      ConvolutionCase(1, 6, 20, 80, 8, groups: 2),
      ConvolutionCase(1, 6, 9, 300, 3, kernel: 1),
      // Several tiles.
      ConvolutionCase(2, 40, 50, 32, 64),
      ConvolutionCase(1, 16, 16, 128, 256),
      ConvolutionCase(5, 4, 4, 160, 256),
      ConvolutionCase(1, 20, 16, 1024, 64, kernel: 1),
    ]
    var gaps = ConvolutionCase(2, 7, 9, 19, 21)
    gaps.inputGap = 13
    gaps.outputGap = 43
    cases.append(gaps)
    gaps = ConvolutionCase(2, 7, 9, 19, 21, kernel: 1)
    gaps.inputGap = 3
    gaps.outputGap = 5
    cases.append(gaps)
    for (scale, kernel, size) in [
      ([2, 2], 2, [10, 14]), ([2, 2], 3, [11, 13]), ([3, 1], 4, [14, 7]),
    ] {
      var phases = ConvolutionCase(2, 5, 7, 9, 20, kernel: kernel, pad: 1)
      phases.scale = scale
      phases.output = size
      phases.outputGap = 4
      cases.append(phases)
    }
    cases += tiledCases
    cases += (tiledCases + cases.prefix(8)).filter { $0.groups == 1 && !$0.isDepthwise }.map {
      var turned = $0
      turned.isTurned = true
      return turned
    }
    var uneven = ConvolutionCase(1, 9, 14, 8, 20)
    uneven.kernel = [1, 5]
    uneven.pad = [0, 1]
    uneven.stride = [2, 1]
    uneven.dilation = [1, 2]
    uneven.output = [5, 9]
    cases.append(uneven)
    uneven.isTurned = true
    cases.append(uneven)
    return cases
  }()

  /// Tiles of each form: cut at the border, fewer than a block, several blocks and chunks of panels,
  /// padding of none, beyond the kernel and negative, gaps, phases.
  private static let tiledCases: [ConvolutionCase] = {
    var cases: [ConvolutionCase] = []
    for tile in [2, 4] {
      for (height, width) in [(1, 1), (4, 4), (5, 7), (9, 13), (30, 2)] {
        for (channels, outputs) in [(1, 1), (17, 33), (32, 48)] {
          var test = ConvolutionCase(2, height, width, channels, outputs)
          test.tile = tile
          cases.append(test)
        }
      }
      for (pad, size) in [(0, 20), (3, 6), (-2, 12)] {
        var test = ConvolutionCase(1, size, size, 20, 24, pad: pad)
        (test.tile, test.inputGap, test.outputGap) = (tile, 5, 43)
        cases.append(test)
      }
      for (size, channels, outputs) in [(50, 24, 32), (8, 40, 272), (6, 512, 64)] {
        var test = ConvolutionCase(1, size, size, channels, outputs)
        test.tile = tile
        cases.append(test)
      }
    }
    for (size, output) in [(5, [10, 9]), (4, [7, 8]), (23, [46, 45])] {
      var test = ConvolutionCase(2, size, size, 18, 20, kernel: 2, pad: 1)
      (test.tile, test.scale, test.output, test.outputGap) = (3, [2, 2], output, 4)
      cases.append(test)
      // Phases without a form: 2 × 1, 1 × 2 and 1 × 1.
      test.isUneven = true
      cases.append(test)
    }
    return cases + stridedCases
  }()

  /// Tiles with a stride: kernels that it divides and others, padding of none, beyond the kernel and
  /// negative, one position, several blocks.
  private static let stridedCases: [ConvolutionCase] = {
    var cases: [ConvolutionCase] = []
    for (tile, kernel, stride) in [
      (3, 3, 2), (3, 4, 2), (2, 5, 2), (4, 6, 2), (3, 5, 3), (4, 8, 3), (3, 6, 4),
    ] {
      for (height, width, pad) in [(9, 14, 1), (20, 11, 0), (7, 7, 3), (16, 19, -2), (50, 60, 1)] {
        var test = ConvolutionCase(
          2, height, width, 9, 34, kernel: kernel, stride: stride, pad: pad)
        guard test.output.allSatisfy({ $0 > 0 }) else { continue }
        (test.tile, test.inputGap, test.outputGap) = (tile, 3, 2)
        cases.append(test)
      }
    }
    return cases
  }()

  @Test(arguments: ISA.available(), cases)
  func equalsTheDefinition(_ isa: ISA, _ test: ConvolutionCase) throws {
    let seed: UInt64 = 31
    var generator = SeededGenerator(seed: seed)
    let input = generator.floats(test.batch * test.inputStrides[0])
    let phases = test.phases(using: &generator)
    let prepared = try test.prepare(input: input, phases: phases, isa: isa)
    let result = test.run(prepared)
    var wrong = 0
    let elements = indices([test.batch, test.output[0], test.output[1], test.outputs])
    let step = elements.count / 3000 | 1
    for position in stride(from: elements.count % step, to: elements.count, by: step) {
      let reference = test.reference(input, phases, at: elements[position])
      let error = abs(Double(result[position]) - reference.sum)
      // What a tile adds and takes away again is that of all its positions, those inside, too: nine
      // products (of each part of a stride), each a quarter in the mean.
      let inside = 9 * 0.25 * Double(test.channels * test.stride[0] * test.stride[1])
      let bound = 1e-6 * (test.tile > 0 ? max(reference.size, inside) : reference.size)
      if !(error <= bound + 1e-30) { wrong += 1 }
    }
    #expect(wrong == 0, "\(isa) \(test), seed \(seed)")
    #expect(test.strayWrites(prepared) == 0)
    // Every tile by itself, in the other order.
    let again = try test.prepare(input: input, phases: phases, isa: isa)
    #expect(test.run(again, backwards: true).map(\.bitPattern) == result.map(\.bitPattern))
  }

  /// The error of a sum is that of chains of 256 terms, a fifth of that of one chain.
  @Test(arguments: ISA.available())
  func longSumsLoseLittle(_ isa: ISA) throws {
    let test = ConvolutionCase(1, 1, 9, 20_000, 40, kernel: 1)
    var generator = SeededGenerator(seed: 46)
    let input = generator.floats(test.inputStrides[0])
    let phases = test.phases(using: &generator)
    let result = try test.run(test.prepare(input: input, phases: phases, isa: isa))
    var (error, size) = (0.0, 0.0)
    for (position, index) in indices([1, 1, 9, 40]).enumerated() {
      let sum = test.reference(input, phases, at: index).sum
      error += (Double(result[position]) - sum) * (Double(result[position]) - sum)
      size += sum * sum
    }
    #expect((error / size).squareRoot() < 6e-7)
  }

  static let epilogues: [(name: String, program: KernelProgram, kinds: [String])] = [
    ("bias", .init(operandCount: 2, steps: [.init(.add, [0, 1])]), ["channel"]),
    (
      "bias, rectifier", .init(operandCount: 2, steps: [.init(.add, [1, 0]), .init(.relu, [2])]),
      ["channel"]
    ),
    (
      "bias, leaky rectifier",
      .init(
        operandCount: 2, steps: [.init(.add, [0, 1]), .init(.leakyRelu, [2], immediate: 0.2)]),
      ["channel"]
    ),
    (
      "scale, bias",
      .init(operandCount: 3, steps: [.init(.multiply, [0, 2]), .init(.add, [3, 1])]),
      ["channel", "channel"]
    ),
    ("rectifier", .init(operandCount: 1, steps: [.init(.relu, [0])]), []),
    (
      "bias, residual, rectifier",
      .init(
        operandCount: 3, steps: [.init(.add, [0, 1]), .init(.add, [3, 2]), .init(.relu, [4])]),
      ["channel", "full"]
    ),
    ("bias per position", .init(operandCount: 2, steps: [.init(.add, [0, 1])]), ["position"]),
    (
      "bias, tanh, half range",
      .init(
        operandCount: 2,
        steps: [
          .init(.add, [0, 1]), .init(.tanh, [2]), .init(.constant, immediate: 0.5),
          .init(.multiply, [3, 4]),
          .init(.add, [5, 4]),
        ]), ["channel"]
    ),
    ("one number", .init(operandCount: 2, steps: [.init(.multiply, [0, 1])]), ["one"]),
    ("square of it", .init(operandCount: 1, steps: [.init(.multiply, [0, 0])]), []),
    ("nothing of it", .init(operandCount: 2, steps: [.init(.negate, [1])]), ["full"]),
  ]

  static let epilogueCases: [ConvolutionCase] = {
    var phases = ConvolutionCase(2, 5, 7, 9, 20, kernel: 2, pad: 1)
    phases.scale = [2, 2]
    phases.output = [10, 14]
    phases.outputGap = 4
    return [
      ConvolutionCase(2, 6, 33, 17, 37), ConvolutionCase(1, 5, 40, 8, 3),
      ConvolutionCase(2, 5, 40, 48, 3), ConvolutionCase(1, 3, 90, 40, 1),
      ConvolutionCase(3, 4, 4, 20, 64), ConvolutionCase(2, 1, 9, 20, 70, kernel: 1), phases,
      ConvolutionCase(2, 6, 7, 21, 21, groups: 21, depthwise: true),
      ConvolutionCase(2, 6, 7, 12, 40, groups: 2),
    ]
  }()

  /// The fused epilogue gives the bits of a separate elementwise map.
  @Test(arguments: ISA.available(), epilogueCases)
  func epilogueEqualsASeparateMap(_ isa: ISA, _ test: ConvolutionCase) throws {
    var generator = SeededGenerator(seed: 41)
    let input = generator.floats(test.batch * test.inputStrides[0])
    let phases = test.phases(using: &generator)
    let plain = try test.run(test.prepare(input: input, phases: phases, isa: isa))
    let extents = [test.batch, test.output[0], test.output[1], test.outputs]
    for epilogue in Self.epilogues {
      let operands = epilogue.kinds.map { kind -> (values: [Float], strides: [Int]) in
        switch kind {
        case "channel": (generator.floats(extents[3]), [0, 0, 0, 1])
        case "position": (generator.floats(extents[1] * extents[2]), [0, extents[2], 1, 0])
        case "one": (generator.floats(1), [0, 0, 0, 0])
        default: (generator.floats(plain.count), rowMajor(extents))
        }
      }
      let prepared = try test.prepare(
        input: input, phases: phases, isa: isa, program: epilogue.program, operands: operands)
      let fused = test.run(prepared)
      #expect(test.strayWrites(prepared) == 0)
      let separate = FloatMemory(plain)
      let memories = operands.map { FloatMemory($0.values) }
      let views =
        unsafe [separate.view(extents)]
        + zip(memories, operands).map { unsafe $0.view(extents, $1.strides) }
      run(
        unsafe KernelCall.elementwise(
          program: epilogue.program, operands: views, output: separate.view(extents), isa: isa))
      withExtendedLifetime(memories) {}
      #expect(
        separate.elements.map(\.bitPattern) == fused.map(\.bitPattern), "\(epilogue.name), \(test)")
    }
  }

  /// A picture's bits do not depend on the pictures beside it, though they change the tiles.
  @Test(
    arguments: ISA.available(),
    [(4, 4, 160, 256), (9, 17, 33, 40), (24, 40, 64, 3), (1, 1, 65, 90)])
  func picturesOfABatchDoNotMix(_ isa: ISA, _ size: (Int, Int, Int, Int)) throws {
    var generator = SeededGenerator(seed: 42)
    let batch = ConvolutionCase(3, size.0, size.1, size.2, size.3)
    let single = ConvolutionCase(1, size.0, size.1, size.2, size.3)
    let input = generator.floats(3 * single.inputStrides[0])
    let phases = batch.phases(using: &generator)
    let together = try batch.run(batch.prepare(input: input, phases: phases, isa: isa))
    for picture in 0..<3 {
      let part = Array(
        input[picture * single.inputStrides[0]..<(picture + 1) * single.inputStrides[0]])
      let alone = try single.run(single.prepare(input: part, phases: phases, isa: isa))
      let start = picture * single.outputStrides[0]
      #expect(
        alone.map(\.bitPattern)
          == together[start..<start + single.outputStrides[0]].map(\.bitPattern))
    }
  }

  /// Distances between taps that no memory could bridge are refused, not computed modulo 2⁶⁴.
  @Test(arguments: ISA.available())
  func madDilationIsTooLarge(_ isa: ISA) throws {
    var generator = SeededGenerator(seed: 45)
    var test = ConvolutionCase(1, 3, 3, 1, 1, kernel: 100, dilation: 1 << 20, pad: 1 << 20)
    test.output = [1, 1]
    let phases = test.phases(using: &generator)
    let error = #expect(throws: KernelTooLarge.self) {
      try test.prepare(input: generator.floats(9), phases: phases, isa: isa)
    }
    #expect(try #require(error).bytes > 1 << 46)
  }

  /// An epilogue may read what lies in the output before.
  @Test(arguments: ISA.available())
  func addsIntoTheOutput(_ isa: ISA) throws {
    let test = ConvolutionCase(2, 6, 33, 17, 37)
    var generator = SeededGenerator(seed: 43)
    let input = FloatMemory(generator.floats(test.batch * test.inputStrides[0]))
    let phases = test.phases(using: &generator)
    let plain = try test.run(test.prepare(input: input.elements, phases: phases, isa: isa))
    let before = generator.floats(plain.count)
    let output = FloatMemory(before)
    let weights = FloatMemory(WeightPacking.packPanels(phases[0].weights, groups: 1))
    let view = unsafe output.view([2, 6, 33, 37])
    var convolution = unsafe KernelConvolution(
      input: input.view([2, 6, 33, 17]), output: view,
      phases: [
        .init(
          weights: UnsafePointer(weights.view([weights.count]).base), weightCount: weights.count,
          kernel: (3, 3), pad: (1, 1))
      ])
    unsafe convolution.epilogue = KernelEpilogue(
      program: .init(operandCount: 2, steps: [.init(.add, [0, 1])]), operands: [view])
    run(unsafe try KernelCall.convolution(convolution, isa: isa))
    withExtendedLifetime([input, weights]) {}
    #expect(output.elements == zip(plain, before).map { $0 + $1 })
  }

  @Test(arguments: ISA.available())
  func nanAndInfinityReachOnlyTheirNeighbours(_ isa: ISA) throws {
    let test = ConvolutionCase(1, 9, 9, 4, 18)
    var generator = SeededGenerator(seed: 44)
    var input = generator.floats(test.inputStrides[0])
    let phases = test.phases(using: &generator)
    input[(4 * 9 + 4) * 4 + 1] = .nan
    input[(0 * 9 + 0) * 4 + 2] = .infinity
    let result = try test.run(test.prepare(input: input, phases: phases, isa: isa))
    for index in indices([9, 9, 18]) {
      let value = result[(index[0] * 9 + index[1]) * 18 + index[2]]
      let nearNaN = abs(index[0] - 4) <= 1 && abs(index[1] - 4) <= 1
      let nearInfinity = index[0] <= 1 && index[1] <= 1
      #expect(value.isNaN == nearNaN)
      #expect(value.isInfinite == nearInfinity)
    }
  }
}
