import Foundation
import TGImage
import TGTensor
import TGTestSupport
import Testing

/// The segmenter in the box, with its committed weights: on a drawn scene whose mask is exact, and for
/// the dissection of the generator in the box. Only coarse properties are looked at, which no
/// instruction set changes.
@Suite struct BoxSegmenterTests {
  private let folder: TemporaryFolder
  private static let weights = GraphPages.library.appending(path: "weights/scene-parts")

  init() throws {
    folder = try TemporaryFolder()
    try compile(
      [
        GraphPages.file("scene-parts").path, "--weights",
        Self.weights.appendingPathComponent("scene-parts.safetensors").path, "--batch", "1,8",
        "-o", "parts.tplan",
      ])
  }

  private func compile(_ arguments: [String]) throws {
    let compiled = try #require(BuiltCommand("tgc")).run(arguments, in: folder.url)
    try #require(compiled.status == 0, "\(compiled.messages)")
  }

  @Test(arguments: ["bird", "flower"])
  func aDrawnSceneHasThePartsOfItsMask(name: String) throws {
    let scene = Self.weights.appendingPathComponent("\(name).png").path
    let run = try #require(BuiltCommand("tgrun")).run(
      ["parts.tplan", scene, "--outdir", "out"], in: folder.url)
    try #require(run.status == 0, "\(run.messages)")
    let lines = try String(
      contentsOf: Self.weights.appendingPathComponent("parts.txt"), encoding: .utf8)
    let parts = lines.split(separator: "\n").map(String.init)
    let scores = try (["rest"] + parts).map { part in
      try NumpyArray.read(path: folder.path("out/parts-0-\(part).npy")).tensor.elements
    }
    let mask = try Picture.read(
      path: Self.weights.appendingPathComponent("\(name)-parts.png").path)
    var (right, ofParts) = (0, 0)
    for pixel in mask.samples.indices where mask.samples[pixel] > 0 {
      let best = scores.indices.max { scores[$0][pixel] < scores[$1][pixel] }
      ofParts += 1
      if best == Int(mask.samples[pixel]) { right += 1 }
    }
    #expect(Double(right) / Double(ofParts) > 0.9, "\(right) of \(ofParts)")
  }

  @Test func unitsOfTheGeneratorMeanParts() throws {
    let generator = GraphPages.library.appending(path: "weights/gan-scenes")
    try compile(
      [
        GraphPages.file("gan-scenes").path, "--set", "tap=15", "--weights",
        generator.appendingPathComponent("gan-scenes.safetensors").path, "--vocabulary",
        generator.appendingPathComponent("vocabulary.txt").path, "--batch", "8", "-o",
        "scenes.tplan",
      ])
    let run = try #require(BuiltCommand("tgdissect")).run(
      [
        "scenes.tplan", "a bird", "a flower", "--segmenter", "parts.tplan", "--seeds", "0-39",
        "--effect-seeds", "1000-1015", "--top", "iqr", "--part", "leaves", "--sets", "16",
        "--pictures", "0", "--json", "--outdir", "units",
      ], in: folder.url)
    try #require(run.status == 0, "\(run.messages)")
    let report = try JSON(parsing: Array(run.output))
    guard case .array(let parts) = report["parts"], case .array(let effects) = report["effects"],
      case .array(let removed) = effects.first?["removed"], case .number(let share) = removed.first
    else {
      Issue.record("no parts or effects: \(report)")
      return
    }
    for name in ["petals", "centre", "leaves"] {
      let part = parts.first { $0["name"] == .string(name) }
      #expect(part?["units"] != .array([]) && part?["units"] != nil, "\(name)")
    }
    #expect(share > 0.2, "16 units of the leaves take \(share) of them away")
  }
}
