import Foundation
import TGImage
import TGTensor
import TGTestSupport
import Testing

/// Films and sheets of `tgrun`, and interpolations of captions and pictures through the functions
/// that a page has for them.
@Suite struct FilmAndSheetTests {
  /// A folder with a plan of synthetic weights and two pictures.
  struct Fixture {
    let folder: TemporaryFolder
    let tgrun: BuiltCommand

    init() throws {
      let built = "build the package first: swift build -c release"
      tgrun = try #require(BuiltCommand("tgrun"), "\(built)")
      let tgc = try #require(BuiltCommand("tgc"), "\(built)")
      folder = try TemporaryFolder()
      try write("words.txt", "a\nsmall\nred\nblue\nbird\n")
      try write("captions.txt", "a red bird\na blue bird\n")
      try write("p.tgraph", Self.page)
      let outcome = try tgc.run(
        ["p.tgraph", "--vocabulary", "words.txt", "--synthetic-weights", "1", "-o", "p.tplan"],
        in: folder.url)
      try #require(outcome.status == 0, "\(outcome.messages)")
      for (name, colour) in [("one", [UInt8(250), 40, 40]), ("two", [10, 90, 220])] {
        try Picture(height: 16, width: 16, colour: colour).write(path: folder.path(name + ".png"))
      }
      let up = HostTensor([2], [1, -0.5])
      try Data(NumpyArray(up).encoded).write(to: folder.url.appendingPathComponent("up.npy"))
    }

    /// A painter of captions, an editor in two parts for captions and in two for pictures, and a reader
    /// of the noise of pictures.
    private static let page = """
      model Editor() {
        func generate(caption: Text[4](vocabulary: "captions"), z: Normal[2])
            -> (image: Image[3, 16, 16](-1 ... 1)) {
          return concat([sentence(caption), z]) |> linear(768) @ "new" |> tanh
            |> reshape([3, 16, 16])
        }

        func read(caption: Text[4](vocabulary: "captions")) -> (code: Latent[6]) {
          return sentence(caption)
        }

        func paint(image: Image[3, 16, 16](-1 ... 1), code: Latent[6])
            -> (image: Image[3, 16, 16](-1 ... 1)) {
          return tanh(0.5 * image + draw(code))
        }

        func look(image: Image[3, 16, 16](-1 ... 1)) -> (seen: Tensor[3, 8, 8]) {
          return image |> avgPool(2)
        }

        func finish(seen: Tensor[3, 8, 8], caption: Text[4](vocabulary: "captions"))
            -> (image: Image[3, 16, 16](-1 ... 1)) {
          return tanh(0.5 * upsample(seen, 2) + draw(sentence(caption)))
        }

        func style(image: Image[3, 16, 16](-1 ... 1)) -> (z: Latent[2]) {
          return mean(image, axes: [1, 2])[0 ..< 2]
        }

        func sentence(caption) {
          return mean(embedding(caption.ids, 6, 6) @ "table", axis: 0)
        }

        func draw(code) {
          return code |> linear(768) @ "edit" |> reshape([3, 16, 16])
        }
      }
      """

    /// Runs `tgrun` in the folder; `_` stands for a space inside a word.
    func run(_ line: String) throws -> BuiltCommand.Outcome {
      try tgrun.run(
        line.split(separator: " ").map { String($0.replacing("_", with: " ")) }, in: folder.url)
    }

    /// Runs a command line that is right.
    @discardableResult func done(_ line: String) throws -> BuiltCommand.Outcome {
      let outcome = try run(line)
      try #require(outcome.status == 0, "tgrun \(line): \(outcome.messages)")
      return outcome
    }

    func picture(_ name: String) throws -> Picture { try Picture.read(path: folder.path(name)) }

