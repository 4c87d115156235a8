import Foundation
import TGScores
import Testing

/// Fréchet distances against values in closed form and of the definition.
@Suite struct FrechetDistanceTests {
  private static func gaussian(_ mean: [Double], _ covariance: [Double]) -> Gaussian {
    Gaussian(
      mean: mean, covariance: Matrix(rows: mean.count, columns: mean.count, covariance))
  }

  /// Rows `f(n, k)`.
  private static func rows(_ count: Int, _ width: Int, _ f: (Int, Int) -> Double) -> Features {
    var rows = Features(width: width)
    for row in 0..<count { rows.append((0..<width).map { Float(f(row, $0)) }) }
    return rows
  }

  private static func gaussian(of rows: Features) throws -> Gaussian {
    var moments = Moments(rows)
    let gaussian = moments.gaussian()
    return try #require(gaussian)
  }

  @Test func distancesOfNumbersAreThoseOfTheFormula() throws {
    // |0 - 3|² + 1 + 4 - 2 √(1 · 4)
    let distance = frechetDistance(Self.gaussian([0], [1]), Self.gaussian([3], [4]))
    #expect(abs(try #require(distance) - 10) < 1e-12)
  }

  @Test func covariancesThatCommuteAddTheirAxes() throws {
    // One rotation of two diagonals: tr √(S₁ S₂) is Σ √(λ μ).
    let (c, s) = (cos(0.7), sin(0.7))
    func turned(_ a: Double, _ b: Double) -> [Double] {
      [c * c * a + s * s * b, c * s * (a - b), c * s * (a - b), s * s * a + c * c * b]
    }
    let distance = frechetDistance(
      Self.gaussian([1, 2], turned(9, 0.25)), Self.gaussian([0, 4], turned(4, 1)))
    let expected = 1 + 4 + 9.25 + 5 - 2 * (6 + 0.5)
    #expect(abs(try #require(distance) - expected) < 1e-12)
  }

  @Test func covariancesThatDoNotCommuteFollowTheRootOfTheirProduct() throws {
    // Of 2 x 2 the trace of the root is √(tr P + 2 √det P).
    let (one, two): ([Double], [Double]) = ([2, 1, 1, 3], [5, -2, -2, 1])
    let trace = one[0] * two[0] + 2 * one[1] * two[1] + one[3] * two[3]
    let determinant =
      (one[0] * one[3] - one[1] * one[1]) * (two[0] * two[3] - two[1] * two[1])
    let expected = 5 + 6 - 2 * (trace + 2 * determinant.squareRoot()).squareRoot()
    let distance = frechetDistance(Self.gaussian([0, 0], one), Self.gaussian([0, 0], two))
    #expect(abs(try #require(distance) - expected) < 1e-12)
  }

  @Test func featuresHaveTheDistanceThatTwoPackagesGive() throws {
    let one = Self.rows(6, 3) { sin(1 + Double($0) + 2 * Double($1)) }
    let two = Self.rows(6, 3) { cos(0.5 + 1.5 * Double($0) + Double($1)) }
    let distance = frechetDistance(try Self.gaussian(of: one), try Self.gaussian(of: two))
    #expect(abs(try #require(distance) - 1.172_298_453_6) < 1e-6)
  }

  @Test func setsWithoutFullRankNeedNoHelp() throws {
    // Four points in eight dimensions on each side; the second set is the first, moved and twice as wide.
    func point(_ row: Int, _ column: Int) -> Double {
      sin(Double(3 * row * row + 5 * column + row * column))
    }
    let points = Self.rows(4, 8, point)
    let moved = Self.rows(4, 8) { 2 * Double(Float(point($0, $1))) + 1 }
    let left = try Self.gaussian(of: points)
    let right = try Self.gaussian(of: moved)
    let apart = zip(left.mean, right.mean).reduce(0) { $0 + pow($1.0 - $1.1, 2) }
    // tr √(S · 4 S) is 2 tr S, so that tr S + 4 tr S - 4 tr S is left.
    let expected = apart + left.covariance.trace
    #expect(abs(try #require(frechetDistance(left, right)) - expected) < 1e-6 * expected)
    #expect(left.covariance.choleskyFactor().rows == 3)
  }

  @Test func aSetHasNoDistanceToItself() throws {
    // More dimensions than a panel of the factor has rows, and no multiple of four.
    let points = Self.rows(300, 131) { (row: Int, column: Int) -> Double in
      sin(Double(row * row % 97 * (column + 3)) * 0.37)
    }
    let gaussian = try Self.gaussian(of: points)
    let distance = try #require(frechetDistance(gaussian, gaussian))
    #expect(abs(distance) < 1e-10 * gaussian.covariance.trace)
  }

  @Test func momentsAreThoseOfTheDefinition() throws {
    // More rows than are added at a time, far from 0.
    let (count, width) = (1100, 5)
    let points = Self.rows(count, width) { 1000 + sin(Double($0) * (1 + Double($1))) }
    let gaussian = try Self.gaussian(of: points)
    let mean = (0..<width).map { column in
      (0..<count).reduce(0) { $0 + points[$1, column] } / Double(count)
    }
    for one in 0..<width {
      #expect(abs(gaussian.mean[one] - mean[one]) < 1e-10)
      for two in 0..<width {
        let sum = (0..<count).reduce(0) {
          $0 + (points[$1, one] - mean[one]) * (points[$1, two] - mean[two])
        }
        #expect(abs(gaussian.covariance[one, two] - sum / Double(count - 1)) < 1e-10)
      }
    }
  }

  @Test func oneRowHasNoCovariance() {
    var moments = Moments(Self.rows(1, 3) { Double($0 + $1) })
    let gaussian = moments.gaussian()
    #expect(gaussian == nil && moments.count == 1)
    #expect(frechetDistance(Self.gaussian([0], [1]), Self.gaussian([0, 0], [1, 0, 0, 1])) == nil)
  }
}
