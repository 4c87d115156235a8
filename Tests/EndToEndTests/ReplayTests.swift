import Foundation
import TGImage
import TGTestSupport
import Testing

/// A run that is repeated ends with 76 if it gives another picture, and says why.
@Suite struct ReplayTests {
  /// A picture with its texts, some of them changed, written anew.
  private func rewrite(
    _ name: String, of fixture: CommandFixture, pixels: Bool, keeping texts: [String: String?]
  ) throws {
    let path = fixture.folder.path(name)
    var picture = try Picture.read(path: path)
    var told = try Picture.readText(path: path)
    if pixels { picture[2, 2, 1] ^= 1 }
    told = told.compactMap { text in
      guard let change = texts[text.key] else { return text }
      return change.map { (text.key, $0) }
    }
    try Data(picture.encoded(text: told)).write(to: fixture.url(name))
  }

  @Test(
    arguments: [
      ([:], "the pixels of out.png were changed"),
      (["tgraph.pixels": nil, "tgraph.isa": "neon"], "instruction set neon"),
      (["tgraph.pixels": nil, "Software": "tgraph 0.0.1"], "made by tgraph 0.0.1"),
      (["tgraph.pixels": nil], "the instruction set too: the weights"),
      (["tgraph.pixels": nil, "tgraph.isa": nil], "which it does not tell"),
    ] as [([String: String?], String)])
  func theCauseIsNamed(texts: [String: String?], words: String) throws {
    let fixture = try CommandFixture()
    let made = try fixture.run(["sample.tplan", "a small bird", "--seed", "5", "-o", "out.png"])
    try #require(made.status == 0, "\(made.messages)")
    try rewrite("out.png", of: fixture, pixels: true, keeping: texts)
    let outcome = try fixture.run(["--replay", "out.png"])
    #expect(outcome.status == 76, "\(outcome.messages)")
    #expect(outcome.messages.contains(words), "\(outcome.messages)")
    #expect(outcome.messages.contains("the picture differs from out.png"))
  }

  @Test func whatDiffersWithoutEffectIsNoFault() throws {
    let fixture = try CommandFixture()
    _ = try fixture.run(["sample.tplan", "a small bird", "-o", "out.png"])
    try rewrite(
      "out.png", of: fixture, pixels: false,
      keeping: ["tgraph.isa": "neon", "Software": "tgraph 0.0.1"])
    let outcome = try fixture.run(["--replay", "out.png"])
    #expect(outcome.status == 0 && outcome.messages.contains("bit for bit"), "\(outcome.messages)")
  }

  @Test func anotherFileOfTheSameName() throws {
    let fixture = try CommandFixture()
    let made = try fixture.run(["sample.tplan", "photo.png", "--function", "edit", "-o", "e.png"])
    try #require(made.status == 0, "\(made.messages)")
    try fixture.bytes("two.png").write(to: fixture.url("photo.png"))
    let outcome = try fixture.run(["--replay", "e.png"])
    #expect(outcome.status == 76)
    #expect(outcome.messages.contains("photo.png is not the file of this name"))
    #expect(!outcome.messages.contains("pixels of e.png"))
  }

  @Test func aDamagedPictureIsRefusedBeforeAnythingIsComputed() throws {
    let fixture = try CommandFixture()
    _ = try fixture.run(["sample.tplan", "a small bird", "-o", "out.png"])
    let whole = try fixture.bytes("out.png")
    var bytes = whole
    let range = try #require(bytes.range(of: Data("IDAT".utf8)))
    bytes[range.upperBound + 9] ^= 4
    try bytes.write(to: fixture.url("out.png"))
    let outcome = try fixture.run(["--replay", "out.png"])
    #expect(outcome.status == 65 && outcome.messages.contains("damaged"), "\(outcome.messages)")
    #expect(!fixture.has("out-replay.png"))
  }

  @Test(arguments: ["0", "18446744073709551615", "9223372036854775808"])
  func everySeedIsRepeated(seed: String) throws {
    let fixture = try CommandFixture()
    for arguments in [["bird", "--seed", seed], ["bird", "--seeds", seed, "--outdir", "."]] {
      let made = try fixture.run(["sample.tplan"] + arguments)
      try #require(made.status == 0, "\(made.messages)")
      let again = try fixture.run(["--replay", "sample-\(seed).png", "-o", "again.png"])
      #expect(again.status == 0, "\(again.messages)")
      #expect(try fixture.bytes("again.png") == fixture.bytes("sample-\(seed).png"))
    }
    let strip = try fixture.run([
      "sample.tplan", "bird", "--interpolate", "seed:\(seed)", "seed:3", "--frames", "2", "-o",
      "strip.png",
    ])
    #expect(strip.status == 0, "\(strip.messages)")
    #expect(try fixture.run(["--replay", "strip.png"]).status == 0)
  }
}
