import TGKernels
import TGPlan
import TGRuntime
import TGTensor
import Testing

/// Extents B, M, K, N.
private let shapes: [[Int]] = [
  [1, 1, 1, 1], [1, 1, 7, 5], [1, 5, 7, 1], [2, 3, 4, 5], [1, 33, 17, 65], [40, 6, 8, 10],
  [3, 300, 20, 40], [1, 70, 600, 130], [1, 4, 64, 1100], [2, 290, 64, 530],
]

@Suite struct MatrixProductTests {
  @Test(arguments: shapes)
  func agreesWithDouble(_ shape: [Int]) throws {
    let (batch, m, k, n) = (shape[0], shape[1], shape[2], shape[3])
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2]]
    for (variant, (left, right)) in zip(orders + orders, orders + orders.reversed()).enumerated() {
      let seed = UInt64(variant)
      var builder = PlanBuilder(seed: seed)
      // B, K, M in memory is a transposed operand; M, B, K has rows far apart.
      let a = builder.allocate([batch, m, k], .order(left))
      let b = builder.allocate([batch, k, n], .order(right))
      let residual = builder.allocate([batch, m, n], .shuffled)
      let c = builder.allocate([batch, m, n], variant % 2 == 0 ? .dense : .order([1, 0, 2]))
      let bias = builder.constant([n], Randomness.floats(n, seed: 5))
      var broadcast = bias
      broadcast.dimensions = [batch, m, n]
      broadcast.strides = [0, 0, 1]
      var product = MatrixProduct(left: a, right: b, output: c)
      let fused = variant >= 3
      if fused {
        product.epilogue = Epilogue(
          program: PointwiseProgram(
            operandCount: 3,
            steps: [.init(.add, [0, 1]), .init(.relu, [3]), .init(.add, [4, 2])]),
          operands: [broadcast, residual])
      }
      builder.add(.multiply(product))
      let x = Randomness.floats(a.count, seed: seed)
      let y = Randomness.floats(b.count, seed: seed + 100)
      let z = Randomness.floats(c.count, seed: seed + 200)
      let w = Randomness.floats(n, seed: 5)
      let expected = reference(x, y, batch, m, k, n).enumerated().map { element, sum in
        fused ? max(0, sum + Double(w[element % n])) + Double(z[element]) : sum
      }
      try check(
        builder, inputs: [(a, x), (b, y), (residual, z)], output: c, expected: expected,
        tolerance: 1e-5 * max(1, Double(k) / 100), "\(shape), variant \(variant)")
    }
  }

  @Test func addsToItsOutputInPlace() throws {
    var builder = PlanBuilder()
    let a = builder.allocate([1, 300, 30])
    let b = builder.allocate([1, 30, 70])
    let c = builder.allocate([1, 300, 70], .gaps)
    var product = MatrixProduct(left: a, right: b, output: c)
    product.epilogue = Epilogue(
      program: PointwiseProgram(operandCount: 2, steps: [.init(.add, [0, 1])]), operands: [c])
    builder.add(.multiply(product))
    let x = Randomness.floats(a.count, seed: 1)
    let y = Randomness.floats(b.count, seed: 2)
    let z = Randomness.floats(c.count, seed: 3)
    let expected = zip(reference(x, y, 1, 300, 30, 70), z).map { $0 + Double($1) }
    try check(builder, inputs: [(a, x), (b, y), (c, z)], output: c, expected: expected)
  }

  @Test func takesBroadcastAndOverlappingOperands() throws {
    // The same row again and again; rows that slide by one element; one matrix for all items.
    var builder = PlanBuilder()
    let storage = builder.allocate([20])
    let b = builder.allocate([9, 11])
    let c = builder.allocate([2, 7, 11])
    var a = storage
    a.dimensions = [2, 7, 9]
    a.strides = [3, 1, 1]
    var shared = b
    shared.dimensions = [2, 9, 11]
    shared.strides = [0, 11, 1]
    builder.add(.multiply(MatrixProduct(left: a, right: shared, output: c)))
    let x = Randomness.floats(20, seed: 1)
    let y = Randomness.floats(99, seed: 2)
    var expected: [Double] = []
    for item in 0..<2 {
      for i in 0..<7 {
        for j in 0..<11 {
          expected.append(
            (0..<9).reduce(0.0) { $0 + Double(x[item * 3 + i + $1]) * Double(y[$1 * 11 + j]) })
        }
      }
    }
    try check(builder, inputs: [(storage, x), (b, y)], output: c, expected: expected)
    var constantRow = builder
    a.strides = [0, 0, 1]
    constantRow.function.instructions = []
    constantRow.add(.multiply(MatrixProduct(left: a, right: shared, output: c)))
    expected = (0..<154).map { element in
      (0..<9).reduce(0.0) { $0 + Double(x[$1]) * Double(y[$1 * 11 + element % 11]) }
    }
    try check(constantRow, inputs: [(storage, x), (b, y)], output: c, expected: expected)
  }

  private func reference(
    _ x: [Float], _ y: [Float], _ batch: Int, _ m: Int, _ k: Int, _ n: Int
  ) -> [Double] {
    var result = [Double](repeating: 0, count: batch * m * n)
    for item in 0..<batch {
      for i in 0..<m {
        for l in 0..<k {
          let factor = Double(x[(item * m + i) * k + l])
          for j in 0..<n {
            result[(item * m + i) * n + j] += factor * Double(y[(item * k + l) * n + j])
          }
        }
      }
    }
    return result
  }
}
