import TGExecution
import TGMachine
import TGPlan
import TGReference
import TGRuntime
import TGTensor
import Testing

/// A pooling over `[N, H, W, C]` with its window.
struct PoolingCase: Sendable, CustomTestStringConvertible {
  var input: [Int]
  var kernel: [Int]
  var stride: [Int]
  var pad: [Int]

  var testDescription: String { "\(input) kernel \(kernel) stride \(stride) pad \(pad)" }

  /// Tall and wide enough for several bands of the adjoint.
  static let bands = [
    PoolingCase(input: [2, 70, 9, 100], kernel: [3, 3], stride: [2, 2], pad: [1, 1]),
    PoolingCase(input: [1, 61, 33, 20], kernel: [5, 2], stride: [1, 3], pad: [2, 0]),
  ]

  static let all = [
    PoolingCase(input: [1, 4, 4, 1], kernel: [2, 2], stride: [2, 2], pad: [0, 0]),
    PoolingCase(input: [2, 7, 9, 3], kernel: [3, 3], stride: [2, 2], pad: [1, 1]),
    PoolingCase(input: [1, 8, 5, 16], kernel: [3, 2], stride: [1, 2], pad: [1, 0]),
    PoolingCase(input: [1, 9, 9, 67], kernel: [3, 3], stride: [1, 1], pad: [1, 1]),
    PoolingCase(input: [1, 17, 17, 130], kernel: [17, 17], stride: [1, 1], pad: [0, 0]),
    PoolingCase(input: [1, 40, 33, 20], kernel: [2, 3], stride: [2, 1], pad: [0, 2]),
  ]
}

@Suite struct WindowTests {
  @Test(arguments: PoolingCase.all, Pooling.Function.allCases)
  func poolingAgreesWithDouble(_ pooling: PoolingCase, _ function: Pooling.Function) throws {
    let (n, h, w, c) = (pooling.input[0], pooling.input[1], pooling.input[2], pooling.input[3])
    let oh = (h + 2 * pooling.pad[0] - pooling.kernel[0]) / pooling.stride[0] + 1
    let ow = (w + 2 * pooling.pad[1] - pooling.kernel[1]) / pooling.stride[1] + 1
    var builder = PlanBuilder()
    // Channels are a part of a wider tensor, so rows have gaps but channels lie together.
    var input = builder.allocate([n, h, w, c + 5])
    input.offset = 2
    input.dimensions[3] = c
    let output = builder.allocate([n, oh, ow, c])
    builder.add(
      .pool(
        Pooling(
          function: function, input: input, output: output,
          window: Pooling.Window(
            kernelHeight: pooling.kernel[0],
            kernelWidth: pooling.kernel[1], strideY: pooling.stride[0], strideX: pooling.stride[1],
            padTop: pooling.pad[0], padLeft: pooling.pad[1]))))
    let values = Randomness.floats(input.count, seed: 4)
    let expected = indices(output.dimensions).map { index -> Double in
      var inside: [Double] = []
      for ky in 0..<pooling.kernel[0] {
        for kx in 0..<pooling.kernel[1] {
          let y = index[1] * pooling.stride[0] + ky - pooling.pad[0]
          let x = index[2] * pooling.stride[1] + kx - pooling.pad[1]
          if y >= 0, y < h, x >= 0, x < w {
            inside.append(Double(values[position([index[0], y, x, index[3]], pooling.input)]))
          }
        }
      }
      switch function {
      case .maximum: return inside.max()!
      case .average: return inside.reduce(0, +) / Double(inside.count)
      case .averageCountingPadding:
        return inside.reduce(0, +) / Double(pooling.kernel[0] * pooling.kernel[1])
      }
    }
    try check(
      builder, inputs: [(input, values)], output: output, expected: expected, tolerance: 1e-5)
  }

