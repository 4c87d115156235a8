/// A form of minimal filtering: tiles of m × m results of an r × r kernel from n × n products for each
/// pair of channels, n = m + r − 1 (Winograd 1980; Lavin & Gray, CVPR 2016, which write F(m × m, r × r)).
///
/// The results are `output · [(weights · g · weightsᵀ) ⊙ (input · d · inputᵀ)] · outputᵀ`, summed over
/// channels before `output`. The matrices follow from points of interpolation by Toom and Cook: with
/// points p₁ … pₙ₋₁ and infinity, `output[i][j] = pⱼⁱ`, `weights[j][k] = pⱼᵏ / Π (pⱼ − pₗ)`, and row j
/// of `input` has the coefficients of `Π (x − pₗ)`, both over l ≠ j; infinity takes the last
/// coefficient of the kernel and of the results, and `Π (x − pₗ)` over all points.
package struct WinogradForm: Hashable, Sendable {
  /// Results along each side of a tile: m.
  package let results: Int
  /// Rows and columns of the kernel: r.
  package let kernel: Int
  /// The points but infinity.
  package let points: [Double]

  /// The forms that kernels have. The points of F(4, 3) multiply to 1, so that no row of a transform
  /// has large numbers: a fifth of the error of 0, ±1, ±2 (after Barabasz et al. 2020).
  package static let all = [
    WinogradForm(results: 2, kernel: 3, points: [0, 1, -1]),
    WinogradForm(results: 3, kernel: 2, points: [0, 1, -1]),
    WinogradForm(
      results: 4, kernel: 3,
      points: [0, 0.5.squareRoot(), -0.5.squareRoot(), 2.0.squareRoot(), -2.0.squareRoot()]),
  ]

  /// The form of tiles of so many results for a kernel; nil if there is none.
  package static func of(results: Int, kernel: Int) -> WinogradForm? {
    all.first { $0.results == results && $0.kernel == kernel }
  }

  /// Rows and columns of a tile of the input, and of a transformed tile: n.
  package var side: Int { results + kernel - 1 }

  /// What turns a column of the input: n × n.
  package var input: [[Double]] {
    (0..<side).map { row in
      var polynomial = [1.0]
      for (index, point) in points.enumerated() where index != row {
        // Times (x − point), the lowest coefficient first.
        polynomial = zip([0] + polynomial, polynomial + [0]).map { $0 - point * $1 }
      }
      return polynomial + [Double](repeating: 0, count: side - polynomial.count)
    }
  }

  /// What turns a column of the kernel: n × r.
  package var weights: [[Double]] {
    points.indices.map { row in
      let others = points.indices.filter { $0 != row }
      let product = others.reduce(1) { $0 * (points[row] - points[$1]) }
      return powers(of: points[row], kernel).map { $0 / product }
    } + [(0..<kernel).map { $0 == kernel - 1 ? 1 : 0 }]
  }

  /// What turns a column of sums into results: m × n.
  package var output: [[Double]] {
    (0..<results).map { row in
      points.map { powers(of: $0, results)[row] } + [row == results - 1 ? 1 : 0]
    }
  }

  private func powers(of point: Double, _ count: Int) -> [Double] {
    (1..<count).reduce(into: [1.0]) { powers, _ in powers.append((powers.last ?? 1) * point) }
  }

  /// The tiles along a side of so many results.
  package func tiles(_ extent: Int) -> Int { (extent + results - 1) / results }
}
