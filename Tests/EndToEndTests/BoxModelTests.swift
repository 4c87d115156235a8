import Foundation
import TGImage
import TGTestSupport
import Testing

/// The models in the box, compiled with their committed weights and run as a user would.
@Suite struct BoxModelTests {
  private static let editor = GraphPages.library.appending(path: "weights/tagan-scenes")

  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let compiled = try #require(BuiltCommand("tgc")).run(
      [
        GraphPages.file("tagan-scenes").path, "--weights",
        Self.editor.appendingPathComponent("tagan-scenes.safetensors").path,
        "--vocabulary", Self.editor.appendingPathComponent("vocabulary.txt").path,
        "-o", "editor.tplan",
      ], in: folder.url)
    try #require(compiled.status == 0, "\(compiled.messages)")
  }

  /// The picture that the editor makes of `scene` (of the box) with a caption.
  private func edited(_ scene: String, _ caption: String) throws -> Picture {
    let picture = Self.editor.appendingPathComponent(scene).path
    let run = try #require(BuiltCommand("tgrun")).run(
      ["editor.tplan", picture, caption, "-o", "edited.png"], in: folder.url)
    try #require(run.status == 0, "\(run.messages)")
    return try Picture.read(path: folder.path("edited.png"))
  }

  /// `expected.png` is what PyTorch made of the same weights (`Tools/scenes/train` writes it).
  @Test func theEditorDrawsWhatPyTorchDrew() throws {
    let expected = try Picture.read(path: Self.editor.appendingPathComponent("expected.png").path)
    let found = try edited("scene-bird.png", "this bird has a blue crown and green wings")
    #expect(found.largestDifference(from: expected) <= 1)
  }

  @Test(arguments: [
    "its petals are red and its leaves are green", "make the wings mauve", "what time is it?",
  ])
  func captionsThatAskForNothingInThePictureChangeNothing(caption: String) throws {
    let source = try Picture.read(path: Self.editor.appendingPathComponent("scene-bird.png").path)
    let found = try edited("scene-bird.png", caption)
    // 1e-4 of the squared range; a part repainted would be a hundred times that.
    #expect(found.meanSquaredError(from: source) <= 1e-4)
  }
}

extension Picture {
  /// Largest difference of two pictures of one size, in bytes.
  fileprivate func largestDifference(from other: Picture) -> Int {
    zip(samples, other.samples).map { abs(Int($0) - Int($1)) }.max() ?? 0
  }

  /// Mean squared error of two pictures of one size, the range of bytes being 0 to 1.
  fileprivate func meanSquaredError(from other: Picture) -> Double {
    let squares = zip(samples, other.samples).map { (one, two) -> Double in
      let difference = (Double(one) - Double(two)) / 255
      return difference * difference
    }
    return squares.reduce(0, +) / Double(max(squares.count, 1))
  }
}
