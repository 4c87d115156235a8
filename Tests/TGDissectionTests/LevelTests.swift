import TGDissection
import TGTestSupport
import Testing

/// Levels against sorting everything.
@Suite struct LevelTests {
  private static let units = 3
  private static let total = 240

  /// `[units, places]` pieces of a sample, with many equal values.
  private static func pieces(of size: Int) -> [[Float]] {
    let values = (0..<units * total).map { Float(($0 * 7919 + 13) % 101) / 4 - 9 }
    return stride(from: 0, to: total, by: size).map { first in
      (0..<units).flatMap { unit in
        values[unit * total + first..<unit * total + min(first + size, total)]
      }
    }
  }

  @Test(arguments: [1, 7, 60, 240])
  func areOrderStatisticsHoweverTheSampleComes(size: Int) throws {
    let shares = [0.005, 0.01, 0.1, 0.25]
    var levels = try #require(
      ActivationLevels(units: Self.units, total: Self.total, largestShare: 0.25))
    for piece in Self.pieces(of: size) { levels.add(piece) }
    #expect(levels.seen == Self.total)
    let all = Self.pieces(of: Self.total)[0]
    for (unit, found) in levels.levels(of: shares).enumerated() {
      let sorted = all[unit * Self.total..<(unit + 1) * Self.total].sorted(by: >)
      for (share, level) in zip(shares, found) {
        let most = Int(share * Double(Self.total) + 1e-9)
        #expect(level == sorted[most])
        #expect(sorted.filter { $0 > level }.count <= most)
        // No lower level would leave so few above it.
        if let lower = sorted.first(where: { $0 < level }) {
          #expect(sorted.filter { $0 > lower }.count > most)
        }
      }
    }
  }

  @Test func aShareOfAllKeepsAll() throws {
    var levels = try #require(ActivationLevels(units: 1, total: 4, largestShare: 1))
    levels.add([3, 1, 2, 0])
    #expect(levels.levels(of: [0, 0.5, 1]) == [[3, 1, 0]])
  }

  @Test func fewerValuesThanAnnouncedAreASmallerSample() throws {
    var levels = try #require(ActivationLevels(units: 1, total: 100, largestShare: 0.5))
    levels.add([5, 4, 3, 2])
    #expect(levels.levels(of: [0.25, 0.5]) == [[4, 3]])
  }

  @Test func moreThanTheLimitIsRefused() {
    #expect(ActivationLevels(units: 512, total: 1 << 30, largestShare: 1) == nil)
    #expect(ActivationLevels(units: 512, total: 1 << 30, largestShare: 1e-5) != nil)
  }

  @Test(arguments: [(1000, 0.005, 5), (200, 0.005, 1), (199, 0.005, 0), (10, 0.3, 3), (3, 1, 3)])
  func shareOfACount(total: Int, share: Double, most: Int) {
    #expect(ActivationLevels.above(total, share: share) == most)
  }
}