    func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: folder.path(name)) }

    /// The frames of a film.
    func frames(_ name: String) throws -> [Picture] {
      var film = try #require(try FilmFrames(path: folder.path(name)))
      var frames: [Picture] = []
      while let frame = try film.next() { frames.append(frame) }
      return frames
    }

    func write(_ name: String, _ text: String) throws {
      try Data(text.utf8).write(to: folder.url.appendingPathComponent(name))
    }
  }

  @Test func aFilmHasThePicturesOfItsSteps() throws {
    let fixture = try Fixture()
    let line = "p.tplan a_bird --interpolate seed:3 seed:9 --frames 5"
    let told = try fixture.done(line + " --film film.png")
    #expect(told.text == "film.png\n" && !fixture.has("p-3.png"))
    try fixture.done(line + " -o frame-%d.png")
    let steps = try (0..<5).map { try fixture.picture("frame-\($0).png") }
    #expect(try fixture.frames("film.png") == steps)
    try fixture.done(line + " --film back.png --fps 25 --there-and-back -o strip.png")
    let back = try fixture.frames("back.png")
    #expect(back == steps + [steps[3], steps[2], steps[1]])
    #expect(try fixture.picture("strip.png").width == 5 * 24 - 8)
    var film = try #require(try FilmFrames(path: fixture.folder.path("back.png")))
    _ = try film.next()
    #expect(film.plays == 0 && film.delay == .init(framesPerSecond: 25))
    for name in ["film", "back"] {
      let again = try fixture.run("--replay \(name).png")
      #expect(again.text == "\(name)-replay.png\n", "\(again.messages)")
      #expect(again.messages.contains("the same film"), "\(again.messages)")
      let bytes = try ["", "-replay"].map {
        try Data(contentsOf: fixture.folder.url.appendingPathComponent(name + $0 + ".png"))
      }
      #expect(bytes[0] == bytes[1])
    }
  }

  @Test func filmsOfWalksAndOfLists() throws {
    let fixture = try Fixture()
    try fixture.done("p.tplan bird --direction up.npy=-2:2:3 --film walk.png -o walk-%d.png")
    let steps = try (0..<3).map { try fixture.picture("walk-\($0).png") }
    #expect(try fixture.frames("walk.png") == steps && Set(steps).count == 3)
    try fixture.done("p.tplan --captions captions.txt --seeds 4,2 --film all.png --outdir all")
    let singles = try ["4-1", "2-1", "4-2", "2-2"].map {
      try fixture.picture("all/p-\($0).png")
    }
    #expect(try fixture.frames("all.png") == singles)
    let again = try fixture.run("--replay all.png")
    #expect(again.messages.contains("the same film"), "\(again.messages)")
    #expect(try fixture.run("p.tplan bird --interpolate seed:1 seed:2 --film f.png").status == 0)
    #expect(try fixture.frames("f.png").count == 24)
  }

  @Test func captionsOnAPicture() throws {
    let fixture = try Fixture()
    let told = try fixture.done(
      "p.tplan one.png --interpolate a_red_bird a_blue_bird --frames 3 -o f-%d.png")
    #expect(told.messages.contains("from 'read' to 'paint'"), "\(told.messages)")
    // The picture may also stand behind the two ends.
    try fixture.done(
      "p.tplan --interpolate a_red_bird a_blue_bird one.png --film captions.png --frames 3")
    let steps = try (0..<3).map { try fixture.picture("f-\($0).png") }
    #expect(try fixture.frames("captions.png") == steps && Set(steps).count == 3)
    for (caption, step) in [("a_red_bird", 0), ("a_blue_bird", 2)] {
      try fixture.done("p.tplan \(caption) --function read --output code=code.npy")
      try fixture.done("p.tplan one.png --latent code.npy -o plain.png")
      #expect(try fixture.picture("plain.png") == steps[step])
    }
    let again = try fixture.run("--replay captions.png")
    #expect(again.messages.contains("the same film"), "\(again.messages)")
  }

  @Test func picturesUnderACaption() throws {
    let fixture = try Fixture()
    try fixture.done(
      "p.tplan a_small_bird --function finish --interpolate one.png two.png --frames 3 -o f-%d.png")
    let steps = try (0..<3).map { try fixture.picture("f-\($0).png") }
    for (name, step) in [("one", 0), ("two", 2)] {
      try fixture.done("p.tplan \(name).png --function look --output seen=seen.npy")
      try fixture.done(
        "p.tplan a_small_bird --function finish --input seen=seen.npy -o plain.png")
      #expect(try fixture.picture("plain.png") == steps[step])
    }
    // The default function is the painter if it can be.
    let usual = try fixture.done("p.tplan a_bird --interpolate one.png two.png --film style.png")
    #expect(usual.messages.contains("from 'style' to 'generate'"), "\(usual.messages)")
    let again = try fixture.run("--replay f-1.png")
    #expect(again.messages.contains("bit for bit"), "\(again.messages)")
  }

  @Test func sheetsOfSeedsCaptionsAndFrames() throws {
    let fixture = try Fixture()
    let told = try fixture.done("p.tplan a_red_bird --seed 7 --grid 3x2 -o sheet.png")
    #expect(told.messages.contains("seeds 7-12"), "\(told.messages)")
    let sheet = try fixture.picture("sheet.png")
    #expect(sheet.width == 3 * 56 - 8 && sheet.height == 13 + 2 * (16 + 11) + 8)
    try fixture.done("p.tplan a_red_bird --seed 9 -o third.png")
    let third = sheet.cropped(rows: 13..<29, columns: 2 * 56 + 16..<2 * 56 + 32)
    #expect(try third == fixture.picture("third.png"))
    let again = try fixture.run("--replay sheet.png")
    #expect(again.messages.contains("bit for bit"), "\(again.messages)")

    // A row for each caption, a column for each seed; the name of the file is that of one picture.
    #expect(try fixture.done("p.tplan --captions captions.txt --grid 2x2").text == "p-0.png\n")
    try fixture.done("p.tplan a_blue_bird --seed 1 -o last.png")
    let rows = try fixture.picture("p-0.png")
    let second = rows.height - 16 - 11
    #expect(
      try rows.cropped(rows: second..<second + 16, columns: 56 + 16..<56 + 32)
        == fixture.picture("last.png"))
    let listed = try fixture.run("--replay p-0.png")
    #expect(listed.messages.contains("bit for bit"), "\(listed.messages)")

    // As many frames as columns, a row for each seed.
    try fixture.done("p.tplan one.png --interpolate red blue --grid 4 -o frames.png")
    #expect(try fixture.picture("frames.png").width == 4 * 56 - 8)
    let json = try fixture.done("p.tplan bird --seeds 1-3 --grid 2 -o s.png --film s2.png --json")
    #expect(json.text.contains("\"cells\": 3") && json.text.contains("\"film\": \"s2.png\""))
  }

  @Test func aSheetOfManyPicturesLeavesBrokenOnesOut() throws {
    let fixture = try Fixture()
    try fixture.write("broken.png", "no picture")
    let outcome = try fixture.run(
      "p.tplan --function paint --input code=0 broken.png one.png two.png --grid 3 -o s.png")
    #expect(outcome.status == 65 && outcome.text == "s.png\n", "\(outcome.messages)")
    #expect(try fixture.picture("s.png").width == 2 * 56 - 8)
    let again = try fixture.run("--replay s.png")
    #expect(again.status == 69 && again.messages.contains("3 pictures"), "\(again.messages)")
  }

  @Test func anInterruptLeavesNoHalfFilm() throws {
    let fixture = try Fixture()
    try FileManager.default.createDirectory(
      at: fixture.folder.url.appendingPathComponent("half"), withIntermediateDirectories: false)
    func files() -> [String] {
      (try? FileManager.default.contentsOfDirectory(atPath: fixture.folder.path("half"))) ?? []
    }
    let outcome = try fixture.tgrun.run(
      ["p.tplan", "a bird", "--seeds", "0-99999", "--film", "half/film.png"],
      in: fixture.folder.url, stop: .interrupt(once: { !files().isEmpty }))
    #expect(outcome.status == 130, "\(outcome.messages)")
    #expect(files().isEmpty)
  }

  @Test func mostAttendedWords() throws {
    let fixture = try CommandFixture()
    let two = try fixture.run([
      "sample.tplan", "a red bird", "-o", "o.png", "--attention", "maps:2",
    ])
    #expect(two.text == "o.png\no-maps.png\n", "\(two.messages)")
    let sheet = try Picture.read(path: fixture.folder.path("o-maps.png"))
    #expect(sheet.width == 3 * 56 - 8)
    let base = try Picture.read(path: fixture.folder.path("o.png"))
    #expect(sheet.cropped(rows: 0..<8, columns: 20..<28) == base)
    // The maps are even: the picture counts 75 of 255.
    let under = sheet.cropped(rows: 0..<8, columns: 76..<84).samples
    #expect(under == base.samples.map { UInt16(Float(75 * $0) / 255 + 0.5) })
  }

  /// The command line, the status, and words of the message.
  private static let failures: [(String, Int32, String)] = [
    ("p.tplan bird --film film.gif", 64, "--film film.png"),
    ("p.tplan bird --film -", 64, "--film film.png"),
    ("p.tplan bird --film film.png -o -", 64, "--film need it"),
    ("p.tplan bird --film f.png --before-after", 64, "-o OUT.png"),
    ("p.tplan bird --fps 12", 64, "--film FILM.png"),
    ("p.tplan bird --there-and-back", 64, "--film FILM.png"),
    ("p.tplan bird --film f.png --fps 0", 64, "1 ... 100"),
    ("p.tplan bird --film none/f.png", 73, "none"),
    ("p.tplan bird --film f.png -o f.png", 64, "f.png"),
    ("p.tplan one.png --interpolate red blue --film one.png", 64, "one.png"),
    ("p.tplan bird --grid 0x3", 64, "--grid"),
    ("p.tplan bird --grid x", 64, "--grid"),
    ("p.tplan bird --grid 2x2 --outdir o", 64, "-o SHEET.png"),
    ("p.tplan bird --grid 2x2 --seeds 0-4", 64, "--grid 2,"),
    ("p.tplan bird --grid 900x900", 64, "too large"),
    ("p.tplan bird --grid 2x2 --before-after", 64, "not for sheets"),
    ("p.tplan bird --grid 2x2 --seed 18446744073709551615", 64, "--seeds"),
    ("p.tplan bird --function read --film f.png", 64, "picture"),
    ("p.tplan --interpolate one.png red", 64, "not one of each"),
    ("p.tplan red --interpolate one.png none.png", 66, "none.png"),
    ("p.tplan --function generate --interpolate red blue", 69, "func read("),
    ("p.tplan --function look --interpolate one.png two.png", 69, "func read(image"),
    ("p.tplan bird --replay film.png --film x.png", 66, "film.png"),
  ]

  @Test func failuresHaveTheirStatusAndSayWhatToDo() throws {
    let fixture = try Fixture()
    for (line, status, words) in Self.failures {
      let outcome = try fixture.run(line)
      #expect(outcome.status == status, "tgrun \(line): \(outcome.messages)")
      #expect(outcome.messages.contains(words), "tgrun \(line): \(outcome.messages)")
      #expect(outcome.output.isEmpty && !fixture.has("f.png"), "tgrun \(line)")
    }
  }
}
