import TGDirections
import TGTensor
import Testing

/// What is measured in pictures, tables of steps, and drawings.
@Suite struct MeasureTests {
  /// A white square on black, `side` wide, its corner at (row, column), in the range 0 ... 1.
  private func square(row: Int, column: Int, side: Int, in size: Int = 16) -> HostTensor {
    var picture = HostTensor([1, 1, size, size], repeating: 0)
    for y in row..<row + side {
      for x in column..<column + side { picture[y * size + x] = 1 }
    }
    return picture
  }

  private func value(_ measure: PictureMeasure, _ picture: HostTensor) -> Double {
    measure.value(of: picture, low: 0, high: 1)
  }

  @Test func aSquareIsWhereItIs() {
    let picture = square(row: 2, column: 8, side: 4)
    #expect(abs(value(.centroidX, picture) - 10.0 / 16) < 1e-12)
    #expect(abs(value(.centroidY, picture) - 4.0 / 16) < 1e-12)
    #expect(abs(value(.grey, picture) - 1.0 / 16) < 1e-12)
    // A pixel of distance √3 counts 3 / 3.0225.
    #expect(abs(value(.area, picture) - 3 / 3.0225 / 16) < 1e-12)
    #expect(abs(value(.tilt, picture)) < 1e-12)
    let larger = square(row: 1, column: 7, side: 6)
    #expect(value(.area, larger) > value(.area, picture))
    #expect(abs(value(.centroidX, larger) - 10.0 / 16) < 1e-12)
  }

  @Test func aFlatPictureHasNoSubject() {
    let flat = HostTensor([1, 3, 8, 8], repeating: 0.25)
    #expect(value(.centroidX, flat) == 0.5 && value(.centroidY, flat) == 0.5)
    #expect(value(.area, flat) == 0 && value(.tilt, flat) == 0)
    #expect(abs(value(.grey, flat) - 0.25) < 1e-7 && abs(value(.warmth, flat)) < 1e-12)
  }

  @Test func rangesAndColours() {
    var picture = HostTensor([3, 2, 2], repeating: -1)
    for position in 0..<4 { picture[position] = 1 }
    #expect(abs(PictureMeasure.grey.value(of: picture, low: -1, high: 1) - 0.299) < 1e-12)
    #expect(PictureMeasure.warmth.value(of: picture, low: -1, high: 1) == 1)
    // What is beyond the range counts as its end.
    let bright = picture.map { 5 * $0 }
    #expect(
      PictureMeasure.grey.value(of: bright, low: -1, high: 1)
        == PictureMeasure.grey.value(of: picture, low: -1, high: 1))
  }

  /// A sky above a ground is no subject, whatever their colours; a square before both is.
  @Test func layersOfABackgroundAreNoSubject() {
    var picture = HostTensor([1, 3, 16, 16], repeating: 0.8)
    for position in 0..<3 * 256 where position % 256 >= 160 { picture[position] = 0.3 }
    #expect(value(.area, picture) == 0)
    for row in 8..<12 {
      for column in 2..<6 { picture[row * 16 + column] = 0 }
    }
    #expect(abs(value(.centroidX, picture) - 4.0 / 16) < 1e-12)
    #expect(value(.area, picture) > 0.04 && value(.area, picture) < 1.0 / 16)
  }

  @Test func aDiagonalLeansToItsSide() {
    var picture = HostTensor([1, 1, 16, 16], repeating: 0)
    for k in 2..<14 { picture[k * 16 + k] = 1 }
    #expect(value(.tilt, picture) > 0.01)
    var other = HostTensor([1, 1, 16, 16], repeating: 0)
    for k in 2..<14 { other[k * 16 + 15 - k] = 1 }
    #expect(value(.tilt, other) < -0.01)
  }

  @Test func stepsAreCountedAndFitted() {
    let steps = Steps(
      amounts: [-1, 0, 1], values: [[1, 2, 3], [3, 2, 1], [1, 1, 2], [0, 4, 5]])
    #expect(steps.rising == 2 && steps.falling == 1)
    #expect(steps.means == [1.25, 2.25, 2.75])
    #expect(abs(steps.slope - 0.75) < 1e-12)
    #expect(Steps(amounts: [1], values: [[2]]).slope == 0)
  }
}
