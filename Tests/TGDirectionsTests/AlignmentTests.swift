import TGDirections
import TGSession
import TGTensor
import Testing

/// How far pictures are moved or enlarged against each other, of pictures whose edit is known.
@Suite struct AlignmentTests {
  /// A smooth picture: waves of several lengths, read at (row, column) of any place.
  private func picture(_ place: (Double, Double) -> (Double, Double)) -> HostTensor {
    let size = 32
    var elements: [Float] = []
    for row in 0..<size {
      for column in 0..<size {
        let (y, x) = place(Double(row) - 15.5, Double(column) - 15.5)
        func wave(_ turns: Double) -> Double {
          Noise.circle(UInt32((turns - turns.rounded(.down)) * 4_294_967_295)).cosine
        }
        elements.append(Float(wave(x / 19) + wave(y / 23) + 0.5 * wave((x + 2 * y) / 31)))
      }
    }
    return HostTensor([1, 1, size, size], elements)
  }

  @Test(arguments: [-6.0, -1.5, 0, 2.25, 7])
  func shiftsAreFound(_ pixels: Double) {
    let plain = picture { ($0, $1) }
    let right = picture { ($0, $1 - pixels) }
    let down = picture { ($0 - pixels, $1) }
    #expect(abs(Alignment.shiftX.value(of: right, against: plain) - pixels / 32) < 0.004)
    #expect(abs(Alignment.shiftY.value(of: down, against: plain) - pixels / 32) < 0.004)
  }

  @Test(arguments: [-0.8, -0.3, 0, 0.25, 0.9])
  func enlargementsAreFound(_ octaves: Double) {
    var factor = 1.0
    // 2 to a power by the series of the exponential, enough for the bound below.
    var term = 1.0
    for k in 1...20 {
      term *= octaves * 0.693_147_180_559_945_3 / Double(k)
      factor += term
    }
    let plain = picture { ($0, $1) }
    let larger = picture { ($0 / factor, $1 / factor) }
    #expect(abs(Alignment.zoom.value(of: larger, against: plain) - octaves) < 0.02)
  }

  @Test func aPictureIsNotMovedAgainstItself() {
    let plain = picture { ($0, $1) }
    for kind in Alignment.allCases {
      #expect(abs(kind.value(of: plain, against: plain)) < 1e-3)
    }
  }
}