  /// Whole numbers give many windows several largest elements, and sums that any order makes exact.
  @Test(arguments: PoolingCase.all + PoolingCase.bands)
  func adjointPoolingAgreesWithDouble(_ pooling: PoolingCase) throws {
    let (n, h, w, c) = (pooling.input[0], pooling.input[1], pooling.input[2], pooling.input[3])
    let windows = [
      n, (h + 2 * pooling.pad[0] - pooling.kernel[0]) / pooling.stride[0] + 1,
      (w + 2 * pooling.pad[1] - pooling.kernel[1]) / pooling.stride[1] + 1, c,
    ]
    var builder = PlanBuilder()
    // All three are parts of wider tensors: rows have gaps but channels lie together.
    func part(_ dimensions: [Int], from first: Int) -> View {
      var view = builder.allocate(dimensions.dropLast() + [c + 5])
      view.offset = first
      view.dimensions[3] = c
      return view
    }
    let (input, gradient) = (part(pooling.input, from: 2), part(windows, from: 1))
    let output = part(pooling.input, from: 3)
    builder.add(
      .maxPoolGradient(
        MaxPoolGradient(
          input: input, gradient: gradient, output: output,
          window: Pooling.Window(
            kernelHeight: pooling.kernel[0],
            kernelWidth: pooling.kernel[1], strideY: pooling.stride[0], strideX: pooling.stride[1],
            padTop: pooling.pad[0], padLeft: pooling.pad[1]))))
    var values = Randomness.floats(input.count, seed: 4).map { ($0 * 2).rounded() }
    values[values.count / 2] = .nan
    values[values.count / 3] = .infinity
    let passed = Randomness.floats(gradient.count, seed: 5)
    var expected = [Double](repeating: 0, count: values.count)
    for index in indices(windows) {
      var best: (value: Float, at: Int)?
      for ky in 0..<pooling.kernel[0] {
        for kx in 0..<pooling.kernel[1] {
          let y = index[1] * pooling.stride[0] + ky - pooling.pad[0]
          let x = index[2] * pooling.stride[1] + kx - pooling.pad[1]
          guard y >= 0, y < h, x >= 0, x < w else { continue }
          let at = position([index[0], y, x, index[3]], pooling.input)
          if let best, !(values[at] > best.value || values[at].isNaN) { continue }
          best = (values[at], at)
        }
      }
      expected[best!.at] += Double(passed[position(index, windows)])
    }
    try check(
      builder, inputs: [(input, values), (gradient, passed)], output: output, expected: expected)
  }

  @Test(arguments: [
    ([7], 0, 13, 3), ([1, 5, 6, 3], 1, 11, 2), ([1, 5, 6, 3], 2, 3, 4), ([2, 9, 8, 70], 1, 20, 1),
    ([2, 9, 8, 70], 2, 5, 6), ([3, 30, 40, 17], 3, 40, 2), ([64, 300], 1, 600, 2),
  ])
  func resamplingAgreesWithDouble(
    _ dimensions: [Int], axis: Int, outputs: Int, taps: Int
  ) throws {
    for (variant, layout) in [Layout.dense, .gaps, .shuffled].enumerated() {
      var builder = PlanBuilder(seed: UInt64(variant))
      let input = builder.allocate(dimensions, layout)
      var result = dimensions
      result[axis] = outputs
      let output = builder.allocate(result, layout)
      var random = Randomness(seed: 8)
      let starts = (0..<outputs).map { _ in
        Int.random(in: 0...dimensions[axis] - taps, using: &random)
      }
      let weights = random.floats(outputs * taps)
      builder.add(
        .resample(
          Resampling(
            input: input, output: output, axis: axis,
            starts: builder.constant([outputs], integers: starts.map { Int32($0) }),
            weights: builder.constant([outputs, taps], weights))))
      let values = random.floats(input.count)
      let expected = indices(result).map { index -> Double in
        (0..<taps).reduce(0.0) { sum, tap in
          var from = index
          from[axis] = starts[index[axis]] + tap
          return sum + Double(weights[index[axis] * taps + tap])
            * Double(values[position(from, dimensions)])
        }
      }
      try check(
        builder, inputs: [(input, values)], output: output, expected: expected,
        "\(dimensions) along \(axis), variant \(variant)")
    }
  }

