/// The Fréchet distance of two normal distributions (Dowson and Landau 1982), as Heusel et al. (NeurIPS
/// 2017) compare sets of pictures: `|m₁ - m₂|² + tr S₁ + tr S₂ - 2 tr √(S₁ S₂)`.
///
/// With `S = Uᵀ U` the eigenvalues of `S₁ S₂` are the squares of the singular values of `U₁ U₂ᵀ`, so the
/// last trace is their sum. No root of a matrix is taken, nothing is added to a diagonal, and
/// covariances without full rank are as good as others.
///
/// - Returns: nil if the distributions are of different sizes.
package func frechetDistance(_ one: Gaussian, _ other: Gaussian) -> Double? {
  guard one.mean.count == other.mean.count else { return nil }
  let apart = zip(one.mean, other.mean).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  let left = Panels(rowsOf: one.covariance.choleskyFactor())
  let right = Panels(rowsOf: other.covariance.choleskyFactor())
  let shared =
    left.count == 0 || right.count == 0 ? 0 : left.products(with: right).nuclearNorm()
  return apart + one.covariance.trace + other.covariance.trace - 2 * shared
}
