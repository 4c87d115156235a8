import TGDissection
import Testing

/// Effects on a generator that is made up, of which it is known what each unit does.
@Suite struct EffectTests {
  private static let grid = (rows: 4, columns: 4)
  private static let map = (rows: 8, columns: 8)

  /// Of three units at 4 by 4 cells. Unit 0 is 1 in the left two columns, unit 1 in the first
  /// column, unit 2 everywhere. A pixel belongs to part 0 where units 0 and 1 sum to 1 or more,
  /// else to part 1 where unit 2 is 1 or more.
  private static func draw(_ edits: [UnitEdit]) -> [PartMap] {
    edits.map { edit in
      var units: [[Float]] = (0..<3).map { unit in
        (0..<16).map { cell in
          unit == 2 || cell % 4 < (unit == 0 ? 2 : 1) ? 1 : 0
        }
      }
      for unit in 0..<3 {
        for cell in 0..<16 {
          let a = edit.units[unit] * edit.places[cell]
          units[unit][cell] = units[unit][cell] * (1 - a) + edit.values[unit] * a
        }
      }
      return PartMap(
        height: 8, width: 8,
        parts: (0..<64).map { pixel in
          let cell = pixel / 16 * 4 + pixel % 8 / 2
          if units[0][cell] + units[1][cell] >= 1 { return 0 }
          return units[2][cell] >= 1 ? 1 : PartMap.nothing
        })
    }
  }

  private static func places(_ columns: [Int]) -> [EditPlace] {
    columns.map { EditPlace(row: 1, column: $0, side: 1, grid: grid, map: map) }
  }

  @Test func unitsThatMakeAPartTakeItAwayAndBringIt() {
    let effect = CausalEffect(
      part: 0, units: [0, 1], sizes: [1, 2], values: [1, 1, 7],
      places: Self.places([0, 1, 2, 3]), draw: Self.draw)
    // Both units hold the first column, unit 0 alone the second one.
    #expect(effect.whole == 4 * 32)
    #expect(effect.left == [4 * 16, 0])
    #expect(effect.removed == [0.5, 1])
    // On, the part is in each of the four cells. Off, unit 1 still holds the first.
    #expect(effect.on == [1, 1])
    #expect(effect.off == [0.25, 0])
    #expect(effect.ace == [0.75, 1])
  }

  @Test func unitsThatHaveNothingToDoWithAPartHaveNoEffect() {
    let effect = CausalEffect(
      part: 0, units: [2], sizes: [1], values: [1, 1, 1], places: Self.places([0, 3]),
      draw: Self.draw)
    #expect(effect.removed == [0] && effect.ace == [0])
    #expect(effect.on == [0.5] && effect.off == [0.5])
  }

  @Test func aPartThatIsNowhereIsNotRemoved() {
    let effect = CausalEffect(
      part: 5, units: [0], sizes: [1], values: [1, 1, 1], places: Self.places([0]),
      draw: Self.draw)
    #expect(effect.whole == 0 && effect.removed == [0] && effect.ace == [0])
  }

  @Test func aSquareStaysInTheLayer() {
    let place = EditPlace(row: 3, column: -2, side: 2, grid: Self.grid, map: Self.map)
    #expect(place.cells.indices.filter { place.cells[$0] == 1 } == [8, 9, 12, 13])
    #expect(place.pixels == (4..<8).flatMap { row in (0..<4).map { row * 8 + $0 } })
  }
}
