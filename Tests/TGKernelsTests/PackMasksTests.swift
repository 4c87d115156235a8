import TGKernels
import TGMachine
import TGPlan
import Testing

/// Words of signs, and programs that read their bits.
@Suite struct PackMasksTests {
  /// A tensor with gaps: its extents, and the strides of all axes but the innermost.
  struct Layout: CustomTestStringConvertible, Sendable {
    var dimensions: [Int]
    var input: [Int]
    var output: [Int]
    var testDescription: String { "\(dimensions) \(input) to \(output)" }
  }

  static let layouts: [Layout] =
    [1, 2, 7, 15, 16, 17, 31, 32, 33, 48, 100, 128, 5000].flatMap { columns in
      let words = (columns + 15) / 16
      return [
        Layout(dimensions: [columns], input: [1], output: [1]),
        Layout(
          dimensions: [3, 5, columns], input: rowMajor([3, 5, columns]),
          output: rowMajor([3, 5, words])),
        // Slices, rows in another order, words apart.
        Layout(
          dimensions: [2, 3, columns], input: [5 * columns, columns + 3, 1],
          output: [2 * words + 1, 5 * words + 7, 2]),
      ]
    }

  static let special: [Float] = [
    0, -0, .nan, -.nan, .infinity, -.infinity, 1, -1, 0x1p-149, -0x1p-149, 3e38, -3e38,
  ]

  private static func span(_ dimensions: [Int], _ strides: [Int]) -> Int {
    zip(dimensions, strides).reduce(1) { $0 + ($1.0 - 1) * $1.1 }
  }

  private static func place(_ index: [Int], _ strides: [Int]) -> Int {
    zip(index, strides).reduce(0) { $0 + $1.0 * $1.1 }
  }

  @Test(arguments: ISA.available(), layouts)
  func areWhatIsLargerThanZero(_ isa: ISA, _ layout: Layout) {
    var generator = SeededGenerator(seed: 31)
    var values = generator.floats(Self.span(layout.dimensions, layout.input))
    for index in stride(from: 0, to: values.count, by: 3) {
      values[index] = Self.special.randomElement(using: &generator) ?? 0
    }
    let columns = layout.dimensions[layout.dimensions.count - 1]
    let extents = Array(layout.dimensions.dropLast()) + [(columns + 15) / 16]
    let blank = [Float](repeating: -99, count: Self.span(extents, layout.output))
    var expected = blank
    for index in indices(extents) { expected[Self.place(index, layout.output)] = 0 }
    for index in indices(layout.dimensions) {
      let word = Array(index.dropLast()) + [index[index.count - 1] / 16]
      if values[Self.place(index, layout.input)] > 0 {
        expected[Self.place(word, layout.output)] += Float(1 << (index[index.count - 1] % 16))
      }
    }
    let input = FloatMemory(values)
    for backwards in [false, true] {
      let output = FloatMemory(blank)
      let call = unsafe KernelCall.packMasks(
        input: input.view(layout.dimensions, layout.input),
        output: output.view(extents, layout.output), isa: isa)
      run(call, backwards: backwards)
      #expect(output.elements == expected)
      #expect(output.guardsAreWhole)
    }
  }

  /// Where a map reads words: extents, the order in which the output's axes lie, and the axes along
  /// which the words are repeated.
  struct Reading: CustomTestStringConvertible, Sendable {
    var dimensions: [Int]
    var order: [Int]
    var repeated: Set<Int> = []
    var testDescription: String { "\(dimensions) \(order) \(repeated)" }
  }

