import TGExecution
import TGMachine
import TGPlan
import TGReference
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
        let input = builder.allocate(dimensions, layout)
        let output = builder.allocate(Array(dimensions[..<kept]), variant == 4 ? .shuffled : .dense)
        builder.add(
          .reduce(Reduction(function: function, input: input, keptRank: kept, output: output)))
        var random = Randomness(seed: seed)
        let range: ClosedRange<Float> = function == .product ? 0.98...1.02 : -2...2
        let values = random.floats(input.count, in: range)
        let inner = dimensions[kept...].reduce(1, *)
        let expected = (0..<output.count).map {
          Self.reduced(values[$0 * inner..<($0 + 1) * inner].map(Double.init)[...], function)
        }
        try check(
          builder, inputs: [(input, values)], output: output, expected: expected,
          "\(dimensions) keeping \(kept), seed \(seed)")
      }
    }
  }

  /// Products of two operands, one of them perhaps repeated along an axis, in all layouts.
  @Test(arguments: ReductionFunction.allCases)
  func reducesAProgramOfOperands(_ function: ReductionFunction) throws {
    for (number, (dimensions, kept)) in shapes.enumerated() {
      for (variant, layout) in layouts.enumerated() {
        let seed = UInt64(number * 10 + variant)
        var builder = PlanBuilder(seed: seed)
        let a = builder.allocate(dimensions, layout)
        let repeated = dimensions.count > 1 && variant > 1 ? variant % dimensions.count : nil
        var extents = dimensions
        if let repeated { extents[repeated] = 1 }
        let b = builder.allocate(extents, variant == 0 ? .dense : .shuffled)
        var seen = b
        seen.dimensions = dimensions
        if let repeated { seen.strides[repeated] = 0 }
        let output = builder.allocate(Array(dimensions[..<kept]), variant == 4 ? .shuffled : .dense)
        builder.add(
          .reduce(
            Reduction(
              function: function,
              program: PointwiseProgram(operandCount: 2, steps: [.init(.multiply, [1, 0])]),
              operands: number % 2 == 0 ? [a, seen] : [seen, a], keptRank: kept, output: output)))
        var random = Randomness(seed: seed)
        let range: ClosedRange<Float> = function == .product ? 0.99...1.01 : -2...2
        let left = random.floats(a.count, in: range)
        let right = random.floats(b.count, in: range)
        let products = indices(dimensions).map { index -> Double in
          var other = index
          if let repeated { other[repeated] = 0 }
          return Double(left[position(index, dimensions)] * right[position(other, extents)])
        }
        let inner = dimensions[kept...].reduce(1, *)
        let expected = (0..<output.count).map {
          Self.reduced(products[$0 * inner..<($0 + 1) * inner], function)
        }
        try check(
          builder, inputs: [(a, left), (b, right)], output: output, expected: expected,
          "\(dimensions) keeping \(kept), seed \(seed)")
      }
    }
  }

  /// A map that is reduced on the fly gives the bits of one that is stored first, if the reduced axes
  /// join to one.
  @Test(arguments: [[0, 1, 2], [1, 2, 0], [2, 1, 0]])
  func aProgramOverWholeOperandsKeepsEveryBit(_ order: [Int]) throws {
    let program = PointwiseProgram(
      operandCount: 2, steps: [.init(.subtract, [0, 1]), .init(.square, [2])])
    for function in ReductionFunction.allCases {
      for isa in ISA.available() {
        var builder = PlanBuilder()
        let a = builder.allocate([30, 41, 67], .order(order))
        let b = builder.allocateLike(a)
        let stored = builder.allocateLike(a)
        let (first, second) = (builder.allocate([30]), builder.allocate([30]))
        builder.add(.map(PointwiseMap(program: program, operands: [a, b], output: stored)))
        builder.add(
          .reduce(Reduction(function: function, input: stored, keptRank: 1, output: first)))
        builder.add(
          .reduce(
            Reduction(
              function: function, program: program, operands: [a, b], keptRank: 1, output: second)))
        let executor = try builder.executor(threads: 3, isa: isa)
        try executor.store(Randomness.floats(a.count, seed: 1), into: a)
        try executor.store(Randomness.floats(b.count, seed: 2), into: b)
        try executor.run()
        #expect(
          try executor.fetch(first).map(\.bitPattern) == executor.fetch(second).map(\.bitPattern),
          "\(function) \(isa)")
      }
    }
  }

  /// Partial sums lie in one piece of memory, which serves one instruction after the other and counts.
  @Test func partialSumsAreCountedOnce() throws {
    func overhead(reductions: Int) throws -> (PlanBuilder, Int) {
      var builder = PlanBuilder()
      let input = builder.allocate([1 << 20])
      for _ in 0..<reductions {
        let output = builder.allocate([])
        builder.add(
          .reduce(Reduction(function: .sum, input: input, keptRank: 0, output: output)))
      }
      let memory = try builder.executor().memoryBytes
      return (builder, memory - builder.function.arenaBytes)
    }
    let (builder, one) = try overhead(reductions: 1)
    // A million numbers are 32 segments, each of which hands on at least one number.
    #expect(one >= 32 * MemoryLayout<Double>.stride)
    #expect(try overhead(reductions: 3).1 == one)
    let needed = builder.function.arenaBytes + one
    _ = try builder.executor(memoryLimit: needed)
    #expect(throws: RuntimeError.self) { _ = try builder.executor(memoryLimit: needed - 1) }
  }

  private static func reduced(_ row: ArraySlice<Double>, _ function: ReductionFunction) -> Double {
    switch function {
    case .sum: return row.reduce(0, +)
    case .mean: return row.reduce(0, +) / Double(row.count)
    case .maximum: return row.max()!
    case .minimum: return row.min()!
    case .product: return row.reduce(1, *)
    case .variance:
      let mean = row.reduce(0, +) / Double(row.count)
      return row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(row.count)
    }
  }

  @Test func sumsOfManyStayExact() throws {
    // A plain float sum of so many tenths is off by some percent.
    for order in [[0, 1], [1, 0]] {
      var builder = PlanBuilder()
      let input = builder.allocate([3, 400_000], .order(order))
      let output = builder.allocate([3])
      builder.add(.reduce(Reduction(function: .sum, input: input, keptRank: 1, output: output)))
      let expected = [Double](repeating: Double(Float(0.1)) * 400_000, count: 3)
      for isa in ISA.available() {
        let executor = try builder.executor(isa: isa)
        try executor.store([Float](repeating: 0.1, count: input.count), into: input)
        try executor.run()
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
      let input = builder.allocate([3, 30_000], .order(order))
      let output = builder.allocate([3])
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
        let input = builder.allocate([20, 50], .order(order))
        let output = builder.allocate([20])
        builder.add(
          .reduce(Reduction(function: function, input: input, keptRank: 1, output: output)))
        var values = [Float](repeating: 1, count: 1000)
        values[3 * 50 + position] = .nan
        for isa in ISA.available() {
          let executor = try builder.executor(isa: isa)
          try executor.store(values, into: input)
          try executor.run()
          let found = try executor.fetch(output)
          #expect(found[3].isNaN && found[2] == 1, "\(isa) at \(position)")
        }
      }
    }
  }
}

/// Whole numbers go through the buffer of a program even where nothing is computed of them.
@Suite struct IntegerReductionTests {
  @Test(arguments: [[5, 700], [700, 5], [3, 4]], [0, 1])
  func areSummedAsTheNearestFloats(_ extents: [Int], _ order: Int) throws {
    var builder = PlanBuilder()
    let numbers = builder.allocate(extents, .order(order == 0 ? [0, 1] : [1, 0]), dtype: .int32)
    let sums = builder.allocate([extents[0]])
    builder.add(.reduce(Reduction(function: .sum, input: numbers, keptRank: 1, output: sums)))
    let values = (0..<extents[0] * extents[1]).map { Float($0 % 9 - 4) }
    for target in [ReferenceTarget(), NativeTarget()] as [any ExecutionTarget] {
      let executor = try builder.executor(on: target, within: Budget(threads: 2))
      try executor.store(values, into: numbers)
      try executor.run()
      let expected = (0..<extents[0]).map { row in
        values[row * extents[1]..<(row + 1) * extents[1]].reduce(0, +)
      }
      #expect(try executor.fetch(sums) == expected, "\(target.name)")
      #expect(try builder.isUntouched(around: sums, in: executor))
    }
  }
}
