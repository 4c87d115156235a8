import Foundation
import TGScores
import Testing

/// The decompositions under the Fréchet distance.
@Suite struct FactorTests {
  /// Numbers without a pattern, in -1 ... 1.
  private static func drawn(_ rows: Int, _ columns: Int) -> Matrix {
    let elements = (0..<rows * columns).map { (place: Int) -> Double in
      sin(1.7 * Double(place * place % 1009) + Double(place))
    }
    return Matrix(rows: rows, columns: columns, elements)
  }

  private static func gram(_ factor: Matrix) -> Matrix {
    var result = Matrix(rows: factor.columns, columns: factor.columns)
    for one in 0..<factor.columns {
      for two in 0..<factor.columns {
        result[one, two] = (0..<factor.rows).reduce(0) { $0 + factor[$1, one] * factor[$1, two] }
      }
    }
    return result
  }

  @Test(arguments: [(5, 5), (90, 70), (20, 70), (1, 6)])
  func factorsGiveTheirMatrixBackAndTellItsRank(rows: Int, columns: Int) {
    let matrix = Self.gram(Self.drawn(rows, columns))
    let factor = matrix.choleskyFactor()
    #expect(factor.rows == min(rows, columns))
    let back = Self.gram(factor)
    for one in 0..<columns {
      for two in 0..<columns { #expect(abs(back[one, two] - matrix[one, two]) < 1e-11) }
    }
    #expect(Matrix(rows: 3, columns: 3).choleskyFactor().rows == 0)
  }

  @Test(arguments: [(1, 1), (4, 4), (7, 5), (5, 9), (40, 33)])
  func singularValuesOfAWeightedPairOfBasesAreTheWeights(rows: Int, columns: Int) {
    // Reflections are orthogonal: (1 - 2 u uᵀ) D (1 - 2 v vᵀ) has the singular values of D.
    func unit(_ count: Int) -> [Double] {
      let raw = (0..<count).map { 1 + cos(Double($0) * 2.3) }
      let length = raw.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return raw.map { $0 / length }
    }
    let (u, v) = (unit(rows), unit(columns))
    let rank = min(rows, columns)
    // The last one is 0, and one of the others tiny.
    let weights = (0..<rank).map {
      $0 == rank - 1 && rank > 1 ? 0 : $0 == 1 ? 1e-9 : 1 + Double($0)
    }
    var matrix = Matrix(rows: rows, columns: columns)
    for row in 0..<rows {
      for column in 0..<columns {
        matrix[row, column] = (0..<rank).reduce(0) { sum, k in
          let left = (row == k ? 1 : 0) - 2 * u[row] * u[k]
          let right = (column == k ? 1 : 0) - 2 * v[column] * v[k]
          return sum + left * weights[k] * right
        }
      }
    }
    #expect(abs(matrix.nuclearNorm() - weights.reduce(0, +)) < 1e-11)
  }

  @Test func eigenvaluesOfASecondDifferenceAreItsCosines() {
    let count = 50
    let values = symmetricEigenvalues(
      diagonal: [Double](repeating: 2, count: count),
      beside: [Double](repeating: -1, count: count - 1)
    ).sorted()
    for (index, value) in values.enumerated() {
      let expected = 2 - 2 * cos(Double(index + 1) * Double.pi / Double(count + 1))
      #expect(abs(value - expected) < 1e-13)
    }
    #expect(symmetricEigenvalues(diagonal: [3], beside: []) == [3])
    #expect(symmetricEigenvalues(diagonal: [3, 1], beside: [0]).sorted() == [1, 3])
  }
}
