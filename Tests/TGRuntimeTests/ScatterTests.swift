import TGExecution
import TGKernels
import TGMachine
import TGPlan
import TGRuntime
import TGTensor
import Testing

/// Rows added up by their numbers.
@Suite struct ScatterTests {
  @Test func equalNumbersAddUpInTheirOrder() throws {
    for (variant, layout) in [Layout.dense, .gaps, .shuffled].enumerated() {
      let scattering = Scattered(layout, seed: UInt64(variant))
      let rows: [Float] = [0, 5, 2, 3, 0, 5, 5, -0.0, 1, 1, 5, 1]
      // In single precision, in the order of the numbers: row 4 stays 0.
      var expected = [Float](repeating: 0, count: 6 * 45)
      for (index, row) in rows.enumerated() {
        for column in 0..<45 {
          expected[Int(row) * 45 + column] += scattering.values[index * 45 + column]
        }
      }
      for isa in ISA.available() {
        for threads in [1, 3] {
          let executor = try scattering.builder.executor(threads: threads, isa: isa)
          try executor.store(scattering.values, into: scattering.input)
          try executor.store(rows, into: scattering.numbers)
          for _ in 0..<2 {
            try executor.run()
            #expect(try executor.fetch(scattering.output) == expected, "\(layout) \(isa)")
          }
          #expect(try scattering.builder.isUntouched(around: scattering.output, in: executor))
        }
      }
    }
  }

  /// A number of no row is refused with its first position, and nothing is written elsewhere.
  @Test(arguments: [-1, 6, 7, 1 << 30, .min])
  func whatIsNoRowIsRefused(number: Int32) throws {
    for layout in [Layout.dense, .gaps, .shuffled] {
      let scattering = Scattered(layout, seed: 4)
      for threads in [1, 3] {
        let executor = try scattering.builder.executor(threads: threads, isa: .best())
        try executor.store(scattering.values, into: scattering.input)
        try executor.store(
          [1, 1, 1, 1, 1, 1, Float(number), 9, 1, 1, -3, 1], into: scattering.numbers)
        let error = #expect(throws: RuntimeError.self) { try executor.run() }
        guard case .noSuchRow(let refused)? = error else {
          Issue.record("\(String(describing: error))")
          return
        }
        #expect(refused.number == number)
        #expect(refused.position == [1, 2] && refused.rows == 6)
        #expect(try scattering.builder.isUntouched(around: scattering.output, in: executor))
        try executor.store([Float](repeating: 2, count: 12), into: scattering.numbers)
        try executor.run()
      }
    }
  }

  /// Many tiles, among them an unfinished one: threads change no bit, and the first position is named.
  @Test func threadsChangeNoBit() throws {
    var builder = PlanBuilder(seed: 3)
    let input = builder.allocate([700, 3, 101])
    let numbers = builder.allocate([700], dtype: .int32)
    let output = builder.allocate([13, 3, 101])
    builder.add(.scatter(Scattering(input: input, indices: numbers, output: output)))
    let values = Randomness.floats(700 * 303, seed: 5)
    var rows = (0..<700).map { Float($0 * $0 % 13) }
    var results: [[Float]] = []
    for threads in [1, 2, 5] {
      let executor = try builder.executor(threads: threads, isa: .best())
      try executor.store(values, into: input)
      try executor.store(rows, into: numbers)
      try executor.run()
      results.append(try executor.fetch(output))
    }
    #expect(results[0] == results[1] && results[0] == results[2])
    for index in stride(from: 77, to: 700, by: 97) { rows[index] = 13 }
    let executor = try builder.executor(threads: 4, isa: .best())
    try executor.store(rows, into: numbers)
    let error = #expect(throws: RuntimeError.self) { try executor.run() }
    guard case .noSuchRow(let refused)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(refused.position == [77] && refused.number == 13)
  }
}

/// A plan that adds 3 × 4 rows `[5, 9]` up to 6.
private struct Scattered {
  var builder: PlanBuilder
  let input: View
  let numbers: View
  let output: View
  let values = Randomness.floats(12 * 45, seed: 2)

  init(_ layout: Layout, seed: UInt64) {
    builder = PlanBuilder(seed: seed)
    input = builder.allocate([3, 4, 5, 9], layout)
    numbers = builder.allocate([3, 4], layout, dtype: .int32)
    output = builder.allocate([6, 5, 9], layout)
    builder.add(.scatter(Scattering(input: input, indices: numbers, output: output)))
  }
}
