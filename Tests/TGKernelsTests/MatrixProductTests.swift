import TGKernels
import TGMachine
import Testing

@Suite struct MatrixProductTests {
  /// Extents B, M, K, N: incomplete blocks of every variant, several pieces of the depth, one row.
  @Test(arguments: [
    [1, 1, 1, 1], [1, 1, 300, 200], [1, 2, 70, 17], [2, 13, 5, 33], [1, 25, 600, 47],
    [3, 12, 256, 32], [1, 70, 257, 129], [1, 300, 3, 520],
  ])
  func everyMultiplierAgreesWithDouble(_ extents: [Int]) {
    let (batch, m, k, n) = (extents[0], extents[1], extents[2], extents[3])
    _ = MatrixMultiplier.ready(threads: 1, isa: .best())
    let left = FloatMemory((0..<batch * m * k).map { Float(($0 * 7 + 3) % 23) - 11 })
    let right = FloatMemory((0..<batch * k * n).map { Float(($0 * 5 + 1) % 19) - 9 })
    for turnLeft in [false, true] {
      for turnRight in [false, true] {
        let (a, b) = (turnLeft ? [m * k, 1, m] : [m * k, k, 1], turnRight ? [1, k] : [n, 1])
        var expected: [Float] = []
        let (x, y) = (left.elements, right.elements)
        for item in 0..<batch {
          for i in 0..<m {
            for j in 0..<n {
              // Whole numbers: every order of summation gives the same.
              expected.append(
                Float(
                  (0..<k).reduce(0.0) {
                    $0 + Double(x[item * a[0] + i * a[1] + $1 * a[2]])
                      * Double(y[item * k * n + $1 * b[0] + j * b[1]])
                  }))
            }
          }
        }
        for isa in ISA.available() {
          for multiplier in MatrixMultiplier.allCases {
            let output = FloatMemory([Float](repeating: -1, count: batch * m * n))
            let call = unsafe KernelCall.product(
              left: left.view([batch, m, k], a), right: right.view([batch, k, n], [k * n] + b),
              output: output.view([batch, m, n]), epilogue: KernelEpilogue(), isa: isa,
              multiplier: multiplier)
            run(call, backwards: turnRight)
            #expect(
              output.elements == expected,
              "\(isa), \(multiplier), turned \(turnLeft), \(turnRight)")
            #expect(output.guardsAreWhole)
          }
        }
      }
    }
  }
}
