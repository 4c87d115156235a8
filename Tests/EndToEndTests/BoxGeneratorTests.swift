import Foundation
import TGImage
import TGTestSupport
import Testing

/// The generator in the box, compiled with its committed weights and run as a user would. Only coarse
/// properties are looked at, which no instruction set changes.
@Suite struct BoxGeneratorTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let weights = GraphPages.library.appending(path: "weights/gan-scenes")
    let compiled = try #require(BuiltCommand("tgc")).run(
      [
        GraphPages.file("gan-scenes").path, "--weights",
        weights.appendingPathComponent("gan-scenes.safetensors").path,
        "--vocabulary", weights.appendingPathComponent("vocabulary.txt").path,
        "-o", "scenes.tplan",
      ], in: folder.url)
    try #require(compiled.status == 0, "\(compiled.messages)")
  }

  /// The picture that the plan makes of `inputs`.
  private func drawn(_ inputs: [String], to name: String = "drawn.png") throws -> Picture {
    let run = try #require(BuiltCommand("tgrun")).run(
      ["scenes.tplan"] + inputs + ["-o", name], in: folder.url)
    try #require(run.status == 0, "\(run.messages)")
    return try Picture.read(path: folder.path(name))
  }

  @Test(arguments: [
    ("a flower with red petals", [214, 38, 42]), ("a flower with blue petals", [44, 98, 214]),
    ("a flower with yellow petals", [250, 216, 60]),
  ])
  func aNamedColourFillsItsPart(caption: String, colour: [Int]) throws {
    var shares: [Double] = []
    for seed in 0..<6 {
      let picture = try drawn([caption, "--seed", String(seed)])
      #expect(picture.height == 64 && picture.width == 64)
      shares.append(picture.share(near: colour))
    }
    // Petals take 5 to 15 % of a scene; the background has these colours in few scenes only.
    #expect(shares.sorted()[2] > 0.03, "\(shares)")
  }

  @Test func theCaptionChoosesTheColourAndTheSeedTheRest() throws {
    let red = try drawn(["a flower with red petals", "--seed", "3"], to: "red.png")
    let blue = try drawn(["a flower with blue petals", "--seed", "3"])
    let other = try drawn(["a flower with red petals", "--seed", "4"])
    #expect(red.corners(awayFrom: blue) < red.corners(awayFrom: other))
    #expect(red.share(near: [214, 38, 42]) > blue.share(near: [214, 38, 42]) + 0.02)
  }

  @Test func styleTransferKeepsTheBackgroundAndTakesTheCaption() throws {
    var kept: [Bool] = []
    for seed in 0..<5 {
      let style = try drawn(
        ["a flower with white petals", "--seed", String(seed)], to: "style.png")
      let caption = "a flower with red petals"
      let moved = try drawn(["--function", "transfer", "style.png", caption])
      let fresh = try drawn([caption, "--seed", String(seed + 50)])
      kept.append(style.corners(awayFrom: moved) < style.corners(awayFrom: fresh))
      #expect(moved.share(near: [214, 38, 42]) > 0.02)
    }
    #expect(kept.filter { $0 }.count >= 4)
  }

  @Test func captionsMeetInTheCode() throws {
    let strip = try drawn(["--interpolate", "a red bird", "a blue bird", "--frames", "3"])
    #expect(strip.height == 64 && strip.width == 3 * 64 + 2 * 8)
  }
}

extension Picture {
  /// How much of the picture has a colour nearer than 60 of 255 to this one, 0...1.
  fileprivate func share(near colour: [Int]) -> Double {
    var count = 0
    for row in 0..<height {
      for column in 0..<width {
        let squares = (0..<3).map { channel -> Int in
          let difference = Int(self[row, column, channel]) - colour[channel]
          return difference * difference
        }
        if squares.reduce(0, +) < 60 * 60 { count += 1 }
      }
    }
    return Double(count) / Double(height * width)
  }

  /// Mean difference of the two upper corners (10 × 10), where no subject is, in bytes.
  fileprivate func corners(awayFrom other: Picture) -> Double {
    var sum = 0
    for row in 0..<10 {
      for column in Array(0..<10) + Array(width - 10..<width) {
        for channel in 0..<3 {
          sum += abs(Int(self[row, column, channel]) - Int(other[row, column, channel]))
        }
      }
    }
    return Double(sum) / 600
  }
}
