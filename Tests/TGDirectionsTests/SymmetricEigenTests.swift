import TGDirections
import TGSession
import Testing

/// Eigenvalues and vectors, components and directions in closed form, against matrices whose answer is
/// known.
@Suite struct SymmetricEigenTests {
  /// A symmetric matrix of noise.
  private static func noise(_ n: Int, seed: UInt64) -> [Double] {
    let drawn = Noise(seed: seed, input: "matrix", item: 0).normals(n * n)
    return (0..<n * n).map { position in
      let (row, column) = (position / n, position % n)
      return Double(drawn[max(row, column) * n + min(row, column)])
    }
  }

  @Test func twoByTwoIsTheFormula() throws {
    let eigen = try #require(SymmetricEigen([2, 1, 1, 3], count: 2))
    let root = 5.0.squareRoot()
    #expect(abs(eigen.values[0] - (5 + root) / 2) < 1e-14)
    #expect(abs(eigen.values[1] - (5 - root) / 2) < 1e-14)
    // The entry of the largest magnitude is positive.
    #expect(eigen.vectors[0][1] > 0 && eigen.vectors[1][0] > 0)
  }

  @Test(arguments: [1, 2, 3, 7, 20, 64])
  func vectorsAreOrthogonalAndGiveTheMatrixBack(_ n: Int) throws {
    let matrix = Self.noise(n, seed: UInt64(n))
    let eigen = try #require(SymmetricEigen(matrix, count: n))
    #expect(eigen.values == eigen.values.sorted(by: >))
    let size = eigen.values.reduce(1) { max($0, abs($1)) }
    for i in 0..<n {
      for j in 0..<n {
        let product = Vector.product(eigen.vectors[i], eigen.vectors[j])
        #expect(abs(product - (i == j ? 1 : 0)) < 1e-13)
        let sum = (0..<n).reduce(0.0) {
          $0 + eigen.values[$1] * eigen.vectors[$1][i] * eigen.vectors[$1][j]
        }
        #expect(abs(sum - matrix[i * n + j]) < 1e-12 * size)
      }
    }
  }

  @Test func diagonalEqualAndDeficientMatrices() throws {
    let diagonal = try #require(SymmetricEigen([1, 0, 0, 0, 5, 0, 0, 0, -2], count: 3))
    #expect(diagonal.values == [5, 1, -2])
    #expect(diagonal.vectors == [[0, 1, 0], [1, 0, 0], [0, 0, 1]])
    let equal = try #require(SymmetricEigen([3, 0, 0, 3], count: 2))
    #expect(equal.values == [3, 3])
    // Rank 1: v vᵀ of v = (1, 2, 2), whose square is 9.
    let one = try #require(SymmetricEigen([1, 2, 2, 2, 4, 4, 2, 4, 4], count: 3))
    #expect(abs(one.values[0] - 9) < 1e-13 && abs(one.values[1]) < 1e-13)
    #expect(abs(one.vectors[0][0] - 1.0 / 3) < 1e-14)
    #expect(SymmetricEigen([1, .nan, .nan, 1], count: 2) == nil)
    #expect(SymmetricEigen([1, 2, 3], count: 2) == nil)
    #expect(SymmetricEigen([], count: 0)?.values == [])
  }

  /// The path graph's matrix 2, -1: values 2 - 2 cos(kπ / (n + 1)), known in closed form.
  @Test func theChainOfSpringsHasItsFrequencies() throws {
    let n = 24
    var matrix = [Double](repeating: 0, count: n * n)
    for i in 0..<n {
      matrix[i * n + i] = 2
      if i + 1 < n {
        matrix[i * n + i + 1] = -1
        matrix[(i + 1) * n + i] = -1
      }
    }
    let eigen = try #require(SymmetricEigen(matrix, count: n))
    for (index, value) in eigen.values.enumerated() {
      let word = UInt32(Double(n - index) / Double(n + 1) / 2 * 4_294_967_296)
      #expect(abs(value - (2 - 2 * Noise.circle(word).cosine)) < 1e-8)
    }
  }

  /// Weight rows (3,0,1), (0,2,0), (1,1,0), (2,-1,1) of four outputs and three latents, each row at
  /// length 1: the matrix is worked out by hand.
  @Test func closedFormOfASmallLayer() throws {
    let rows: [Float] = [3, 0, 1, 0, 2, 0, 1, 1, 0, 2, -1, 1]
    var form = ClosedForm(size: 3, isNormalised: true)
    form.add(rows)
    let eigen = try #require(form.eigen)
    #expect(form.columns == 4)
    for (found, wanted) in zip(eigen.values, [2.286810, 1.674006, 0.039184]) {
      #expect(abs(found - wanted) < 1e-6)
    }
    for (found, wanted) in zip(eigen.vectors[0], [0.943073, 0.177940, 0.280981]) {
      #expect(abs(found - wanted) < 1e-6)
    }
    // Scaling an output changes nothing, and neither does the layer in two parts.
    var other = ClosedForm(size: 3, isNormalised: true)
    other.add(Array(rows.prefix(3)).map { 5 * $0 })
    other.add(Array(rows.dropFirst(3)) + [0, 0, 0])
    let again = try #require(other.eigen)
    #expect(abs(again.values[0] - eigen.values[0]) < 1e-12 && other.columns == 5)
    var raw = ClosedForm(size: 3, isNormalised: false)
    raw.add(rows)
    let plain = try #require(raw.eigen)
    #expect(abs(plain.values[0] - 15.975055) < 1e-6)
    #expect(abs(plain.vectors[0][1] + 0.127630) < 1e-6)
  }

  /// Codes on an ellipse: the components are its axes, the deviations known in closed form.
  @Test func componentsOfAnEllipse() throws {
    var sum = CovarianceSum(size: 2)
    let n = 64
    for k in 0..<n {
      let (cosine, sine) = Noise.circle(UInt32(k) << 26)
      // Half axes 3 along (0.6, 0.8), 1 along (-0.8, 0.6), far from the origin.
      sum.add([
        Float(100 + 1.8 * cosine - 0.8 * sine), Float(-50 + 2.4 * cosine + 0.6 * sine),
      ])
    }
    let found = try #require(sum.components(2))
    let scale = (Double(n) / 2 / Double(n - 1)).squareRoot()
    #expect(abs(found.deviations[0] - 3 * scale) < 1e-5)
    #expect(abs(found.deviations[1] - scale) < 1e-5)
    #expect(abs(found.components[0][0] - 0.6) < 1e-5 && abs(found.components[0][1] - 0.8) < 1e-5)
    #expect(abs(found.shares[0] - 0.9) < 1e-5)
    #expect(abs(found.mean[0] - 100) < 1e-4 && abs(found.mean[1] + 50) < 1e-4)
  }
}
