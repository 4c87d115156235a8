import TGDissection
import TGImage
import TGTensor
import Testing

/// Maps of parts, what units mean, and what they give where a part is.
@Suite struct MeaningTests {
  @Test func theHighestScoreNamesThePart() {
    let scores: [[Float]] = [[1, 0, 2, 2], [1, 3, 0, 2], [0, 0, 0, 5]]
    #expect(
      PartMap(height: 2, width: 2, scores: scores, background: nil).parts == [0, 1, 0, 2])
    #expect(
      PartMap(height: 2, width: 2, scores: scores, background: 1).parts
        == [0, PartMap.nothing, 0, 1])
  }

  @Test func presenceIsTheCoveredShareOfACell() {
    let map = PartMap(height: 3, width: 4, parts: [0, 0, 1, 1, 0, 1, 1, 1, 0, 0, 0, 0])
    // Three rows in two cells: the middle row counts in both.
    #expect(map.presence(of: 0, rows: 2, columns: 2) == [0.75, 0, 0.75, 0.5])
    #expect(map.count(of: 0) == 7 && map.count(of: 0, in: [0, 2, 3]) == 1)
  }

  /// Unit 0 is where part 1 is, unit 1 where part 0 is, unit 2 is nowhere in particular.
  private static func counts(_ levels: [[Float]]) -> OverlapCounts {
    var counts = OverlapCounts(levels: levels, parts: 2)
    let parts: [UInt8] = (0..<64).map { $0 < 8 ? 0 : $0 >= 56 ? 1 : PartMap.nothing }
    var features = [Float](repeating: 0, count: 3 * 64)
    for pixel in 0..<64 {
      features[pixel] = parts[pixel] == 1 ? 5 : 0
      features[64 + pixel] = parts[pixel] == 0 ? 5 : pixel == 30 ? 3 : 0
      features[128 + pixel] = pixel % 8 == 0 ? 4 : 0
    }
    counts.add(HostTensor([1, 3, 8, 8], features), PartMap(height: 8, width: 8, parts: parts))
    return counts
  }

  @Test func aUnitMeansThePartOfLargestIoU() {
    let levels: [[Float]] = [[1], [1], [1]]
    let found = UnitMeaning.all(of: Self.counts(levels), levels: levels, rule: .share(0.1))
    #expect(found.map(\.part) == [1, 0, 0])
    #expect(found[0].iou == 1 && found[1].iou == 8.0 / 9)
    #expect(found[2].iou == 1.0 / 15 && !found[2].isClear)
    #expect(found[0].isClear && found[1].isClear)
    #expect(UnitMeaning.ranking(found, for: 1).map(\.unit) == [0, 2, 1])
  }

  @Test func informationChoosesTheLevelToo() {
    let levels: [[Float]] = [[4, 1], [4, 1], [4, 1]]
    let found = UnitMeaning.all(of: Self.counts(levels), levels: levels, rule: .information)
    // Above 4 unit 1 leaves the place out that is no part of anything.
    #expect(found[1].part == 0 && found[1].level == 4 && found[1].iou == 1)
    #expect(abs(found[1].information - 1) < 1e-12)
    #expect(LevelRule.information.shares.count == 99)
    #expect(abs(LevelRule.information.shares[33] - 0.01) < 1e-12)
  }

  @Test func featuresOfAPartAreWeightedByItsCover() {
    var features = PartFeatures(units: 1, parts: 2)
    let map = PartMap(height: 2, width: 4, parts: [0, 0, 0, 255, 0, 0, 255, 255])
    features.add(HostTensor([1, 1, 1, 2], [6, 2]), map)
    // The left cell is all part 0, a quarter of the right one.
    #expect(features.mean(of: 0) == [(6 + 2 * 0.25) / 1.25])
    #expect(features.mean(of: 1) == [0])
  }

  @Test func theRegionKeepsItsLight() {
    let picture = Picture(height: 2, width: 2, colour: [100, 50, 200])
    let lit = picture.lit(where: [true, false], rows: 1, columns: 2)
    #expect(lit[1, 0, 0] == 100 && lit[1, 1, 0] == 30 && lit[0, 1, 2] == 60)
  }
}
