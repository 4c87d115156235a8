import TGKernels
import TGMachine
import TGPlan
import TGTensor
import Testing

/// Floats of 16 bits, and kernels that read them: the bits of what they are as floats of 32.
@Suite struct WidenTests {
  @Test(arguments: ISA.available())
  func everyHalfIsWidenedExactly(_ isa: ISA) {
    let words = (0...UInt32(UInt16.max)).map { UInt16($0) }
    let (found, guards) = Self.widened(words, isa)
    #expect(guards)
    for (word, number) in zip(words, found) {
      let expected = Float(Float16(bitPattern: word))
      if expected.isNaN {
        #expect(number.isNaN && number.sign == expected.sign, "\(word)")
      } else {
        #expect(number.bitPattern == expected.bitPattern, "\(word)")
      }
    }
  }

  static let counts = [0, 1, 3, 4, 7, 8, 15, 16, 17, 1023, 1024, 1025, 16_385, 40_000]

  @Test(arguments: ISA.available(), counts)
  func anyNumberOfThem(_ isa: ISA, _ count: Int) {
    let words = (0..<count).map { UInt16($0 % 0x7c00) }
    let (found, guards) = Self.widened(words, isa)
    #expect(guards)
    #expect(found == words.map { Float(Float16(bitPattern: $0)) })
  }

  /// What the kernel makes of words, its tiles in reversed order, and whether it wrote nothing else.
  private static func widened(_ words: [UInt16], _ isa: ISA) -> (numbers: [Float], guards: Bool) {
    let input = FloatMemory(words: words)
    let output = FloatMemory([Float](repeating: -7, count: words.count))
    run(
      unsafe KernelCall.widen(
        UnsafePointer(
          input.halves([words.count], [1]).address.assumingMemoryBound(to: UInt16.self)),
        count: words.count, into: output.view([words.count]).base, isa: isa), backwards: true)
    return (output.elements, output.guardsAreWhole && input.guardsAreWhole)
  }

  /// Rows of a table, with gaps, in another order, repeated.
  @Test(arguments: ISA.available(), [[40, 3, 17], [5, 1, 1], [33, 16], [9]])
  func rowsAreGatheredAsTheirNumbersAre(_ isa: ISA, _ extents: [Int]) {
    var generator = SeededGenerator(seed: 5)
    let count = extents.reduce(1, *)
    let halves = generator.floats(3 * count + 8).map { Float16($0) }
    let ids: [Int32] = [0, 3, 3, Int32(extents[0] - 1), -1, 1]
    let indices = FloatMemory(integers: ids)
    let shape = [ids.count] + extents.dropFirst()
    for scale in [1, 3] {
      let strides = rowMajor(extents).map { $0 * scale }
      let narrow = FloatMemory(words: halves.map(\.bitPattern))
      let wide = FloatMemory(halves.map { Float($0) })
      let tables = unsafe [narrow.halves(extents, strides), wide.view(extents, strides)]
      let results = unsafe tables.map { table in
        let output = FloatMemory([Float](repeating: -7, count: shape.reduce(1, *)))
        run(
          unsafe KernelCall.gather(
            table: table, indices: indices.integers([ids.count], [1]), output: output.view(shape),
            isa: isa))
        #expect(output.guardsAreWhole)
        return output.elements
      }
      #expect(results[0] == results[1])
      #expect(results[0].contains { $0 != 0 })
    }
  }

  @Test(arguments: ISA.available(), WinogradForm.all)
  func weightsAreTransformedAsTheirNumbersAre(_ isa: ISA, _ form: WinogradForm) {
    for stride in 1...3 {
      for kernel in Set([form.kernel * stride - stride + 1, form.kernel * stride]) {
        for isTurned in [false, true] {
          compare(isa) { channels, outputs in
            PreparedWeights(
              channels: channels, outputs: outputs, results: form.results,
              kernel: (kernel, kernel), stride: stride, isTurned: isTurned)
          }
        }
      }
    }
  }

  @Test(arguments: ISA.available(), [[1, 1], [3, 3], [2, 5]])
  func weightsAreTurnedAsTheirNumbersAre(_ isa: ISA, _ kernel: [Int]) {
    compare(isa) { channels, outputs in
      PreparedWeights(
        channels: channels, outputs: outputs, results: 0, kernel: (kernel[0], kernel[1]),
        isTurned: true)
    }
  }

  /// Makes weights of halves and of the same numbers, for some channels and outputs.
  private func compare(_ isa: ISA, _ form: (Int, Int) -> PreparedWeights) {
    for (channels, outputs) in [(1, 16), (15, 3), (16, 16), (17, 40), (70, 33)] {
      var generator = SeededGenerator(seed: UInt64(channels))
      let weights = form(channels, outputs)
      let (lanes, rows) = weights.isTurned ? (channels, outputs) : (outputs, channels)
      let count = (lanes + 15) / 16 * 16 * rows * weights.kernel.height * weights.kernel.width
      let halves = generator.floats(count).map { Float16($0) }
      let narrow = FloatMemory(words: halves.map(\.bitPattern))
      let wide = FloatMemory(halves.map { Float($0) })
      let sources = unsafe [narrow.halves([count], [1]), wide.view([count])]
      let results = unsafe sources.map { source in
        let output = FloatMemory([Float](repeating: -7, count: weights.count))
        run(unsafe weights.making(of: source, into: output.view([weights.count]).base, isa: isa))
        #expect(output.guardsAreWhole)
        return output.elements.map(\.bitPattern)
      }
      #expect(results[0] == results[1], "\(weights)")
      #expect(narrow.guardsAreWhole && wide.guardsAreWhole)
    }
  }
}
