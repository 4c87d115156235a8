#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// The samples of a picture, a plane for each channel, in 0 ... 255 whatever its depth.
package struct PixelPlanes: Sendable {
  /// The number of rows.
  package let height: Int
  /// The number of samples in a row.
  package let width: Int
  /// The planes, row by row.
  package let planes: [[Double]]

  /// The distance from black to white.
  package static let range = 255.0

  /// Makes planes; traps unless each has `height * width` samples.
  package init(height: Int, width: Int, planes: [[Double]]) {
    precondition(planes.allSatisfy { $0.count == height * width }, "planes of one size")
    self.height = height
    self.width = width
    self.planes = planes
  }

  /// True if another picture has the same extents.
  package func fits(_ other: PixelPlanes) -> Bool {
    height == other.height && width == other.width && planes.count == other.planes.count
  }

  /// The mean of the squared differences of all samples. Traps unless the pictures fit.
  package func meanSquaredError(_ other: PixelPlanes) -> Double {
    precondition(fits(other), "pictures of one size")
    var sum = 0.0
    for (one, two) in zip(planes, other.planes) {
      for (a, b) in zip(one, two) { sum += (a - b) * (a - b) }
    }
    return sum / Double(height * width * planes.count)
  }

  /// The ratio of the range to an error, in decibels; infinite where there is no error.
  package static func peakRatio(meanSquaredError error: Double) -> Double {
    error > 0 ? 10 * log10(range * range / error) : .infinity
  }
}

/// The window of the structural similarity, and what follows from it.
package enum SimilarityWindow: String, Hashable, Sendable, CaseIterable {
  /// 11 by 11, a normal distribution of deviation 1.5, covariances as they are: Wang et al., IEEE
  /// Transactions on Image Processing 2004. scikit-image's `gaussian_weights=True, sigma=1.5,
  /// use_sample_covariance=False`.
  case gaussian
  /// 7 by 7, all weights equal, covariances times 49 / 48: scikit-image's default.
  case uniform

  /// The weights along one axis, with the sum 1.
  package var weights: [Double] {
    switch self {
    case .uniform: return [Double](repeating: 1.0 / 7, count: 7)
    case .gaussian:
      let raw = (-5...5).map { exp(-Double($0 * $0) / (2 * 1.5 * 1.5)) }
      let sum = raw.reduce(0, +)
      return raw.map { $0 / sum }
    }
  }

  /// What covariances are multiplied by.
  package var correction: Double { self == .uniform ? 49.0 / 48 : 1 }

  /// How a protocol names it.
  package var description: String {
    switch self {
    case .gaussian: "gaussian 11 x 11, sigma 1.5, population covariance"
    case .uniform: "uniform 7 x 7, sample covariance"
    }
  }
}

extension PixelPlanes {
  /// The structural similarity (Wang et al. 2004), K₁ = 0.01 and K₂ = 0.03, where the window lies inside
  /// the picture: the mean of all places, then of the channels.
  ///
  /// - Returns: nil if the pictures do not fit each other, or are smaller than the window.
  package func similarity(_ other: PixelPlanes, by window: SimilarityWindow) -> Double? {
    let taps = window.weights.count
    guard fits(other), height >= taps, width >= taps else { return nil }
    let sum = zip(planes, other.planes).reduce(0) { $0 + similarity($1.0, $1.1, window) }
    return sum / Double(planes.count)
  }

  private func similarity(_ one: [Double], _ two: [Double], _ window: SimilarityWindow) -> Double {
    let weights = window.weights
    let (first, second) = (filtered(one, weights), filtered(two, weights))
    let squares = filtered(zip(one, one).map(*), weights)
    let others = filtered(zip(two, two).map(*), weights)
    let products = filtered(zip(one, two).map(*), weights)
    let c1 = 0.01 * Self.range * 0.01 * Self.range
    let c2 = 0.03 * Self.range * 0.03 * Self.range
    var sum = 0.0
    for place in first.indices {
      let (a, b) = (first[place], second[place])
      let spread = (squares[place] - a * a + others[place] - b * b) * window.correction
      let shared = (products[place] - a * b) * window.correction
      sum += (2 * a * b + c1) * (2 * shared + c2) / ((a * a + b * b + c1) * (spread + c2))
    }
    return sum / Double(first.count)
  }

  /// The weighted means of the windows that lie inside, along rows and then along columns.
  private func filtered(_ plane: [Double], _ weights: [Double]) -> [Double] {
    let across = width - weights.count + 1
    var rows: [Double] = []
    rows.reserveCapacity(height * across)
    for row in 0..<height {
      for column in 0..<across {
        var sum = 0.0
        for tap in weights.indices { sum += weights[tap] * plane[row * width + column + tap] }
        rows.append(sum)
      }
    }
    var result: [Double] = []
    for row in 0..<height - weights.count + 1 {
      for column in 0..<across {
        var sum = 0.0
        for tap in weights.indices { sum += weights[tap] * rows[(row + tap) * across + column] }
        result.append(sum)
      }
    }
    return result
  }
}
