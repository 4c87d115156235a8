import TGKernels
import TGMachine
import TGPlan
import Testing

/// Bits of signs, and programs that read bits and whole numbers.
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
          output: rowMajor([3, 5, 16 * words])),
        // Slices, and rows apart.
        Layout(
          dimensions: [2, 3, columns], input: [5 * columns, columns + 3, 1],
          output: [16 * (2 * words + 1), 16 * (5 * words + 7), 1]),
      ]
    }

  static let special: [Float] = [
    0, -0, .nan, -.nan, .infinity, -.infinity, 1, -1, 0x1p-149, -0x1p-149, 3e38, -3e38,
  ]

  private static func span(_ dimensions: [Int], _ strides: [Int]) -> Int {
    zip(dimensions, strides).reduce(1) { $0 + ($1.0 - 1) * $1.1 }
  }

  private static func offset(_ index: [Int], _ strides: [Int]) -> Int {
    zip(index, strides).reduce(0) { $0 + $1.0 * $1.1 }
  }

  @Test(arguments: ISA.available(), layouts)
  func areWhatIsLargerThanZero(_ isa: ISA, _ layout: Layout) {
    var generator = SeededGenerator(seed: 31)
    var values = generator.floats(Self.span(layout.dimensions, layout.input))
    for index in stride(from: 0, to: values.count, by: 3) {
      values[index] = Self.special.randomElement(using: &generator) ?? 0
    }
    let blank = [UInt16](
      repeating: 0xabcd, count: (Self.span(layout.dimensions, layout.output) + 15) / 16)
    var expected = blank
    for index in indices(layout.dimensions) {
      expected[Self.offset(index, layout.output) / 16] = 0
    }
    for index in indices(layout.dimensions) where values[Self.offset(index, layout.input)] > 0 {
      let bit = Self.offset(index, layout.output)
      expected[bit / 16] |= 1 << UInt16(bit % 16)
    }
    let input = FloatMemory(values)
    for backwards in [false, true] {
      let output = FloatMemory(words: blank)
      let call = unsafe KernelCall.packMasks(
        input: input.view(layout.dimensions, layout.input),
        output: output.bits(layout.dimensions, layout.output), isa: isa)
      run(call, backwards: backwards)
      #expect(output.words.prefix(expected.count).elementsEqual(expected))
      #expect(output.words.dropFirst(expected.count).allSatisfy { $0 == FloatMemory.padding })
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
    var bitStrides = rowMajor(Array(extents.dropLast()) + [(extents[last] + 15) / 16 * 16])
    for axis in reading.repeated { bitStrides[axis] = 0 }
    let words = (0..<(Self.span(extents, bitStrides) + 15) / 16).map { _ in
      UInt16.random(in: 0...65535, using: &generator)
    }
    let sorted = rowMajor(reading.order.map { extents[$0] })
    var strides = [Int](repeating: 0, count: extents.count)
    for (position, axis) in reading.order.enumerated() { strides[axis] = sorted[position] }
    let count = extents.reduce(1, *)
    let x = generator.floats(count)
    var expected = [Float](repeating: 0, count: count)
    for index in indices(extents) {
      let value = x[Self.offset(index, strides)]
      let offset = Self.offset(index, bitStrides)
      let bit = words[offset / 16] >> UInt16(offset % 16) & 1
      expected[Self.offset(index, strides)] = bit == 1 ? value : value * 0.25
    }
    // select(bits, x, x / 4)
    let program = KernelProgram(
      operandCount: 2,
      steps: [
        .init(.constant, immediate: 0.25), .init(.multiply, [1, 2]), .init(.select, [0, 1, 3]),
      ])
    let (wordMemory, input) = (FloatMemory(words: words), FloatMemory(x))
    for inPlace in [false, true] {
      let output = inPlace ? input : FloatMemory([Float](repeating: -7, count: count))
      let call = unsafe KernelCall.elementwise(
        program: program,
        operands: [
          wordMemory.bits(extents, bitStrides), input.view(extents, strides),
        ], output: output.view(extents, strides), isa: isa)
      run(call)
      #expect(output.elements == expected)
      #expect(output.guardsAreWhole && wordMemory.guardsAreWhole)
    }
  }

  /// What int32 holds, and whole numbers that float32 has not.
  static let integers: [Int32] = [
    0, 1, -1, 7, .max, .min, 16_777_216, 16_777_217, -16_777_219, 33_554_431, 1 << 30,
  ]

  /// Whole numbers are read as the nearest float, however they lie.
  @Test(arguments: ISA.available(), [1, 3, 16, 37, 700])
  func programsReadWholeNumbers(_ isa: ISA, _ columns: Int) {
    let rows = 5
    let numbers = (0..<rows * (columns + 2)).map { Self.integers[$0 % Self.integers.count] }
    let memory = FloatMemory(integers: numbers)
    for strides in [[columns + 2, 1], [0, 1], [1, rows], [1, 0]] {
      let output = FloatMemory([Float](repeating: -7, count: rows * columns))
      run(
        unsafe KernelCall.elementwise(
          program: KernelProgram(operandCount: 1, steps: [.init(.negate, [0])]),
          operands: [memory.integers([rows, columns], strides)],
          output: output.view([rows, columns]),
          isa: isa))
      let expected = indices([rows, columns]).map { -Float(numbers[Self.offset($0, strides)]) }
      #expect(output.elements == expected)
      #expect(output.guardsAreWhole && memory.guardsAreWhole)
    }
  }

  /// Whole numbers are copied bit for bit; numbers become whole ones, or the least where they are none.
  @Test(arguments: ISA.available(), [1, 16, 37, 700])
  func wholeNumbersAreMade(_ isa: ISA, _ columns: Int) {
    let count = 3 * columns
    let numbers = (0..<count).map { Self.integers[$0 % Self.integers.count] }
    let floats =
      Self.special + [1e10, -1, 65536, 0.5, 3.75, 16_777_216, -2_147_483_648, 2_147_483_648]
    let given = (0..<count).map { floats[$0 % floats.count] }
    for isCopy in [true, false] {
      let (integers, numberMemory) = (FloatMemory(integers: numbers), FloatMemory(given))
      let output = FloatMemory([Float](repeating: -7, count: 2 * count))
      for strides in [[columns, 1], [2 * columns, 2], [1, 3]] {
        run(
          unsafe KernelCall.elementwise(
            program: .identity,
            operands: [
              isCopy
                ? integers.integers([3, columns], [columns, 1]) : numberMemory.view([3, columns])
            ], output: output.integers([3, columns], strides), isa: isa))
        for index in indices([3, columns]) {
          let offset = Self.offset(index, [columns, 1])
          let expected = isCopy ? numbers[offset] : Int32(exactly: given[offset]) ?? .min
          let found = output.elements[Self.offset(index, strides)].bitPattern
          #expect(Int32(bitPattern: found) == expected)
        }
        #expect(output.guardsAreWhole)
      }
    }
  }
}
