/// How far two kinds of differences of the same pairs point the same way, and how far they would by
/// chance.
package struct Agreement: Hashable, Sendable {
  /// The cosine of each pair.
  package let cosines: [Double]
  /// The mean cosine when each difference is held against that of another pair, for each shuffle.
  package let shuffled: [Double]

  /// Compares differences; both have equally many, of equally many numbers.
  ///
  /// - Parameters:
  ///   - shuffles: how often pairs are exchanged.
  ///   - seed: decides how.
  package init(_ one: [[Double]], _ other: [[Double]], shuffles: Int, seed: UInt64) {
    cosines = zip(one, other).map { Vector.cosine($0, $1) }
    let units = (one.map { Vector.unit($0) ?? [] }, other.map { Vector.unit($0) ?? [] })
    var means: [Double] = []
    for shuffle in 0..<(one.count > 1 ? shuffles : 0) {
      // Neighbours of a shuffled ring: no difference meets its own pair.
      let ring = Shuffle.order(one.count, seed: seed, name: "pairs.\(shuffle)")
      let sum = ring.indices.reduce(0.0) { sum, place in
        sum + Vector.product(units.0[ring[place]], units.1[ring[(place + 1) % ring.count]])
      }
      means.append(sum / Double(one.count))
    }
    shuffled = means
  }

  /// The mean cosine of the pairs.
  package var mean: Double { cosines.reduce(0, +) / Double(max(1, cosines.count)) }

  /// The mean over all shuffles.
  package var chance: Double { shuffled.reduce(0, +) / Double(max(1, shuffled.count)) }

  /// The share of shuffles whose mean reaches that of the pairs, counting the pairs themselves: a
  /// one-sided permutation test.
  package var probability: Double {
    Double(1 + shuffled.count { $0 >= mean }) / Double(1 + shuffled.count)
  }
}
