/// The principal components of codes (GANSpace: Härkönen, Hertzmann, Lehtinen, Paris, NeurIPS 2020),
/// from the exact covariance of all samples, in Double.
package struct PrincipalComponents: Hashable, Sendable {
  /// The mean code, D numbers.
  package let mean: [Double]
  /// Directions of length 1 and D numbers, the one of the largest variance first.
  package let components: [[Double]]
  /// The standard deviation along each, of `samples - 1` degrees of freedom.
  package let deviations: [Double]
  /// The share of the whole variance that each has; 0 where nothing varies.
  package let shares: [Double]
}

/// Mean and covariance of codes while they come.
///
/// The first code is taken off all of them, so that a large common part costs no digits.
package struct CovarianceSum: Sendable {
  /// The numbers of a code, D.
  package let size: Int
  /// How many codes came.
  package private(set) var count = 0
  private var origin: [Double] = []
  private var sums: [Double]
  /// The lower triangle of the sum of products, row-major in D × D.
  private var products: [Double]

  /// The most numbers of a code: a matrix of 4096 × 4096 takes 128 MiB.
  package static let largestSize = 4096

  /// Nothing came yet.
  ///
  /// - Parameter size: D, 1 to `largestSize`.
  package init(size: Int) {
    self.size = size
    sums = [Double](repeating: 0, count: size)
    products = [Double](repeating: 0, count: size * size)
  }

  /// Takes a code of `size` numbers.
  package mutating func add(_ code: [Float]) {
    if origin.isEmpty { origin = code.map { Double($0) } }
    let moved = zip(code, origin).map { Double($0) - $1 }
    for row in 0..<size {
      let value = moved[row]
      sums[row] += value
      guard value != 0 else { continue }
      let base = row * size
      for column in 0...row { products[base + column] += value * moved[column] }
    }
    count += 1
  }

  /// The mean of all codes.
  package var mean: [Double] { zip(origin, sums).map { $0 + $1 / Double(max(1, count)) } }

  /// The covariance, D × D row-major, divided by `count - 1`.
  package var covariance: [Double] {
    var result = products
    let share = 1 / Double(max(1, count))
    let degrees = Double(max(1, count - 1))
    for row in 0..<size {
      for column in 0...row {
        let value = (products[row * size + column] - sums[row] * sums[column] * share) / degrees
        result[row * size + column] = value
        result[column * size + row] = value
      }
    }
    return result
  }

  /// The first components; nil if the covariance cannot be decomposed.
  ///
  /// - Parameter wanted: how many, at most `size`.
  package func components(_ wanted: Int) -> PrincipalComponents? {
    guard let eigen = SymmetricEigen(covariance, count: size) else { return nil }
    let variances = eigen.values.map { max(0, $0) }
    let total = variances.reduce(0, +)
    return PrincipalComponents(
      mean: mean, components: Array(eigen.vectors.prefix(wanted)),
      deviations: variances.prefix(wanted).map { $0.squareRoot() },
      shares: variances.prefix(wanted).map { total > 0 ? $0 / total : 0 })
  }
}