  @Test(arguments: [-1, 6, .max, .min])
  func resamplingOutsideItsInputIsRefused(_ start: Int32) throws {
    var builder = PlanBuilder()
    let input = builder.allocate([8])
    let output = builder.allocate([2])
    builder.add(
      .resample(
        Resampling(
          input: input, output: output, axis: 0,
          starts: builder.constant([2], integers: [0, start]),
          weights: builder.constant([2, 3], [1, 1, 1, 1, 1, 1]))))
    let targets: [any ExecutionTarget] = [ReferenceTarget(), NativeTarget()]
    for target in targets {
      #expect(throws: RuntimeError.unsound("a resampling reads outside its input")) {
        _ = try builder.executor(on: target, within: Budget(threads: 1))
      }
    }
  }

  @Test func gatheringTakesRows() throws {
    for (variant, layout) in [Layout.dense, .gaps, .shuffled].enumerated() {
      let gathering = Gathered(layout, seed: UInt64(variant))
      let rows: [Float] = [0, 5, 2, 3, 0, 5, 5, -0.0, 1, 1, 4, 1]
      let expected = rows.flatMap { row in
        gathering.values[Int(row) * 45..<Int(row) * 45 + 45].map(Double.init)
      }
      try check(
        gathering.builder,
        inputs: [(gathering.table, gathering.values), (gathering.numbers, rows)],
        output: gathering.output, expected: expected, tolerance: 0, "variant \(variant)")
    }
  }

  /// What is no row is refused with its first position, whatever the number of threads, and reads and
  /// writes nothing elsewhere; the executor can be used again.
  @Test(arguments: [-1, 6, 7, 1 << 30, .min])
  func whatIsNoRowIsRefused(number: Int32) throws {
    for layout in [Layout.dense, .gaps, .shuffled] {
      let gathering = Gathered(layout, seed: 4)
      let targets: [any ExecutionTarget] =
        [ReferenceTarget()] + ISA.available().map { NativeTarget($0) }
      for target in targets {
        for threads in [1, 3] {
          let executor = try gathering.builder.executor(
            on: target, within: Budget(threads: threads))
          try executor.store(gathering.values, into: gathering.table)
          try executor.store(
            [1, 1, 1, 1, 1, 1, Float(number), 9, 1, 1, -3, 1], into: gathering.numbers)
          let error = #expect(throws: RuntimeError.self) { try executor.run() }
          guard case .noSuchRow(let refused)? = error else { throw Unexpected() }
          #expect(refused.number == number)
          #expect(refused.position == [1, 2])
          #expect(refused.rows == 6)
          #expect(try gathering.builder.isUntouched(around: gathering.output, in: executor))
          try executor.store([Float](repeating: 2, count: 12), into: gathering.numbers)
          try executor.run()
        }
      }
    }
  }

  /// A number in each of many tiles, from the last to the first: the first one is named.
  @Test func theFirstOfManyTilesIsNamed() throws {
    var builder = PlanBuilder(seed: 3)
    let table = builder.allocate([10, 500])
    let numbers = builder.allocate([2000], dtype: .int32)
    let output = builder.allocate([2000, 500])
    builder.add(.gather(Gathering(table: table, indices: numbers, output: output)))
    let executor = try builder.executor(threads: 4, isa: .best())
    var ids = [Float](repeating: 3, count: 2000)
    for index in stride(from: 77, to: 2000, by: 97) { ids[index] = Float(index + 10) }
    for _ in 0..<20 {
      try executor.store(ids, into: numbers)
      let error = #expect(throws: RuntimeError.self) { try executor.run() }
      guard case .noSuchRow(let refused)? = error else { throw Unexpected() }
      #expect(refused.position == [77] && refused.number == 87)
    }
  }
}

/// A table of 6 rows `[5, 9]` and a plan that takes 3 × 4 of them.
private struct Gathered {
  var builder: PlanBuilder
  let table: View
  let numbers: View
  let output: View
  let values = Randomness.floats(270, seed: 2)

  init(_ layout: Layout, seed: UInt64) {
    builder = PlanBuilder(seed: seed)
    table = builder.allocate([6, 5, 9], layout)
    numbers = builder.allocate([3, 4], layout, dtype: .int32)
    output = builder.allocate([3, 4, 5, 9], layout)
    builder.add(.gather(Gathering(table: table, indices: numbers, output: output)))
  }
}

private struct Unexpected: Error {}