  static let readings: [Reading] = [
    .init(dimensions: [1], order: [0]), .init(dimensions: [16], order: [0]),
    .init(dimensions: [5000], order: [0]), .init(dimensions: [4096], order: [0]),
    .init(dimensions: [700, 1], order: [0, 1]), .init(dimensions: [65, 3], order: [0, 1]),
    .init(dimensions: [40, 16], order: [0, 1]), .init(dimensions: [33, 17], order: [0, 1]),
    .init(dimensions: [2, 9, 11, 64], order: [0, 1, 2, 3]),
    .init(dimensions: [2, 9, 11, 70], order: [0, 1, 2, 3]),
    .init(dimensions: [3, 5, 600], order: [0, 1, 2]),
    .init(dimensions: [3, 5, 601], order: [0, 1, 2]),
    // The output lies in another order than the words.
    .init(dimensions: [2, 21, 17, 35], order: [0, 3, 1, 2]),
    .init(dimensions: [2, 21, 17, 32], order: [0, 3, 1, 2]),
    .init(dimensions: [19, 45], order: [1, 0]), .init(dimensions: [40, 3, 50], order: [2, 0, 1]),
    .init(dimensions: [4, 30, 48], order: [0, 1, 2], repeated: [0]),
    .init(dimensions: [4, 30, 50], order: [0, 1, 2], repeated: [1]),
    .init(dimensions: [4, 30, 50], order: [0, 2, 1], repeated: [0, 1]),
  ]

  @Test(arguments: ISA.available(), readings)
  func programsReadTheirBits(_ isa: ISA, _ reading: Reading) {
    var generator = SeededGenerator(seed: 33)
    let extents = reading.dimensions
    let last = extents.count - 1
    let packed = Array(extents.dropLast()) + [(extents[last] + 15) / 16]
    var wordStrides = rowMajor(packed)
    for axis in reading.repeated { wordStrides[axis] = 0 }
    let words = (0..<Self.span(packed, wordStrides)).map { _ in
      Float(Int.random(in: 0..<65536, using: &generator))
    }
    let sorted = rowMajor(reading.order.map { extents[$0] })
    var strides = [Int](repeating: 0, count: extents.count)
    for (place, axis) in reading.order.enumerated() { strides[axis] = sorted[place] }
    let count = extents.reduce(1, *)
    let x = generator.floats(count)
    var expected = [Float](repeating: 0, count: count)
    for index in indices(extents) {
      var word = index
      word[last] /= 16
      let value = x[Self.place(index, strides)]
      let bit = Int(words[Self.place(word, wordStrides)]) >> (index[last] % 16) & 1
      expected[Self.place(index, strides)] = bit == 1 ? value : value * 0.25
    }
    // select(bit(words), x, x / 4)
    let program = KernelProgram(
      operandCount: 2,
      steps: [
        .init(.bit, [0]), .init(.constant, immediate: 0.25), .init(.multiply, [1, 3]),
        .init(.select, [2, 1, 4]),
      ])
    let (wordMemory, input) = (FloatMemory(words), FloatMemory(x))
    for inPlace in [false, true] {
      let output = inPlace ? input : FloatMemory([Float](repeating: -7, count: count))
      let call = unsafe KernelCall.elementwise(
        program: program,
        operands: [
          wordMemory.view(packed, wordStrides).truths(extents), input.view(extents, strides),
        ], output: output.view(extents, strides), isa: isa)
      run(call)
      #expect(output.elements == expected)
      #expect(output.guardsAreWhole && wordMemory.guardsAreWhole)
    }
  }

  /// Whatever a slot holds, reading its bits gives ones and zeros.
  @Test(arguments: ISA.available())
  func bitsOfAnythingAreOnesAndZeros(_ isa: ISA) {
    let words = FloatMemory(Self.special + [1e10, -1, 65536, 0.5, 3.75, 16_777_216])
    let count = words.count * 16
    let output = FloatMemory([Float](repeating: -7, count: count))
    run(
      unsafe KernelCall.elementwise(
        program: KernelProgram(operandCount: 1, steps: [.init(.bit, [0])]),
        operands: [words.view([words.count]).truths([count])], output: output.view([count]),
        isa: isa))
    #expect(output.elements.allSatisfy { $0 == 0 || $0 == 1 })
    #expect(output.guardsAreWhole)
  }
}
