/// The kernel distance of two sets of features (Bińkowski et al., ICLR 2018): an estimate, without bias,
/// of the squared maximum mean discrepancy for the kernel `(x · y / d + 1)³`.
package enum KernelDistance {
  /// Mean and spread over subsets.
  package struct Result: Hashable, Sendable {
    /// The mean; may be negative.
    package let mean: Double
    /// The deviation of the subsets, with their number below the line.
    package let deviation: Double
  }

  /// The distances of pairs of subsets: of each, `size` rows of the first set are drawn without
  /// replacement and then of the second, by NumPy's generator of a seed, as torch-fidelity draws them.
  ///
  /// - Parameter progress: told after each subset how many are done.
  /// - Returns: nil unless rows are equally wide, both sets have `size` of them, at least 2, and there
  ///   is at least one subset.
  package static func ofSubsets(
    _ one: Features, _ other: Features, subsets: Int, size: Int, seed: UInt32,
    progress: (Int) -> Void = { _ in }
  ) -> Result? {
    guard one.width == other.width, size >= 2, subsets >= 1, one.count >= size, other.count >= size
    else { return nil }
    var random = NumpyRandom(seed: seed)
    var values: [Double] = []
    for _ in 0..<subsets {
      let left = Panels(one, rows: random.choice(one.count, size: size))
      let right = Panels(other, rows: random.choice(other.count, size: size))
      values.append(distance(left, right))
      progress(values.count)
    }
    let (mean, deviation) = spread(values)
    return Result(mean: mean, deviation: deviation)
  }

  /// The distance of two sets of as many vectors.
  static func distance(_ one: Panels, _ other: Panels) -> Double {
    let m = Double(one.count)
    let within = (pairs(one) + pairs(other)) * 2 / (m * (m - 1))
    return within - 2 * sum(one, other) / (m * m)
  }

  private static func kernel(_ product: Double, _ width: Double) -> Double {
    let base = product / width + 1
    return base * base * base
  }

  /// The sum of the kernel over all pairs of one set, each pair once.
  private static func pairs(_ set: Panels) -> Double {
    let width = Double(set.length)
    return set.bands { range in
      let products = set.products(ofPanels: range, with: set, from: range.lowerBound)
      var sum = 0.0
      for row in 0..<products.rows {
        for column in range.lowerBound * 4 + row
          + 1..<max(range.lowerBound * 4 + row + 1, set.count)
        {
          sum += kernel(products[row, column], width)
        }
      }
      return sum
    }.reduce(0, +)
  }

  /// The sum of the kernel over all pairs of two sets.
  private static func sum(_ one: Panels, _ other: Panels) -> Double {
    let width = Double(one.length)
    return one.bands { range in
      let products = one.products(ofPanels: range, with: other)
      var sum = 0.0
      for row in 0..<products.rows {
        for column in 0..<products.columns { sum += kernel(products[row, column], width) }
      }
      return sum
    }.reduce(0, +)
  }
}

/// The mean of numbers and their deviation from it, with their number below the line.
package func spread(_ values: [Double]) -> (mean: Double, deviation: Double) {
  let mean = values.reduce(0, +) / Double(values.count)
  let square = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
  return (mean, square.squareRoot())
}
