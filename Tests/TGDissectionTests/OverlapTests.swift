import TGDissection
import TGTensor
import Testing

/// Counts, IoU and information against enumeration.
@Suite struct OverlapTests {
  private static let none = PartMap.nothing

  /// A map of 4 by 4 with one part in columns 1 to 3 of rows 2 and 3.
  private static let map = PartMap(
    height: 4, width: 4,
    parts: [none, none, none, none, none, none, none, none, none, 0, 0, 0, none, 0, 0, 0])

  /// Worked by hand: enlarged, [[0, 1], [2, 4]] is above 1.5 just in rows 2 and 3.
  @Test func oneUnitByHand() throws {
    var counts = OverlapCounts(levels: [[1.5]], parts: 1)
    counts.add(HostTensor([1, 1, 2, 2], [0, 1, 2, 4]), Self.map)
    let overlap = counts.overlaps(unit: 0, level: 0)[0]
    #expect(overlap == Overlap(both: 6, active: 8, part: 6, pixels: 16))
    #expect(overlap.iou == 0.75)
    #expect(abs(overlap.information - 0.390424) < 1e-6)
  }

  @Test func countsAreThoseOfEveryPixel() {
    // No value is as large: what is enlarged is a multiple of 1 / 48.
    let levels: [[Float]] = [[2.97, 1.01, -0.99], [2.02, 2.02, 0.51]]
    var counts = OverlapCounts(levels: levels, parts: 2)
    var expected = [[[Int]]](
      repeating: [[Int]](repeating: [0, 0, 0], count: 3), count: 2)
    for picture in 0..<5 {
      let features = (0..<2 * 9).map { Float(($0 * 31 + picture * 17) % 23) / 3 - 3 }
      let parts = (0..<36).map { [0, 1, Self.none][($0 * 5 + picture) % 3] }
      let map = PartMap(height: 6, width: 6, parts: parts)
      let tensor = HostTensor([1, 2, 3, 3], features)
      counts.add(tensor, map)
      for unit in 0..<2 {
        for pixel in 0..<36 {
          let value = Self.enlarged(features, unit, pixel / 6, pixel % 6)
          for level in 0..<3 where value > levels[unit][level] {
            expected[unit][level][parts[pixel] == Self.none ? 2 : Int(parts[pixel])] += 1
          }
        }
      }
    }
    #expect(counts.pixels == 5 * 36 && counts.ofPart == [60, 60])
    for unit in 0..<2 {
      for level in 0..<3 {
        let found = counts.overlaps(unit: unit, level: level)
        #expect(found.map(\.both) == Array(expected[unit][level].prefix(2)))
        #expect(found.allSatisfy { $0.active == expected[unit][level].reduce(0, +) })
      }
    }
  }

  /// A value of 3 by 3 maps enlarged to 6 by 6: bilinear, half-pixel centres, border repeated.
  private static func enlarged(_ maps: [Float], _ unit: Int, _ row: Int, _ column: Int) -> Float {
    func place(_ index: Int) -> (Int, Int, Double) {
      let position = min(max((Double(index) + 0.5) / 2 - 0.5, 0), 2)
      let low = min(Int(position), 1)
      return (low, low + 1, position - Double(low))
    }
    let (top, bottom, down) = place(row)
    let (left, right, across) = place(column)
    func at(_ y: Int, _ x: Int) -> Double { Double(maps[unit * 9 + y * 3 + x]) }
    let upper = at(top, left) * (1 - across) + at(top, right) * across
    let lower = at(bottom, left) * (1 - across) + at(bottom, right) * across
    return Float(upper * (1 - down) + lower * down)
  }

  @Test func picturesWithoutAnyPartAreLeftOut() {
    var counts = OverlapCounts(levels: [[0]], parts: 1)
    counts.add(
      HostTensor([1, 1, 1, 1], [9]), PartMap(height: 2, width: 2, parts: [255, 255, 255, 255]))
    #expect(counts.pixels == 0 && counts.overlaps(unit: 0, level: 0)[0].active == 0)
  }

  @Test func informationOfCertainCases() {
    // Equal and not everywhere: all that there is to know.
    #expect(abs(Overlap(both: 30, active: 30, part: 30, pixels: 100).information - 1) < 1e-12)
    // Independent: nothing.
    #expect(abs(Overlap(both: 1, active: 10, part: 10, pixels: 100).information) < 1e-12)
    // Agreement of no more than 0.8, and a part of less than a thousandth.
    #expect(Overlap(both: 0, active: 10, part: 10, pixels: 100).information == 0)
    #expect(Overlap(both: 1, active: 1, part: 1, pixels: 2000).information == 0)
    #expect(Overlap(both: 0, active: 0, part: 0, pixels: 0).iou == 0)
  }
}
