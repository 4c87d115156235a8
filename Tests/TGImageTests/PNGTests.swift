import Foundation
import TGTestSupport
import Testing

import TGImage

@Suite struct PNGTests {
  struct Valid: Decodable {
    var name: String
    var height: Int
    var width: Int
    var channels: Int
    var depth: Int
    var sha256: String
  }

  struct Suite: Decodable {
    var name: String
    var height: Int
    var width: Int
    var kind: String
    var sha256: String?
  }

  struct Verdict: Decodable {
    var file: String
    var kind: String
  }

  @Test func digestIsSHA256() {
    #expect(
      sha256(Array("abc".utf8))
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }

  @Test func everyKindDecodes() throws {
    let folder = Fixtures.root.appending(path: "png")
    let cases = try JSONDecoder().decode(
      [Valid].self, from: Data(contentsOf: folder.appending(path: "valid.json")))
    #expect(cases.count > 50)
    for known in cases {
      let path = folder.appending(path: "valid/\(known.name).png").path
      let picture = try Picture.read(path: path)
      #expect(
        shape(picture) == [known.height, known.width, known.channels, known.depth],
        "\(known.name)")
      let bytes = picture.samples.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
      #expect(sha256(bytes) == known.sha256, "\(known.name)")
    }
  }

  @Test(.enabled(if: SharedData.has("hostile/png/pngsuite"), "../shared/data is optional"))
  func pngSuiteDecodes() throws {
    let suite = SharedData.url("hostile/png/pngsuite")
    let list = Fixtures.root.appending(path: "png/pngsuite.json")
    let cases = try JSONDecoder().decode([Suite].self, from: Data(contentsOf: list))
    #expect(cases.count == 81)
    for known in cases {
      let path = suite.appending(path: "\(known.name).png").path
      let picture = try Picture.read(path: path)
      #expect(shape(picture).prefix(2) == [known.height, known.width], "\(known.name)")
      guard let digest = known.sha256 else { continue }
      let isHigh = known.kind == "high"
      #expect(picture.depth == (isHigh ? 16 : 8), "\(known.name)")
      #expect(
        sha256(picture.samples.map { UInt8(isHigh ? $0 >> 8 : $0) }) == digest, "\(known.name)")
    }
  }

  @Test(.enabled(if: SharedData.has("hostile/png"), "../shared/data is optional"))
  func hostileFilesEndInErrors() throws {
    let folder = SharedData.url("hostile/png")
    let lines = try String(
      contentsOf: folder.appending(path: "expected.jsonl"), encoding: .utf8
    ).split(separator: "\n")
    var refused: [String: Int] = [:]
    for line in lines {
      let known = try JSONDecoder().decode(Verdict.self, from: Data(line.utf8))
      do throws(PictureError) {
        _ = try Picture.read(path: folder.appending(path: known.file).path)
        #expect(known.kind != "must-reject", "\(known.file)")
      } catch {
        #expect(known.kind != "must-decode", "\(known.file): \(error.message)")
        #expect(error.exitCode == 65)
        refused[known.kind, default: 0] += 1
      }
    }
    #expect(refused["must-reject"] == 7)
    print("refused:", refused.sorted { $0.key < $1.key }, "of", lines.count)
  }

  @Test func claimsCostNothing() throws {
    // A header that claims the largest size allowed, and no samples at all.
    for (width, height) in [(10_000, 10_000), (16_384, 6_000), (1, 16_384)] {
      let claim = PNGChunks.signature + header(width, height) + PNGChunks.chunk("IDAT", [])
      #expect(throws: PictureError.self) { try Picture.decode(claim, path: "claim.png") }
    }
    for (width, height) in [(30_000, 30_000), (16_385, 1), (1, 16_385), (16_384, 16_384)] {
      let claim = PNGChunks.signature + header(width, height) + PNGChunks.chunk("IDAT", [])
      #expect(throws: PictureError.tooLarge(path: "claim.png", width: width, height: height)) {
        try Picture.decode(claim, path: "claim.png")
      }
    }
  }

  @Test func dataBehindTheLastRowCostNothing() throws {
    // A stream that goes on long after the 13 bytes that the picture needs.
    let stream = [0x78, 1] + [UInt8](repeating: 0, count: 200_000)
    let row: [UInt8] = [0, 13, 0, 0xF2, 0xFF] + [UInt8](repeating: 0, count: 13)
    let bytes =
      PNGChunks.signature + header(4, 1)
      + PNGChunks.chunk("IDAT", stream.prefix(2) + row + stream.dropFirst(2))
      + PNGChunks.chunk("IEND", [])
    let reason = "much data follows the last row"
    #expect(throws: PictureError.damaged(path: "long.png", format: .png, reason: reason)) {
      try Picture.decode(bytes, path: "long.png")
    }
  }

  @Test func everyTruncationIsAnError() throws {
    for name in ["rgb-8", "rgba-16-interlaced", "palette-trns-4"] {
      let file = Fixtures.root.appending(path: "png/valid/\(name).png")
      let bytes = try [UInt8](Data(contentsOf: file))
      for count in 0..<bytes.count {
        #expect(throws: PictureError.self, "\(name) \(count)") {
          try Picture.decode(Array(bytes.prefix(count)), path: "cut.png")
        }
      }
    }
  }

  @Test func everyFlippedBitIsAnError() throws {
    let file = Fixtures.root.appending(path: "png/valid/grey-8.png")
    let bytes = try [UInt8](Data(contentsOf: file))
    for bit in 0..<bytes.count * 8 {
      var flipped = bytes
      flipped[bit / 8] ^= 1 << (bit % 8)
      #expect(throws: PictureError.self, "bit \(bit)") {
        try Picture.decode(flipped, path: "flipped.png")
      }
    }
  }

  @Test func writtenPicturesReadBack() throws {
    let folder = try temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    var seed: UInt64 = 11
    func next() -> UInt64 {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return seed >> 33
    }
    for (channels, depth) in [(1, 8), (3, 8), (1, 16), (3, 16)] {
      let samples = (0..<7 * 9 * channels).map { _ in
        UInt16(truncatingIfNeeded: next()) & (depth == 8 ? 255 : 65535)
      }
      let picture = Picture(
        height: 7, width: 9, channels: channels, depth: depth, samples: samples)
      let path = folder.appending(path: "out.png").path
      let texts = [("tgraph", "seed=7"), ("Caption", "a red bird, 红鸟"), ("empty", "")]
      try picture.write(path: path, text: texts.map { (key: $0.0, value: $0.1) })
      #expect(try Picture.read(path: path) == picture)
      let found = try Picture.readText(path: path)
      #expect(found.map(\.key) == texts.map(\.0) && found.map(\.value) == texts.map(\.1))
      let once = try picture.encoded(text: found)
      #expect(try once == picture.encoded(text: found))
      #expect(try once == [UInt8](Data(contentsOf: URL(filePath: path))))
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["out.png"])
  }

  /// Compressed texts and such with a language, as other programs write them; what is damaged, too
  /// large, or stands behind the samples is passed over.
  @Test func textsOfOtherProgramsAreRead() throws {
    let picture = try Picture(height: 1, width: 1, colour: [1]).encoded()
    // "a green bird" as a zlib stream of one stored block.
    let green: [UInt8] =
      [0x78, 1, 1, 12, 0, 0xF3, 0xFF] + Array("a green bird".utf8) + [0x1B, 0x2A, 0x04, 0x54]
    let chunks: [(String, [UInt8])] = [
      ("tEXt", Array("Title\0caf".utf8) + [0xE9]), ("zTXt", Array("caption\0\0".utf8) + green),
      ("iTXt", Array("Autor\0\0\0de\0Verfasser\0红鸟".utf8)),
      ("iTXt", Array("packed\0\u{1}\0\0\0".utf8) + green),
      ("zTXt", Array("broken\0\0".utf8) + green.dropLast(9)),
      ("iTXt", Array("no UTF-8\0\0\0\0\0".utf8) + [0xC3]),
    ]
    var bytes = picture
    for (kind, data) in chunks.reversed() {
      bytes.insert(contentsOf: PNGChunks.chunk(kind, data), at: 33)
    }
    let end = PNGChunks.chunk("IEND", []).count
    bytes.insert(contentsOf: PNGChunks.chunk("tEXt", Array("late\0x".utf8)), at: bytes.count - end)
    let found = Picture.texts(of: bytes)
    #expect(found.map(\.key) == ["Title", "caption", "Autor", "packed"])
    #expect(found.map(\.value) == ["café", "a green bird", "红鸟", "a green bird"])
    for count in 0..<bytes.count {
      #expect(Picture.texts(of: Array(bytes.prefix(count))).count <= found.count)
    }
    for bit in 33 * 8..<33 * 8 + 256 {
      var flipped = bytes
      flipped[bit / 8] ^= 1 << (bit % 8)
      #expect(!Picture.texts(of: flipped).contains { $0.key == "Title" && $0.value != "café" })
    }
  }

  @Test func unfitTextsAreRefused() {
    let picture = Picture(height: 1, width: 1, colour: [1])
    for (key, value) in [
      ("", "x"), (String(repeating: "k", count: 80), "x"), ("é", "x"), ("a", "\0"), ("a b", "x"),
      ("a=b", "x"),
    ] {
      for format in PictureFormat.allCases {
        #expect(throws: PictureError.self) {
          try picture.encoded(as: PictureEncoding(format), text: [(key: key, value: value)])
        }
      }
    }
  }

  @Test(
    arguments: [
      (
        Array("GIF89a".utf8), "a b.gif", ["magick", "convert"],
        "magick 'a b.gif[0]' -auto-orient 'a b.png'"
      ),
      (
        Array("RIFF....WEBPVP8 ".utf8), "x/y.webp", ["convert"],
        "convert x/y.webp -auto-orient y.png"
      ),
      (Array("BM123456789012345".utf8), "y.bmp", [], "with any program for pictures"),
      ([0x49, 0x49, 0x2A, 0], "y.tif", ["convert"], "convert 'y.tif[0]' -auto-orient y.png"),
      (Array("<svg>".utf8), "y.svg", ["rsvg-convert"], "rsvg-convert y.svg -o y.png"),
      (Array("<svg>".utf8), "y.svg", ["convert"], "with any program for pictures"),
      (Array("%PDF-1".utf8), "y.pdf", ["pdftoppm"], "pdftoppm -png -singlefile y.pdf y"),
      (Array("<!DOCTYPE html><html>".utf8), "y.png", [], "HTML page"),
      (Array("version https://git-lfs.github.com/spec/v1\n".utf8), "y.png", [], "with Git LFS"),
      ([], "y.png", [], "empty"), (Array("hello".utf8), "y.png", [], "not a PNG or JPEG"),
      ([0x89, 0x50, 0x4E, 0x47, 0x0A, 0x1A], "y.png", [], "transfer as text"),
      ([0x93] + Array("NUMPY".utf8), "y.npy", [], "--input"),
    ] as [([UInt8], String, [String], String)])
  func otherFilesAreNamed(
    bytes: [UInt8], path: String, programs: [String], words: String
  ) throws {
    let error = try #require(throws: PictureError.self) {
      try Picture.decode(bytes, path: path)
    }
    #expect(error == .notPicture(path: path, kind: FileKind(bytes)) && error.exitCode == 65)
    let complaint = FileKind(bytes).complaint(path) { programs.contains($0) }
    #expect(complaint.contains(words), "\(complaint)")
    for program in ["magick", "convert", "rsvg-convert", "pdftoppm"]
    where !programs.contains(program) {
      #expect(!complaint.contains(": " + program + " "), "\(complaint)")
    }
  }

  @Test func pathsThatHoldNoPicture() throws {
    let folder = try temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    for path in [folder.path, folder.path + "/none.png", "/dev/zero"] {
      let error = try #require(throws: PictureError.self) { try Picture.read(path: path) }
      #expect(error.exitCode == 66, "\(error.message)")
    }
    let picture = Picture(height: 1, width: 1, colour: [1, 2, 3])
    for path in [folder.path, folder.path + "/no/such.png", "/dev/null", ""] {
      let error = try #require(throws: PictureError.self) { try picture.write(path: path) }
      #expect(error.exitCode == 73, "\(error.message)")
    }
  }

  private func shape(_ picture: Picture) -> [Int] {
    [picture.height, picture.width, picture.channels, picture.depth]
  }

  private func header(_ width: Int, _ height: Int) -> [UInt8] {
    func number(_ value: Int) -> [UInt8] {
      [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }
    return PNGChunks.chunk("IHDR", number(width) + number(height) + [8, 2, 0, 0, 0])
  }

  private func temporaryFolder() throws -> URL {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "tgimage-\(UInt64.random(in: 0...UInt64.max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }
}
