internal import TGSession

/// A linear support vector machine of two classes, by dual coordinate descent (Hsieh, Chang, Lin,
/// Keerthi, Sundararajan, "A dual coordinate descent method for large-scale linear SVM", ICML 2008,
/// algorithm 1 with the hinge loss):
///
///     minimise ½ (|w|² + b²) + C Σ max(0, 1 - yᵢ (w·xᵢ + b))
///
/// The intercept is the weight of a constant feature 1, so it counts in the first term; the machine
/// that HiGAN and InterFaceGAN use (libsvm) leaves it out there. Coordinates are visited in an order
/// drawn anew for each pass from the seed.
package struct LinearSVM: Hashable, Sendable {
  /// The normal of the plane, D numbers, not of length 1.
  package let weights: [Double]
  /// What is added to the product with the normal; 0 is the plane.
  package let intercept: Double
  /// The passes over all samples.
  package let passes: Int
  /// True if the last pass moved no gradient beyond the tolerance.
  package let hasConverged: Bool

  /// How a machine is trained.
  package struct Settings: Hashable, Sendable {
    /// C: how much a sample on the wrong side costs.
    package var cost = 1.0
    /// The largest difference of projected gradients at which training ends.
    package var tolerance = 1e-3
    /// The most passes.
    package var mostPasses = 1000
    /// Decides the order of the samples.
    package var seed: UInt64 = 0

    /// Makes the defaults, those of libsvm where it has them.
    package init() {}
  }

  /// Trains on samples.
  ///
  /// - Parameters:
  ///   - samples: codes of equally many numbers.
  ///   - labels: true for the positive class, one for each sample.
  package init(_ samples: [[Float]], labels: [Bool], settings: Settings = Settings()) {
    let size = samples.first?.count ?? 0
    var w = [Double](repeating: 0, count: size)
    var b = 0.0
    var alpha = [Double](repeating: 0, count: samples.count)
    let squares = samples.map { sample in
      sample.reduce(1.0) { $0 + Double($1) * Double($1) }
    }
    var pass = 0
    var isDone = samples.isEmpty
    while !isDone, pass < settings.mostPasses {
      var (least, most) = (Double.infinity, -Double.infinity)
      for index in Self.order(samples.count, pass: pass, seed: settings.seed) {
        let sample = samples[index]
        let sign = labels[index] ? 1.0 : -1.0
        var value = b
        for position in 0..<size { value += w[position] * Double(sample[position]) }
        let gradient = sign * value - 1
        // At a bound a gradient that leads out of the box counts as 0.
        var projected = gradient
        if alpha[index] <= 0 {
          projected = min(gradient, 0)
        } else if alpha[index] >= settings.cost {
          projected = max(gradient, 0)
        }
        least = min(least, projected)
        most = max(most, projected)
        guard projected != 0 else { continue }
        let before = alpha[index]
        alpha[index] = min(max(before - gradient / squares[index], 0), settings.cost)
        let step = (alpha[index] - before) * sign
        guard step != 0 else { continue }
        for position in 0..<size { w[position] += step * Double(sample[position]) }
        b += step
      }
      pass += 1
      isDone = most - least <= settings.tolerance
    }
    weights = w
    intercept = b
    passes = pass
    hasConverged = isDone
  }

  /// How far a code is on the positive side; its sign is the class.
  package func value(of code: [Float]) -> Double {
    var sum = intercept
    for (weight, number) in zip(weights, code) { sum += weight * Double(number) }
    return sum
  }

  /// The share of samples on the side of their label; 0 of none.
  package func accuracy(_ samples: [[Float]], labels: [Bool]) -> Double {
    guard !samples.isEmpty else { return 0 }
    let right = zip(samples, labels).count { (value(of: $0) > 0) == $1 }
    return Double(right) / Double(samples.count)
  }

  /// The samples in the order of a pass.
  private static func order(_ count: Int, pass: Int, seed: UInt64) -> [Int] {
    Shuffle.order(count, seed: seed, name: "pass.\(pass)")
  }
}

/// Orders drawn from a seed.
package enum Shuffle {
  /// The numbers 0 ..< count in an order that depends on the seed and the name only: sorted by uniform
  /// numbers drawn for them (`spec/noise.md`), ties by the number.
  package static func order(_ count: Int, seed: UInt64, name: String) -> [Int] {
    let drawn = Noise(seed: seed, input: name, item: 0).uniforms(count, low: 0, high: 1)
    return (0..<count).sorted { one, other in
      drawn[one] == drawn[other] ? one < other : drawn[one] < drawn[other]
    }
  }
}
