import Foundation
import TGScores
import Testing

/// Errors and similarities of pictures against the definitions in plain loops.
@Suite struct PixelTests {
  private static func planes(_ height: Int, _ width: Int, _ f: (Int, Int) -> Double) -> PixelPlanes
  {
    PixelPlanes(
      height: height, width: width, planes: [(0..<height * width).map { f($0 / width, $0 % width) }]
    )
  }

  private static let one = planes(16, 16) { Double((37 * $0 + 11 * $1) % 256) }
  private static let two = planes(16, 16) {
    Double(min(255, (37 * $0 + 11 * $1) % 256 + 10 * ($0 * $1 % 5)))
  }

  @Test func errorsOfAKnownPair() {
    let error = Self.one.meanSquaredError(Self.two)
    #expect(error == 394.691_406_25)
    #expect(abs(PixelPlanes.peakRatio(meanSquaredError: error) - 22.168_226_904) < 1e-8)
    #expect(PixelPlanes.peakRatio(meanSquaredError: 0) == .infinity)
  }

  @Test(arguments: [(SimilarityWindow.gaussian, 0.967_775_438_8), (.uniform, 0.974_188_074_3)])
  func similaritiesOfAKnownPair(window: SimilarityWindow, expected: Double) throws {
    let value = try #require(Self.one.similarity(Self.two, by: window))
    #expect(abs(value - expected) < 1e-9)
    #expect(Self.one.similarity(Self.one, by: window) == 1)
  }

  @Test(arguments: SimilarityWindow.allCases)
  func similarityIsTheDefinition(window: SimilarityWindow) throws {
    let (height, width) = (13, 18)
    let a = Self.planes(height, width) { 120 + 100 * sin(Double($0 * 3 + $1 * $1)) }
    let b = Self.planes(height, width) { 110 + 90 * sin(Double($0 * 3 + $1 * $1) + 0.4) }
    let taps = window == .uniform ? 7 : 11
    func weight(_ i: Int, _ j: Int) -> Double {
      guard window == .gaussian else { return 1 / 49 }
      return exp(-Double((i - 5) * (i - 5) + (j - 5) * (j - 5)) / 4.5)
    }
    var total = 0.0
    for i in 0..<taps { for j in 0..<taps { total += weight(i, j) } }
    var sum = 0.0
    for row in 0...height - taps {
      for column in 0...width - taps {
        func mean(_ f: (Int) -> Double) -> Double {
          var result = 0.0
          for i in 0..<taps {
            for j in 0..<taps {
              result += weight(i, j) / total * f((row + i) * width + column + j)
            }
          }
          return result
        }
        let (x, y) = (a.planes[0], b.planes[0])
        let (mx, my) = (mean { x[$0] }, mean { y[$0] })
        let correction = window == .uniform ? 49.0 / 48 : 1
        let vx = correction * mean { (x[$0] - mx) * (x[$0] - mx) }
        let vy = correction * mean { (y[$0] - my) * (y[$0] - my) }
        let vxy = correction * mean { (x[$0] - mx) * (y[$0] - my) }
        let (c1, c2) = (2.55 * 2.55, 7.65 * 7.65)
        sum += (2 * mx * my + c1) * (2 * vxy + c2) / ((mx * mx + my * my + c1) * (vx + vy + c2))
      }
    }
    let expected = sum / Double((height - taps + 1) * (width - taps + 1))
    #expect(abs(try #require(a.similarity(b, by: window)) - expected) < 1e-11)
  }

  @Test func channelsAreAveragedAndSmallPicturesRefused() throws {
    let colour = PixelPlanes(
      height: 16, width: 16, planes: [Self.one.planes[0], Self.two.planes[0]])
    let other = PixelPlanes(
      height: 16, width: 16, planes: [Self.two.planes[0], Self.two.planes[0]])
    let grey = try #require(Self.one.similarity(Self.two, by: .gaussian))
    let value = try #require(colour.similarity(other, by: .gaussian))
    #expect(abs(value - (grey + 1) / 2) < 1e-12)
    #expect(abs(colour.meanSquaredError(other) - 394.691_406_25 / 2) < 1e-9)
    let small = Self.planes(10, 40) { Double($0 + $1) }
    #expect(small.similarity(small, by: .gaussian) == nil)
    #expect(small.similarity(small, by: .uniform) == 1)
    #expect(!small.fits(Self.one))
  }
}
