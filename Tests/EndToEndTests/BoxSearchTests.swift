import Foundation
import TGImage
import TGTensor
import TGTestSupport
import Testing

/// The networks in the box that find pictures, compiled with their committed weights and run as a user
/// would.
@Suite struct BoxSearchTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Compiles a page with its weights to `PAGE.tplan`.
  private func compile(_ page: String) throws {
    let weights = GraphPages.library.appending(path: "weights/\(page)")
    let compiled = try #require(BuiltCommand("tgc")).run(
      [
        GraphPages.file(page).path, "--weights",
        weights.appendingPathComponent("\(page).safetensors").path, "--vocabulary",
        weights.appendingPathComponent("vocabulary.txt").path, "--batch", "1,8", "-o",
        "\(page).tplan",
      ], in: folder.url)
    try #require(compiled.status == 0, "\(compiled.messages)")
  }

  private func run(_ arguments: [String]) throws -> String {
    let run = try #require(BuiltCommand("tgrun")).run(arguments, in: folder.url)
    try #require(run.status == 0, "\(run.messages)")
    return run.text
  }

  /// The name of the nearest picture.
  private func nearest(_ arguments: [String]) throws -> String {
    let line = try run(arguments + ["--nearest", "1"])
    return line.split(whereSeparator: { $0 == "\t" || $0 == "\n" }).dropFirst(2).first
      .map(String.init) ?? ""
  }

  /// Squares of the grid: place (0 ... 8), half of the extent, colour.
  private func grid(_ objects: [(Int, Int, [UInt8])]) -> Picture {
    var picture = Picture(height: 64, width: 64, colour: [255, 255, 255])
    for (place, half, colour) in objects {
      let square = Picture(height: 2 * half + 1, width: 2 * half + 1, colour: colour)
      picture.paste(
        square, row: (2 * (place / 3) + 1) * 64 / 6 - half,
        column: (2 * (place % 3) + 1) * 64 / 6 - half)
    }
    return picture
  }

  @Test func aSentenceChangesWhatIsSoughtOnTheGrid() throws {
    try compile("tirg-grids")
    let (red, blue, yellow): ([UInt8], [UInt8], [UInt8]) = (
      [244, 35, 35], [42, 75, 215], [255, 238, 51]
    )
    let pictures: [(String, [(Int, Int, [UInt8])])] = [
      ("source", [(0, 8, red), (5, 4, blue)]), ("recoloured", [(0, 8, blue), (5, 4, blue)]),
      ("removed", [(5, 4, blue)]), ("smaller", [(0, 4, red), (5, 4, blue)]),
      ("added", [(0, 8, red), (5, 4, blue), (7, 8, yellow)]),
      ("elsewhere", [(0, 8, red), (5, 4, blue), (1, 8, yellow)]),
    ]
    try FileManager.default.createDirectory(
      at: folder.url.appending(path: "in"), withIntermediateDirectories: false)
    for (name, objects) in pictures {
      try grid(objects).write(path: folder.path("in/\(name).png"))
    }
    _ = try run(["tirg-grids.tplan", "in", "--function", "look", "--index-out", "index.npy"])
    for (sentence, answer) in [
      ("make top-left red object blue", "recoloured"), ("remove top-left red object", "removed"),
      ("make top-left red object small", "smaller"),
      ("add large yellow rectangle to bottom-center", "added"),
      ("add large yellow rectangle to top-center", "elsewhere"),
    ] {
      let found = try nearest([
        "tirg-grids.tplan", "in/source.png", sentence, "--index", "index.npy", "--without-query",
      ])
      #expect(found == "in/\(answer).png", "\(sentence)")
    }
  }

  @Test func captionsFindThePicturesThatWereDrawnOfThem() throws {
    try compile("gan-scenes")
    try compile("joint-scenes")
    let captions = [
      "a red bird with a yellow belly", "a blue bird with a white belly",
      "a white bird with black wings", "a green bird with a red tail",
      "a flower with red petals", "a flower with blue petals and a yellow centre",
      "a flower with white petals", "a flower with purple petals and a white centre",
    ]
    try Data((captions.joined(separator: "\n") + "\n").utf8).write(
      to: folder.url.appending(path: "captions.txt"))
    _ = try run(["gan-scenes.tplan", "--captions", "captions.txt", "--seed", "2", "--outdir", "in"])
    _ = try run(["joint-scenes.tplan", "in", "--function", "look", "--index-out", "index.npy"])
    var right = 0
    for (line, caption) in captions.enumerated() {
      let found = try nearest([
        "joint-scenes.tplan", caption, "--function", "read", "--index", "index.npy",
      ])
      right += found == "in/gan-scenes-2-\(line + 1).png" ? 1 : 0
    }
    // One in eight is chance.
    #expect(right >= 6)
  }
}
