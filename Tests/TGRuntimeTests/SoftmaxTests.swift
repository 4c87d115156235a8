import Glibc
import TGKernels
import TGPlan
import TGRuntime
import TGTensor
import Testing

@Suite struct SoftmaxTests {
  @Test(arguments: [false, true])
  func agreesWithDouble(logarithmic: Bool) throws {
    let shapes = [
      [1], [5], [16], [37], [3, 5], [7, 300], [2, 21, 9], [3, 40, 33], [2, 5, 5000],
    ]
    for (number, dimensions) in shapes.enumerated() {
      for (variant, layout) in [Layout.dense, .gaps, .shuffled, .shuffled].enumerated() {
        let seed = UInt64(number * 10 + variant)
        var builder = PlanBuilder(seed: seed)
        let input = builder.allocate(dimensions, layout)
        // Rows side by side are their own path: input and output in the same shuffled order.
        let output =
          variant == 3
          ? builder.allocate(dimensions, .shuffled) : builder.allocateLike(input)
        builder.add(.softmax(Softmax(input: input, output: output, logarithmic: logarithmic)))
        var random = Randomness(seed: seed)
        let values = random.floats(input.count, in: -20...20)
        let n = dimensions.last!
        var expected: [Double] = []
        for row in stride(from: 0, to: values.count, by: n) {
          let x = values[row..<row + n].map(Double.init)
          let top = x.max()!
          let total = x.reduce(0) { $0 + exp($1 - top) }
          expected += x.map { logarithmic ? $0 - top - log(total) : exp($0 - top) / total }
        }
        try check(
          builder, inputs: [(input, values)], output: output, expected: expected,
          tolerance: 2e-6, "\(dimensions), seed \(seed)")
      }
    }
  }

  @Test func rowsOfMinusInfinityGiveZeros() throws {
    for layout in [Layout.dense, .order([1, 0])] {
      var builder = PlanBuilder()
      let input = builder.allocate([20, 19], layout)
      let output = builder.allocate([20, 19], layout)
      builder.add(.softmax(Softmax(input: input, output: output)))
      var values = [Float](repeating: 0, count: 380)
      for i in 19..<38 { values[i] = -.infinity }
      values[38] = -.infinity
      var expected = [Double](repeating: 1.0 / 19, count: 380)
      for i in 19..<38 { expected[i] = 0 }
      for i in 38..<57 { expected[i] = i == 38 ? 0 : 1.0 / 18 }
      try check(builder, inputs: [(input, values)], output: output, expected: expected)
    }
  }

  @Test func notANumberSpoilsItsRowOnly() throws {
    for layout in [Layout.dense, .order([1, 0])] {
      var builder = PlanBuilder()
      let input = builder.allocate([5, 40], layout)
      let output = builder.allocate([5, 40], layout)
      builder.add(.softmax(Softmax(input: input, output: output)))
      var values = [Float](repeating: 0, count: 200)
      values[45] = .nan
      var expected = [Double](repeating: 1.0 / 40, count: 200)
      for i in 40..<80 { expected[i] = .nan }
      try check(builder, inputs: [(input, values)], output: output, expected: expected)
    }
  }
}
