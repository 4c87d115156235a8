import Foundation
import TGImage
import TGTestSupport
import Testing

/// Where results go: names that are none, links, folders, and hints that write over nothing.
@Suite struct OutputPathTests {
  private static let files = FileManager.default

  @Test func aLinkToNothingIsFollowed() throws {
    let fixture = try CommandFixture()
    for (link, target) in [("link.png", "made.png"), ("second.png", "link2.png")] {
      try Self.files.createSymbolicLink(
        atPath: fixture.folder.path(link), withDestinationPath: target)
    }
    try Self.files.createSymbolicLink(
      atPath: fixture.folder.path("link2.png"),
      withDestinationPath: fixture.folder.path("far.png"))
    for (link, target) in [("link.png", "made.png"), ("second.png", "far.png")] {
      let outcome = try fixture.run(["sample.tplan", "bird", "-o", link])
      #expect(outcome.status == 0, "\(outcome.messages)")
      let kind = try Self.files.attributesOfItem(atPath: fixture.folder.path(link))[.type]
      #expect(kind as? FileAttributeType == .typeSymbolicLink)
      let made = try Self.files.attributesOfItem(atPath: fixture.folder.path(target))[.type]
      #expect(made as? FileAttributeType == .typeRegular)
    }
    try Self.files.createSymbolicLink(
      atPath: fixture.folder.path("self.png"), withDestinationPath: "self.png")
    try Self.files.createSymbolicLink(
      atPath: fixture.folder.path("lost.png"), withDestinationPath: "none/x.png")
    for name in ["self.png", "lost.png"] {
      let outcome = try fixture.run(["sample.tplan", "bird", "-o", name])
      #expect(outcome.status == 73 && outcome.output.isEmpty, "\(name): \(outcome.messages)")
    }
    // Two names of one file are one file.
    try Self.files.createSymbolicLink(
      atPath: fixture.folder.path("b.npy"), withDestinationPath: "a.npy")
    let twice = try fixture.run(
      ["sample.tplan", "bird", "--output", "maps=a.npy", "--output", "image=b.npy"])
    #expect(twice.status == 64 && twice.messages.contains("two results"))
  }

  @Test func nothingIsKeptOfWhatGoesToTheNullDevice() throws {
    let fixture = try CommandFixture()
    let outcome = try fixture.run(["sample.tplan", "bird", "-o", "/dev/null", "--profile"])
    #expect(outcome.status == 0 && outcome.output.isEmpty, "\(outcome.messages)")
    #expect(outcome.messages.contains("GFLOP/s"))
  }

  @Test func foldersAreMadeWhenThereIsSomethingToPutIntoThem() throws {
    let fixture = try CommandFixture()
    let made = try fixture.run(["sample.tplan", "bird", "--outdir", "new/deep/"])
    #expect(made.status == 0 && made.text.contains("new/deep/sample-0.png"))
    for line in ["zzz", "bird --function none", "bird --threads -1"] {
      let refused = try fixture.run(
        ["sample.tplan"] + line.split(separator: " ").map(String.init) + ["--outdir", "never"])
      #expect(refused.status != 0 && !fixture.has("never"))
    }
  }

  /// Every file name that a hint proposes to write is free, for files named like what they are not. The
  /// programs that hints name are there.
  @Test func hintsWriteOverNothing() throws {
    let fixture = try CommandFixture()
    try FileManager.default.createDirectory(
      at: fixture.url("bin"), withIntermediateDirectories: true)
    for program in ["magick", "convert", "rsvg-convert", "pdftoppm"] {
      try FileManager.default.createSymbolicLink(
        atPath: fixture.url("bin/" + program).path, withDestinationPath: "/bin/true")
    }
    let heads: [(String, [UInt8])] = [
      ("gif", Array("GIF89a".utf8)),
      ("webp", Array("RIFF0000WEBPVP8 ".utf8)), ("bmp", Array("BM0000000000000000".utf8)),
      ("tiff", [0x49, 0x49, 0x2A, 0, 8, 0, 0, 0]), ("heic", Array("0000ftypheic".utf8)),
      ("svg", Array("<svg></svg>".utf8)), ("pdf", Array("%PDF-1.4\n".utf8)),
      ("psd", Array("8BPS00".utf8)), ("ppm", Array("P6\n1 1\n255\n000".utf8)),
    ]
    for (kind, head) in heads {
      for name in ["\(kind).png", "-\(kind).png", "it's \(kind).png", "\(kind).x.png"] {
        try Data(head).write(to: fixture.url(name))
        let outcome = try fixture.run(
          ["sample.tplan", "--function", "edit", "--input", "photo=\(name)"],
          environment: ["PATH": fixture.url("bin").path])
        #expect(outcome.status == 65, "\(name): \(outcome.messages)")
        let command = try #require(outcome.messages.split(separator: "example: ").last)
        let line = try #require(command.split(separator: "\n").first)
        let target = try #require(try Self.words(of: String(line)).last)
        #expect(!fixture.has(target) && !fixture.has(target + ".png"), "\(name): \(line)")
        #expect(target != name && target != "./" + name)
      }
    }
  }

  /// The words that a shell makes of a command.
  private static func words(of command: String) throws -> [String] {
    let shell = BuiltCommand(path: "/bin/sh")
    let folder = try TemporaryFolder()
    let outcome = try shell.run(
      ["-c", "for word in \(command); do printf '%s\\n' \"$word\"; done"], in: folder.url)
    return outcome.text.split(separator: "\n").map(String.init)
  }
}
