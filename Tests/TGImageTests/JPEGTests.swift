import Foundation
import TGTensor
import Testing

import TGImage

@Suite struct JPEGTests {
  struct Valid: Decodable {
    var name: String
    var height: Int
    var width: Int
    var channels: Int
    var stored: [Int]
    var sha256: String
  }

  struct Written: Decodable {
    var source: String
    var quality: Int
    var text: [String]
    var sha256: String
  }

  private static let folder = Fixtures.root.appending(path: "jpeg")

  private static func cases() throws -> [Valid] {
    try JSONDecoder().decode(
      [Valid].self, from: Data(contentsOf: folder.appending(path: "valid.json")))
  }

  private static func path(_ name: String) -> String {
    folder.appending(path: "valid/\(name).jpg").path
  }

  private static func bytes(_ name: String) throws -> [UInt8] {
    try [UInt8](Data(contentsOf: URL(filePath: path(name))))
  }

  /// Where the frame header of a file begins: the marker, the length, bits, height and width.
  private static func frame(_ bytes: [UInt8]) throws -> Int {
    try #require(
      bytes.indices.dropLast(9).first {
        bytes[$0] == 0xFF && [0xC0, 0xC1, 0xC2].contains(bytes[$0 + 1]) && bytes[$0 + 2] == 0
      })
  }

  private static func claim(_ name: String, width: Int, height: Int) throws -> [UInt8] {
    var bytes = try bytes(name)
    let frame = try frame(bytes)
    let size = [height, width].flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
    bytes.replaceSubrange(frame + 5..<frame + 9, with: size)
    return bytes
  }

  private static func form(_ picture: Picture) -> [Int] {
    [picture.height, picture.width, picture.channels, picture.depth]
  }

  private static func problem(_ bytes: [UInt8]) -> PictureError? {
    do throws(PictureError) {
      _ = try Picture.decode(bytes, path: "x.jpg")
      return nil
    } catch { return error }
  }

  /// The pixels are Pillow's, turned as `ImageOps.exif_transpose` does.
  @Test func everyKindDecodes() throws {
    let cases = try Self.cases()
    #expect(cases.count >= 45)
    for known in cases {
      let picture = try Picture.read(path: Self.path(known.name))
      #expect(
        Self.form(picture) == [known.height, known.width, known.channels, 8], "\(known.name)")
      #expect(sha256(picture.samples.map { UInt8($0) }) == known.sha256, "\(known.name)")
      let head = try #require(try Picture.readHead(path: Self.path(known.name)))
      #expect(head.format == .jpeg && [head.height, head.width] == known.stored, "\(known.name)")
    }
  }

  @Test func everyKindComesByRows() throws {
    let nearest = try #require(PictureFilter("nearest"))
    for known in try Self.cases() {
      let path = Self.path(known.name)
      let picture = try Picture.read(path: path)
      var warnings: [String] = []
      let read = try Picture.readTensor(path: path, warnings: &warnings) { height, width in
        PictureForm(
          channels: picture.channels, height: height, width: width, fit: .stretch, filter: nearest,
          low: 0, high: 1)
      }
      #expect(read == picture.tensor(low: 0, high: 1), "\(known.name)")
      let hasInks = known.name.contains("cmyk") || known.name == "ycck"
      guard known.name != "junk-between" else { continue }
      #expect(warnings.isEmpty == !hasInks, "\(known.name): \(warnings)")
    }
  }

  @Test(
    arguments: [
      ("baseline-420", "YCbCr 4:2:0", []), ("baseline-440", "YCbCr 4:4:0", []),
      ("progressive-444", "YCbCr 4:4:4", ["progressive"]), ("grey", "grey", []), ("rgb", "RGB", []),
      ("cmyk-plain", "CMYK", []), ("ycck", "YCCK", []),
      ("arithmetic-progressive", "YCbCr 4:2:0", ["progressive", "coded arithmetically"]),
      ("profile", "YCbCr 4:2:0", ["a colour profile of 20 bytes, which is not applied"]),
    ] as [(String, String, [String])])
  func headsAreDescribed(name: String, colour: String, remarks: [String]) throws {
    let head = try #require(try Picture.readHead(path: Self.path(name)))
    #expect(head.colour == colour && head.remarks == remarks, "\(head)")
    #expect(head.depth == 8 && head.orientation == .upright)
  }

  /// A turned picture is the same however few of its rows are made at a time.
  @Test func turnedPicturesComeInBands() throws {
    for number in 1...8 {
      let path = Self.path("turn-\(number)")
      let whole = try Picture.read(path: path)
      #expect(try Picture.readHead(path: path)?.orientation.rawValue == number)
      for rows in [1, 2, 4, 5] {
        var limits = PictureLimits.standard
        limits.bandBytes = rows * 2 * whole.width * whole.channels
        var warnings: [String] = []
        #expect(
          try Picture.read(path: path, limits: limits, warnings: &warnings) == whole,
          "\(number), \(rows) rows")
      }
    }
  }

  /// PNG's `eXIf` turns as JPEG's `Exif` does.
  @Test func turnedPNGs() throws {
    let stored = Picture(
      height: 2, width: 3, channels: 1, depth: 16, samples: [0, 1, 2, 3, 4, 5000])
    let turned: [[UInt16]] = [
      [0, 1, 2, 3, 4, 5000], [2, 1, 0, 5000, 4, 3], [5000, 4, 3, 2, 1, 0], [3, 4, 5000, 0, 1, 2],
      [0, 3, 1, 4, 2, 5000], [3, 0, 4, 1, 5000, 2], [5000, 2, 4, 1, 3, 0], [2, 5000, 1, 4, 0, 3],
    ]
    for number in 1...8 {
      let block: [UInt8] =
        [0x4D, 0x4D, 0, 0x2A, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, UInt8(number)]
        + [UInt8](repeating: 0, count: 6)
      var bytes = try stored.encoded()
      bytes.insert(contentsOf: PNGChunks.chunk("eXIf", block), at: 33)
      let picture = try Picture.decode(bytes, path: "x.png")
      #expect(picture.samples == turned[number - 1], "\(number)")
      #expect(Self.form(picture) == (number < 5 ? [2, 3] : [3, 2]) + [1, 16])
      // A block that makes no sense turns nothing.
      for index in [0, 3, 7, 11, 13, 17] {
        var bytes = try stored.encoded()
        var damaged = block
        damaged[index] ^= 0x40
        bytes.insert(contentsOf: PNGChunks.chunk("eXIf", damaged), at: 33)
        #expect(try Picture.decode(bytes, path: "x.png") == stored, "\(index)")
      }
    }
  }

  @Test func everyTruncationIsAnError() throws {
    for name in ["baseline-420", "progressive-420", "cmyk", "arithmetic", "turn-6", "turn-3-cmyk"] {
      let bytes = try Self.bytes(name)
      for count in 3..<bytes.count {
        guard case .damaged(_, .jpeg, let reason) = Self.problem(Array(bytes.prefix(count))) else {
          Issue.record("\(name) \(count)")
          continue
        }
        #expect(reason.contains("near byte"), "\(name) \(count): \(reason)")
      }
    }
    let half = try Self.bytes("baseline-444")
    let error = try #require(Self.problem(Array(half.prefix(half.count - 300))))
    #expect(
      error.message.hasPrefix("x.jpg is a damaged JPEG: the file ends too early (near byte "))
    #expect(error.message.hasSuffix(" of 29)"), "\(error.message)")
  }

  @Test func claimsCostNothing() throws {
    for name in ["baseline-420", "progressive-420", "turn-6"] {
      for (width, height) in [(16_384, 6_000), (10_000, 10_000)] {
        let error = Self.problem(try Self.claim(name, width: width, height: height))
        guard case .damaged(_, .jpeg, let reason) = error else {
          Issue.record("\(name) \(width) x \(height): \(error as Any)")
          continue
        }
        #expect(reason.contains("can hold"), "\(reason)")
      }
      // A claim that could be true: without its end mark it is refused; with it the missing samples
      // are grey, as in Pillow, and warned of.
      let thin = try Self.claim(name, width: 1, height: 16_384).dropLast(2)
      #expect(Self.problem(Array(thin))?.exitCode == 65, "\(name)")
      for (width, height) in [(65_500, 65_500), (65_535, 65_535), (16_385, 1), (16_384, 16_384)] {
        let claim = try Self.claim(name, width: width, height: height)
        #expect(claim.count < 2048)
        #expect(
          Self.problem(claim) == .tooLarge(path: "x.jpg", width: width, height: height), "\(name)")
      }
      #expect(Self.problem(try Self.claim(name, width: 16, height: 0))?.exitCode == 65)
    }
  }

  /// A scan that is repeated takes as long each time as the whole picture.
  @Test func manyScansAreRefused() throws {
    let bytes = try Self.bytes("progressive-444")
    let starts = bytes.indices.dropLast().filter { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xDA }
    let last = try #require(starts.last)
    let scan = bytes[last..<bytes.count - 2]
    let bomb = bytes.dropLast(2) + (0..<200).flatMap { _ in scan } + bytes.suffix(2)
    guard case .damaged(_, .jpeg, let reason) = Self.problem(Array(bomb)) else {
      Issue.record("200 scans are read")
      return
    }
    #expect(reason.contains("too many scans"), "\(reason)")
  }

  @Test(
    arguments: [
      (0xC3, 8, 3, "lossless"), (0xC5, 8, 3, "hierarchical"), (0xC1, 12, 3, "12 bits a sample"),
      (0xC0, 8, 2, "2 samples a pixel"),
    ] as [(UInt8, UInt8, UInt8, String)])
  func otherKindsAreRefused(marker: UInt8, depth: UInt8, components: UInt8, words: String) throws {
    var bytes = try Self.bytes("baseline-444")
    let frame = try Self.frame(bytes)
    (bytes[frame + 1], bytes[frame + 4], bytes[frame + 9]) = (marker, depth, components)
    let error = try #require(Self.problem(bytes))
    guard case .unreadable = error else {
      Issue.record("\(error)")
      return
    }
    #expect(error.message.contains(words) && error.exitCode == 65, "\(error.message)")
  }

  /// Files are Pillow's, byte for byte.
  @Test func filesAreWrittenAsPillowDoes() throws {
    let cases = try JSONDecoder().decode(
      [Written].self, from: Data(contentsOf: Self.folder.appending(path: "written.json")))
    #expect(cases.count == 24)
    for known in cases {
      let source = try Picture.read(path: Self.folder.appending(path: "\(known.source).png").path)
      let text = known.text.isEmpty ? [] : [(key: known.text[0], value: known.text[1])]
      let file = try source.encoded(
        as: PictureEncoding(.jpeg, quality: known.quality), text: text)
      #expect(sha256(file) == known.sha256, "\(known)")
    }
  }

  @Test func textsStandBesideThePicture() throws {
    let picture = try Picture.read(path: Self.folder.appending(path: "source.png").path)
    let long = String(repeating: "a red bird, 红鸟; ", count: 9000)
    let texts: [(key: String, value: String)] = [
      ("Software", "tgraph"), ("tgraph.text.caption", "a = b\nc"), ("tgraph.long", long),
      ("tgraph.twice", "1"), ("tgraph.twice", "2"), ("empty", ""),
    ]
    let bytes = try picture.encoded(as: PictureEncoding(.jpeg), text: texts)
    let found = Picture.texts(of: bytes)
    #expect(found.map(\.key) == texts.map(\.key) && found.map(\.value) == texts.map(\.value))
    #expect(try bytes == picture.encoded(as: PictureEncoding(.jpeg), text: found))
    let read = try Picture.decode(bytes, path: "x.jpg")
    let far = zip(read.samples, picture.samples).map { abs(Int($0) - Int($1)) }.max() ?? 0
    #expect(Self.form(read) == Self.form(picture) && far < 40, "\(far)")
    let foreign = try Picture.readText(path: Self.path("comment"))
    #expect(foreign.map(\.key) == ["comment"])
    #expect(foreign.first?.value == "CREATOR: somebody, quality = 90")
  }
}
