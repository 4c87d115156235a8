/// Directions that the first weights of a generator turn most (SeFa: Shen & Zhou, CVPR 2021).
///
/// With A the matrix whose rows are the numbers of a code and whose columns are the outputs of the
/// layers, they are the eigenvectors of `A Aᵀ`, largest eigenvalue first. The authors' code divides
/// every column by its length before; their paper does not. No bias and no mean enters.
package struct ClosedForm: Sendable {
  /// D, the numbers of a code.
  package let size: Int
  /// Whether each column has the length 1.
  package let isNormalised: Bool
  /// How many columns came.
  package private(set) var columns = 0
  private var products: [Double]

  /// No weights came yet.
  ///
  /// - Parameters:
  ///   - size: D.
  ///   - isNormalised: true as the authors' code has it.
  package init(size: Int, isNormalised: Bool) {
    self.size = size
    self.isNormalised = isNormalised
    products = [Double](repeating: 0, count: size * size)
  }

  /// Takes the weights of a layer.
  ///
  /// - Parameter matrix: outputs × D numbers, row-major: a row is a column of A. A row of zeros adds
  ///   nothing.
  package mutating func add(_ matrix: [Float]) {
    for start in stride(from: 0, to: matrix.count - size + 1, by: size) {
      let row = matrix[start..<start + size].map { Double($0) }
      columns += 1
      let square = row.reduce(0) { $0 + $1 * $1 }
      guard square > 0 else { continue }
      let factor = isNormalised ? 1 / square : 1
      for i in 0..<size where row[i] != 0 {
        let value = factor * row[i]
        for j in 0...i { products[i * size + j] += value * row[j] }
      }
    }
  }

  /// The directions with their eigenvalues; nil if the weights are not finite.
  package var eigen: SymmetricEigen? { SymmetricEigen(products, count: size) }
}
