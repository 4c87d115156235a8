import TGKernels
import TGPlan
import TGRuntime
import TGTensor
import Testing

@Suite struct NormalizationTests {
  /// Extents with the number of kept axes.
  static let shapes: [([Int], Int)] = [
    ([1], 0), ([5], 0), ([40], 0), ([3, 7], 1), ([3, 100], 1), ([5, 2000], 1), ([200, 33], 1),
    ([2, 3, 8, 9], 2), ([1, 70, 12, 11], 2), ([2, 32, 40, 40], 2), ([20, 5, 6], 1),
    ([2, 4, 3, 5, 7], 2),
  ]

  @Test(arguments: shapes)
  func agreesWithDouble(_ dimensions: [Int], kept: Int) throws {
    // Channels-last is the order in which kept axes lie inside those normalised over.
    var last = Array(dimensions.indices)
    if kept == 2 { last = [0] + Array(2..<dimensions.count) + [1] }
    let layouts: [Layout] = [.dense, .gaps, .order(last), .shuffled, .order(last), .dense]
    for (variant, layout) in layouts.enumerated() {
      let seed = UInt64(variant)
      var builder = PlanBuilder(seed: seed)
      let input = builder.allocate(dimensions, layout)
      let output =
        variant == 3 ? builder.allocate(dimensions, .shuffled) : builder.allocateLike(input)
      var normalization = Normalization(
        input: input, keptRank: kept, epsilon: 1e-3, output: output)
      let fused = variant >= 3
      // A factor for each index of the first axis and something to add to each element.
      let residual = builder.allocateLike(output)
      let gamma = builder.allocate([dimensions[0]])
      if fused {
        var factor = gamma
        factor.dimensions = dimensions
        factor.strides = [1] + [Int](repeating: 0, count: dimensions.count - 1)
        normalization.epilogue = Epilogue(
          program: PointwiseProgram(
            operandCount: 3, steps: [.init(.multiply, [0, 1]), .init(.add, [3, 2])]),
          operands: [factor, variant == 5 ? output : residual])
      }
      builder.add(.normalize(normalization))
      let values = Randomness.floats(input.count, seed: seed).map { $0 + 3 }
      let added = Randomness.floats(input.count, seed: seed + 50)
      let factors = Randomness.floats(dimensions[0], seed: 9)
      let inner = dimensions[kept...].reduce(1, *)
      let outer = dimensions.dropFirst().reduce(1, *)
      var expected: [Double] = []
      for start in stride(from: 0, to: values.count, by: inner) {
        let row = values[start..<start + inner].map(Double.init)
        let mean = row.reduce(0, +) / Double(inner)
        let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(inner)
        expected += row.map { ($0 - mean) / (variance + 1e-3).squareRoot() }
      }
      if fused {
        for i in expected.indices {
          expected[i] = expected[i] * Double(factors[i / outer]) + Double(added[i])
        }
      }
      try check(
        builder,
        inputs: [
          (input, values), (residual, added), (gamma, factors),
        ] + (variant == 5 ? [(output, added)] : []), output: output, expected: expected,
        "\(dimensions) keeping \(kept), variant \(variant)")
    }
  }

  @Test func largeMeansDoNotDrownTheVariance() throws {
    for order in [[0, 1], [1, 0]] {
      var builder = PlanBuilder()
      let input = builder.allocate([16, 20_000], .order(order))
      let output = builder.allocateLike(input)
      builder.add(
        .normalize(Normalization(input: input, keptRank: 1, epsilon: 0, output: output)))
      // Alternating 999 and 1001: exactly -1 and 1.
      let values = (0..<input.count).map { $0 % 2 == 0 ? Float(999) : 1001 }
      try check(
        builder, inputs: [(input, values)], output: output,
        expected: values.map { Double($0) - 1000 }, tolerance: 1e-4)
    }
  }
}
