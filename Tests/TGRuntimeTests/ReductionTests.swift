import TGKernels
import TGPlan
import TGRuntime
import TGTensor
import Testing

/// Extents with the number of kept axes, small and odd, and large enough for several tiles.
private let shapes: [([Int], Int)] = [
  ([1], 0), ([7], 0), ([33], 0), ([5000], 0), ([3, 5], 1), ([1, 17], 1), ([17, 1], 1),
  ([4, 16, 9], 2), ([3, 70, 5], 2), ([2, 33, 6, 5], 2), ([2, 3, 40, 31], 1), ([3, 1200], 1),
  ([130, 300], 1), ([2, 3, 4, 5, 6], 3), ([5, 4], 2),
]

private let layouts: [Layout] = [.dense, .gaps, .shuffled, .shuffled, .shuffled]

@Suite struct ReductionTests {
  @Test(arguments: ReductionFunction.allCases)
  func agreesWithDouble(_ function: ReductionFunction) throws {
    for (number, (dimensions, kept)) in shapes.enumerated() {
      for (variant, layout) in layouts.enumerated() {
        let seed = UInt64(number * 10 + variant)
        var builder = PlanBuilder(seed: seed)
        let input = builder.place(dimensions, layout)
        let output = builder.place(Array(dimensions[..<kept]), variant == 4 ? .shuffled : .dense)
        builder.add(
          .reduce(Reduction(function: function, input: input, keptRank: kept, output: output)))
        var random = Randomness(seed: seed)
        let range: ClosedRange<Float> = function == .product ? 0.98...1.02 : -2...2
        let values = random.floats(input.count, in: range)
        let inner = dimensions[kept...].reduce(1, *)
        let expected = (0..<output.count).map { place -> Double in
          let row = values[place * inner..<(place + 1) * inner].map(Double.init)
          switch function {
          case .sum: return row.reduce(0, +)
          case .mean: return row.reduce(0, +) / Double(inner)
          case .maximum: return row.max()!
          case .minimum: return row.min()!
          case .product: return row.reduce(1, *)
          case .variance:
            let mean = row.reduce(0, +) / Double(inner)
            return row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(inner)
          }
        }
        try check(
          builder, inputs: [(input, values)], output: output, expected: expected,
          "\(dimensions) keeping \(kept), seed \(seed)")
      }
    }
  }

  @Test func sumsOfManyStayExact() throws {
    // A plain float sum of so many tenths is off by some percent.
    for order in [[0, 1], [1, 0]] {
      var builder = PlanBuilder()
      let input = builder.place([3, 400_000], .order(order))
      let output = builder.place([3])
      builder.add(.reduce(Reduction(function: .sum, input: input, keptRank: 1, output: output)))
      let expected = [Double](repeating: Double(Float(0.1)) * 400_000, count: 3)
      for isa in ISA.available() {
        let executor = try builder.executor(isa: isa)
        try executor.store([Float](repeating: 0.1, count: input.count), into: input)
        executor.run()
        for (found, right) in zip(try executor.fetch(output), expected) {
          #expect(abs(Double(found) - right) < right * 1e-6, "\(isa), order \(order)")
        }
      }
    }
  }

  @Test func aLargeMeanDoesNotDrownTheVariance() throws {
    // Σx²/n - mean² in float would be off by more than the variance itself.
    for order in [[0, 1], [1, 0]] {
      var builder = PlanBuilder()
      let input = builder.place([3, 30_000], .order(order))
      let output = builder.place([3])
      builder.add(
        .reduce(Reduction(function: .variance, input: input, keptRank: 1, output: output)))
      let values = (0..<input.count).map { 4096 + Float($0 % 2) / 16 }
      try check(
        builder, inputs: [(input, values)], output: output,
        expected: [Double](repeating: 1 / 1024, count: 3), tolerance: 1e-9, "order \(order)")
    }
  }

  @Test(arguments: [ReductionFunction.maximum, .minimum])
  func notANumberStays(_ function: ReductionFunction) throws {
    for position in [0, 1, 15, 16, 40, 49] {
      for order in [[0, 1], [1, 0]] {
        var builder = PlanBuilder()
        let input = builder.place([20, 50], .order(order))
        let output = builder.place([20])
        builder.add(
          .reduce(Reduction(function: function, input: input, keptRank: 1, output: output)))
        var values = [Float](repeating: 1, count: 1000)
        values[3 * 50 + position] = .nan
        for isa in ISA.available() {
          let executor = try builder.executor(isa: isa)
          try executor.store(values, into: input)
          executor.run()
          let found = try executor.fetch(output)
          #expect(found[3].isNaN && found[2] == 1, "\(isa) at \(position)")
        }
      }
    }
  }
}
