import Foundation
import TGImage
import TGTestSupport
import Testing

/// Films are read back frame by frame, and their chunks are those of the specification.
@Suite struct FilmTests {
  private func frame(_ index: Int) -> Picture {
    var picture = Picture(height: 5, width: 7, colour: [UInt8(index), 90, 200])
    for column in 0..<7 { picture[index % 5, column, 1] = UInt16(17 * column) }
    return picture
  }

  @Test func everyFrameIsReadBack() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("film.png")
    let film = try AnimatedPNG(
      path: path, delay: .init(framesPerSecond: 12), text: [("Software", "tests")])
    for index in 0..<4 { try film.append(frame(index)) }
    try film.appendAgain(2)
    try film.appendAgain(1, for: .init(3, per: 2))
    #expect(!FileManager.default.fileExists(atPath: path))
    try film.finish()
    var frames = try #require(try FilmFrames(path: path))
    #expect(frames.count == 6 && frames.plays == 0)
    for index in [0, 1, 2, 3, 2] {
      #expect(try frames.next() == frame(index))
      #expect(frames.delay == .init(1, per: 12))
    }
    #expect(try frames.next() == frame(1))
    #expect(frames.delay == .init(3, per: 2))
    #expect(try frames.next() == nil)
    // Who knows no films sees the first frame and its texts.
    #expect(try Picture.read(path: path) == frame(0))
    let texts = try Picture.readText(path: path)
    #expect(texts.map(\.key) == ["Software"] && texts.map(\.value) == ["tests"])
  }

  @Test func deepAndGreyFrames() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("grey.png")
    let film = try AnimatedPNG(path: path, delay: .init(framesPerSecond: 1), plays: 3)
    let frames = [[0, 65535, 1, 256], [9, 8, 7, 6]].map { samples in
      Picture(height: 2, width: 2, channels: 1, depth: 16, samples: samples.map { UInt16($0) })
    }
    for frame in frames { try film.append(frame) }
    try film.finish()
    var read = try #require(try FilmFrames(path: path))
    #expect(read.plays == 3)
    #expect(try [read.next(), read.next(), read.next()] == frames + [nil])
  }

  /// Two frames of two pixels, 25 a second: the bytes that the specification asks for.
  @Test func chunksAsSpecified() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("worked.png")
    let film = try AnimatedPNG(path: path, delay: .init(framesPerSecond: 25))
    for level in [UInt8(0), 255] {
      try film.append(Picture(height: 1, width: 2, colour: [level, level, level]))
    }
    try film.finish()
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    let expected: [[UInt8]] = [
      [0, 0, 0, 8] + "acTL".utf8 + [0, 0, 0, 2, 0, 0, 0, 0, 0xF3, 0x8D, 0x93, 0x70],
      [0, 0, 0, 26] + "fcTL".utf8 + [0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]
        + [0, 1, 0, 25, 0, 0, 0xE7, 0x49, 0xAB, 0x50],
    ]
    let kinds = expected.map { bytes.firstRange(of: $0)?.lowerBound }
    #expect(kinds == [33, 33 + 20])
    #expect(bytes.firstRange(of: Array("fdAT".utf8) + [0, 0, 0, 2]) != nil)
  }

  @Test func aFilmThatIsNotFinishedLeavesNothing() throws {
    let folder = try TemporaryFolder()
    var film: AnimatedPNG? = try AnimatedPNG(
      path: folder.path("a.png"), delay: .init(framesPerSecond: 12))
    try film?.append(frame(0))
    film = nil
    let empty = try AnimatedPNG(path: folder.path("b.png"), delay: .init(framesPerSecond: 12))
    try empty.finish()
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path(".")).isEmpty)
    #expect(throws: PictureError.self) {
      try AnimatedPNG(path: folder.path("none/a.png"), delay: .init(framesPerSecond: 12))
    }
  }

  @Test func damagedFilmsAreRefused() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("film.png")
    let film = try AnimatedPNG(path: path, delay: .init(framesPerSecond: 12))
    for index in 0..<3 { try film.append(frame(index)) }
    try film.finish()
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    func frames(of bytes: Data) throws -> Int {
      try bytes.write(to: URL(fileURLWithPath: path))
      guard var film = try FilmFrames(path: path) else { return 0 }
      var count = 0
      while try film.next() != nil { count += 1 }
      return count
    }
    #expect(try frames(of: whole) == 3)
    #expect(try frames(of: Data(frame(0).encoded())) == 0)
    for length in 0..<whole.count {
      let isRead = (try? frames(of: whole.prefix(length))) == 3
      #expect(!isRead || length >= whole.count - 12, "\(length)")
    }
    for index in 0..<whole.count {
      var bytes = whole
      bytes[index] ^= 0x80
      let isRead = (try? frames(of: bytes)) == 3
      #expect(!isRead || index >= whole.count - 12, "\(index)")
    }
    #expect(throws: PictureError.self) { try frames(of: Data("no picture".utf8)) }
  }
}
