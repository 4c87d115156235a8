import TGKernels
import TGMachine
import TGPlan
import TGTensor
import Testing

/// Convolutions whose products are of bfloat16.
@Suite struct PairsTests {
  private static let cases = ConvolutionTests.cases.filter { !$0.isDepthwise }.map {
    var narrow = $0
    narrow.inPairs = true
    return narrow
  }

  /// The factors are rounded, nothing else is; and as products of bfloat16 are exact in float32, every
  /// instruction set has the same bits, whether it has an instruction for them or not.
  @Test(arguments: cases.filter { $0.tile == 0 })
  func directSumsAreTheSameEverywhere(_ test: ConvolutionCase) throws {
    let seed: UInt64 = 37
    var generator = SeededGenerator(seed: seed)
    let input = generator.floats(test.batch * test.inputStrides[0])
    let phases = test.phases(using: &generator)
    var known: [UInt32]?
    for isa in ISA.available() {
      let prepared = try test.prepare(input: input, phases: phases, isa: isa)
      let result = test.run(prepared)
      #expect(test.strayWrites(prepared) == 0, "\(isa) \(test)")
      let bits = result.map(\.bitPattern)
      #expect(bits == known ?? bits, "\(isa) \(test), seed \(seed)")
      known = bits
      let again = try test.prepare(input: input, phases: phases, isa: isa)
      #expect(test.run(again, backwards: true).map(\.bitPattern) == bits, "\(isa) \(test)")
      var wrong = 0
      let elements = indices([test.batch, test.output[0], test.output[1], test.outputs])
      let step = elements.count / 1000 | 1
      for position in stride(from: elements.count % step, to: elements.count, by: step) {
        let reference = test.reference(input, phases, at: elements[position])
        let error = abs(Double(result[position]) - reference.sum)
        if !(error <= 1e-6 * reference.size + 1e-30) { wrong += 1 }
      }
      #expect(wrong == 0, "\(isa) \(test), seed \(seed)")
    }
  }

  /// Of tiles the transformed numbers are rounded. By the roots of the means of squares the error is
  /// 0.4 % of what is summed with tiles of 2 and 3, and 1.1 % with those of 4 (spec/runtime.md).
  @Test(arguments: ISA.available(), [(2, 0.006), (3, 0.006), (4, 0.016)])
  func tilesLoseSoMuch(_ isa: ISA, _ form: (tile: Int, limit: Double)) throws {
    for isTurned in [false, true] {
      var (error, size) = (0.0, 0.0)
      for test in Self.cases where test.tile == form.tile && test.isTurned == isTurned {
        guard !test.isUneven, test.channels >= 9 else { continue }
        var generator = SeededGenerator(seed: 38)
        let input = generator.floats(test.batch * test.inputStrides[0])
        let phases = test.phases(using: &generator)
        let prepared = try test.prepare(input: input, phases: phases, isa: isa)
        let result = test.run(prepared)
        #expect(test.strayWrites(prepared) == 0, "\(isa) \(test)")
        let elements = indices([test.batch, test.output[0], test.output[1], test.outputs])
        let step = elements.count / 1000 | 1
        for position in stride(from: elements.count % step, to: elements.count, by: step) {
          let sum = test.reference(input, phases, at: elements[position]).sum
          error += (Double(result[position]) - sum) * (Double(result[position]) - sum)
          size += sum * sum
        }
        let again = try test.prepare(input: input, phases: phases, isa: isa)
        #expect(
          test.run(again, backwards: true).map(\.bitPattern) == result.map(\.bitPattern),
          "\(isa) \(test)")
      }
      let part = (error / size).squareRoot()
      // Something is rounded, too.
      #expect(part < form.limit && part > form.limit / 8, "\(isa), tiles of \(form.tile)")
    }
  }

  /// An instruction for pairs makes sums below the normal numbers zero, and arithmetic of floats does not: a
  /// result differs by less than 2⁻¹²⁶ for each product.
  @Test(arguments: ISA.available())
  func sumsOfTinyNumbersDifferByLittle(_ isa: ISA) throws {
    var test = ConvolutionCase(1, 5, 9, 17, 33)
    test.inPairs = true
    var generator = SeededGenerator(seed: 39)
    let input = generator.floats(test.batch * test.inputStrides[0], scale: 0x1p-62)
    var phases = test.phases(using: &generator)
    phases[0].weights = HostTensor(
      phases[0].weights.shape, phases[0].weights.elements.map { $0 * 0x1p-62 })
    let result = test.run(try test.prepare(input: input, phases: phases, isa: isa))
    let least = Double(Float.leastNormalMagnitude)
    for (position, index) in indices([1, 5, 9, 33]).enumerated() {
      let reference = test.reference(input, phases, at: index)
      let error = abs(Double(result[position]) - reference.sum)
      #expect(error <= 1e-6 * reference.size + least * 9 * 17)
    }
  }

  /// Ties, signs, what overflows, infinity, not-a-number, zeros and numbers below the normal ones.
  private static let numbers: [(Float, UInt32)] = [
    (1, 0x3f80), (-1, 0xbf80), (1 + 0x1p-8, 0x3f80), (1 + 0x1.8p-7, 0x3f82),
    (1 + 0x1p-8 + 0x1p-20, 0x3f81), (-1 - 0x1p-8, 0xbf80), (0x1.ffp127, 0x7f80),
    (0x1.fep127, 0x7f7f), (.infinity, 0x7f80), (-.infinity, 0xff80), (0, 0), (-0.0, 0x8000),
    (0x1p-126, 0x0080), (0x1p-127, 0), (-0x1p-149, 0x8000), (Float(bitPattern: 0x007f_ffff), 0),
  ]

  @Test(arguments: ISA.available())
  func roundingIsToNearestEven(_ isa: ISA) throws {
    var generator = SeededGenerator(seed: 40)
    let drawn = (0..<997).map { _ in
      Float(bitPattern: .random(in: 0...UInt32.max, using: &generator))
    }
    let inputs = Self.numbers.map(\.0) + [.nan] + drawn
    // The input as it is rounded: times 1, one channel.
    var test = ConvolutionCase(1, 1, inputs.count, 1, 16, kernel: 1)
    test.inPairs = true
    var phases = test.phases(using: &generator)
    phases[0].weights = HostTensor([16, 1, 1, 1], repeating: 1)
    let rounded = test.run(try test.prepare(input: inputs, phases: phases, isa: isa))
    for (position, number) in inputs.enumerated() {
      let (found, expected) = (
        rounded[position * 16], Convolution.Precision.bfloat16.factor(number)
      )
      if number.isNaN {
        #expect(found.isNaN && expected.isNaN)
      } else {
        // 0 + -0 is 0.
        #expect(found == expected, "\(number) on \(isa)")
      }
    }
    for (number, bits) in Self.numbers {
      #expect(Convolution.Precision.bfloat16.factor(number).bitPattern == bits << 16, "\(number)")
      // And weights, with the input 1.
      phases[0].weights = HostTensor([16, 1, 1, 1], repeating: number)
      let one = [Float](repeating: 1, count: inputs.count)
      let found = test.run(try test.prepare(input: one, phases: phases, isa: isa))[0]
      #expect(found == Float(bitPattern: bits << 16), "\(number) on \(isa)")
    }
    #expect(Convolution.Precision.float32.factor(1 + 0x1p-20) == 1 + 0x1p-20)
  }
}
