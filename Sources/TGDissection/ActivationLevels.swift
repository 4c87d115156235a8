/// What units gave, of which exact quantiles are asked for: the levels above which a unit is active.
///
/// For each unit the largest values are kept, no more than the largest share needs, so memory does
/// not grow with the sample beyond that. (GAN dissection, Bau et al., ICLR 2019, takes approximate
/// quantiles of a sketch; ours are exact and do not depend on the order of the sample.)
package struct ActivationLevels: Sendable {
  /// How many units there are.
  package let units: Int
  /// How many values each unit has given.
  package private(set) var seen = 0
  private let kept: Int
  private var values: [[Float]]
  private var floors: [Float]

  /// The most numbers that are kept at once, for all units together: 1 GiB.
  package static let limit = 1 << 28

  /// Begins; nothing was seen yet.
  ///
  /// - Parameters:
  ///   - units: how many, at least 1.
  ///   - total: how many values each unit will give at most, at least 1.
  ///   - largestShare: the largest share that `level` will be asked for, in 0 ... 1.
  /// - Returns: nil if more than `limit` numbers would have to be kept.
  package init?(units: Int, total: Int, largestShare: Double) {
    precondition(units > 0 && total > 0 && (0...1).contains(largestShare))
    self.units = units
    kept = min(total, Self.above(total, share: largestShare) + 1)
    let (numbers, overflow) = kept.multipliedReportingOverflow(by: 2 * units)
    guard !overflow, numbers <= Self.limit else { return nil }
    values = [[Float]](repeating: [], count: units)
    floors = [Float](repeating: -.infinity, count: units)
  }

  /// How many of `total` values a share allows above the level: `⌊share · total⌋`, the product
  /// rounded up where it lies less than 1e-9 below a whole number.
  package static func above(_ total: Int, share: Double) -> Int {
    min(total, Int((share * Double(total) + 1e-9).rounded(.down)))
  }

  /// Takes what all units gave at some places.
  ///
  /// - Parameter features: `[units, places]` row-major, finite.
  package mutating func add(_ features: [Float]) {
    let places = features.count / units
    precondition(places * units == features.count, "each unit gives as many values")
    seen += places
    for unit in 0..<units {
      for value in features[unit * places..<(unit + 1) * places] where value > floors[unit] {
        values[unit].append(value)
      }
      if values[unit].count > 2 * kept { trim(unit) }
    }
  }

  private mutating func trim(_ unit: Int) {
    values[unit].sort(by: >)
    guard values[unit].count >= kept else { return }
    values[unit].removeLast(values[unit].count - kept)
    // What equals the floor need not be taken again: it cannot move a kept value.
    floors[unit] = values[unit][kept - 1]
  }

  /// The levels of each unit: of the values seen no more than `⌊share · seen⌋` are larger than a level,
  /// which is the largest value of that kind. Traps unless something was seen.
  ///
  /// - Parameter shares: each in 0 ... the largest that was announced.
  /// - Returns: for each unit a level for each share.
  package mutating func levels(of shares: [Double]) -> [[Float]] {
    (0..<units).map { unit in
      values[unit].sort(by: >)
      return shares.map { share in
        values[unit][min(Self.above(seen, share: share), values[unit].count - 1)]
      }
    }
  }
}
