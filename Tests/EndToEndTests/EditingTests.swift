import Foundation
import TGCheckpoint
import TGImage
import TGTensor
import TGTestSupport
import Testing

/// Codes edited by `tgrun` on a small StyleGAN and on a page with a sentence condition, both with
/// synthetic weights.
@Suite struct EditingTests {
  /// A folder with two plans, codes and directions.
  struct Fixture {
    let folder: TemporaryFolder
    let tgrun: BuiltCommand

    init() throws {
      let built = "build the package first: swift build -c release"
      tgrun = try #require(BuiltCommand("tgrun"), "\(built)")
      let tgc = try #require(BuiltCommand("tgc"), "\(built)")
      folder = try TemporaryFolder()
      let page = GraphPages.file("stylegan1").path
      try text("words.txt", "a\nsmall\nred\nblue\nbird\n")
      try text("captioned.tgraph", Self.page)
      for line in [
        [page, "--set", "resolution=8", "widest=8", "-o", "s"],
        ["captioned.tgraph", "--vocabulary", "words.txt", "-o", "c"],
      ] {
        let plan = line.dropLast() + [line[line.count - 1] + ".tplan"]
        let outcome = try tgc.run(plan + ["--synthetic-weights", "1"], in: folder.url)
        try #require(outcome.status == 0, "\(outcome.messages)")
      }
      for (name, seed) in [("a", "3"), ("b", "9")] {
        let arguments = ["--function", "map", "--seed", seed, "--output", "w=\(name).npy"]
        try #require(tgrun.run(["s.tplan"] + arguments, in: folder.url).status == 0)
      }
      let both = try numbers("a.npy").elements + numbers("b.npy").elements
      try array("two.npy", [2, 4, 512], both)
      try tensors("a.safetensors", [("w", numbers("a.npy"))])
      try array("up.npy", [512], [Float](repeating: 0.5, count: 512))
      try array("eigen.npy", [512, 2], (0..<1024).map { Float($0 % 2) * 0.5 })
      try array("short.npy", [1, 511], [Float](repeating: 1, count: 511))
      try array("open.npy", [4, 512], numbers("a.npy").elements)
      try array("z.npy", [1, 512], [Float](repeating: 1, count: 512))
      try text("text.npy", "no array")
    }

    /// A caption's condition and what paints it.
    private static let page = """
      model Captioned() {
        func encode(caption: Text[4](vocabulary: "captions")) -> (sentence: Tensor[6]) {
          return mean(embedding(caption.ids, 6, 6) @ "table", axis: 0)
        }

        func paint(sentence: Tensor[6], z: Normal[2]) -> (image: Image[3, 16, 16](-1 ... 1)) {
          return concat([sentence, z]) |> linear(768) @ "fc" |> tanh |> reshape([3, 16, 16])
        }
      }
      """

    /// Runs `tgrun` in the folder; `_` stands for a space inside a word.
    func run(_ line: String) throws -> BuiltCommand.Outcome {
      try tgrun.run(
        line.split(separator: " ").map { String($0.replacing("_", with: " ")) }, in: folder.url)
    }

    /// The picture that a command writes with `-o`.
    func picture(_ line: String) throws -> Picture {
      let outcome = try run(line + " -o shown.png")
      try #require(outcome.status == 0, "\(line): \(outcome.messages)")
      return try Picture.read(path: folder.path("shown.png"))
    }

    func numbers(_ name: String) throws -> HostTensor {
      try NumpyArray.read(path: folder.path(name)).tensor
    }

    private func array(_ name: String, _ shape: Shape, _ elements: [Float]) throws {
      try Data(NumpyArray(HostTensor(shape, elements)).encoded).write(to: url(name))
    }

    private func tensors(
      _ name: String, _ tensors: [(name: String, tensor: HostTensor)]
    ) throws {
      try Data(Safetensors.encoded(tensors)).write(to: url(name))
    }

    private func text(_ name: String, _ text: String) throws {
      try Data(text.utf8).write(to: url(name))
    }

    private func url(_ name: String) -> URL { folder.url.appendingPathComponent(name) }
  }

  /// The frames of a strip whose frames are squares as high as it is.
  private static func frames(of strip: Picture) -> [[UInt16]] {
    let side = strip.height
    return stride(from: 0, to: strip.width, by: side + 8).map { left in
      pixels(strip, columns: left..<left + side)
    }
  }

  private static func pixels(_ picture: Picture, columns: Range<Int>? = nil) -> [UInt16] {
    (0..<picture.height).flatMap { row in
      (columns ?? 0..<picture.width).flatMap { column in
        (0..<3).map { UInt16(picture[row, column, $0]) }
      }
    }
  }

  @Test func codesFromFiles() throws {
    let fixture = try Fixture()
    let plain = try fixture.picture("s.tplan --function synthesize --input w=a.npy")
    #expect(try fixture.picture("s.tplan --latent a.npy") == plain)
    let outcome = try fixture.run("s.tplan --latent a.safetensors -o named.png")
    #expect(outcome.messages.contains("running 'synthesize'"), "\(outcome.messages)")
    #expect(try Picture.read(path: fixture.folder.path("named.png")) == plain)
    let several = try fixture.run("s.tplan --latent two.npy")
    #expect(several.text == "s-0-0.png\ns-0-1.png\n", "\(several.messages)")
    #expect(try Picture.read(path: fixture.folder.path("s-0-0.png")) == plain)
    // The second item can be repeated alone.
    let again = try fixture.run("--replay s-0-1.png")
    #expect(again.messages.contains("bit for bit"), "\(again.messages)")
  }

  @Test func directionsGiveStripsAndFrames() throws {
    let fixture = try Fixture()
    let plain = try fixture.picture("s.tplan --latent a.npy")
    let strip = try fixture.picture("s.tplan --latent a.npy --direction up.npy=-2:2:5")
    let frames = Self.frames(of: strip)
    #expect(strip.height == 8 && frames.count == 5)
    #expect(frames[2] == Self.pixels(plain) && Set(frames).count == 5)
    // One amount is one picture: that frame.
    let last = try fixture.picture("s.tplan --latent a.npy --direction up.npy=2")
    #expect(Self.pixels(last) == frames[4])
    // A column of a matrix is the direction; layers restrict it.
    let column = try fixture.picture("s.tplan --latent a.npy --direction eigen.npy:1=2")
    #expect(column == last)
    let first = try fixture.picture("s.tplan --latent a.npy --direction up.npy=2@0")
    #expect(first != last && first != plain)
    let rest = try fixture.picture(
      "s.tplan --latent a.npy --direction up.npy=2@0 --direction up.npy=2@1-3")
    #expect(rest == last)
    // Frames of their own, and one of them repeated.
    let numbered = try fixture.run(
      "s.tplan --latent a.npy --direction up.npy=-2:2:5 -o frame-%d.png")
    #expect(numbered.text == "frame-0.png\nframe-1.png\nframe-2.png\nframe-3.png\nframe-4.png\n")
    let fourth = try Picture.read(path: fixture.folder.path("frame-3.png"))
    #expect(Self.pixels(fourth) == frames[3])
    let again = try fixture.run("--replay frame-3.png")
    #expect(again.text == "frame-3-replay.png\n" && again.messages.contains("bit for bit"))
    let whole = try fixture.run("--replay shown.png")
    #expect(whole.messages.contains("bit for bit"), "\(whole.messages)")
    // Noise of a seed can be moved, too.
    let drawn = try fixture.picture("s.tplan --seed 4 --direction z.npy=0:1:2")
    #expect(try Self.frames(of: drawn)[0] == Self.pixels(fixture.picture("s.tplan --seed 4")))
  }

  @Test func layersOfAnotherCode() throws {
    let fixture = try Fixture()
    let (a, b) = (try fixture.numbers("a.npy").elements, try fixture.numbers("b.npy").elements)
    let mixed = HostTensor([1, 4, 512], Array(a[..<1024]) + Array(b[1024...]))
    try Data(NumpyArray(mixed).encoded)
      .write(to: fixture.folder.url.appendingPathComponent("mixed.npy"))
    let expected = try fixture.picture("s.tplan --latent mixed.npy")
    #expect(try fixture.picture("s.tplan --latent a.npy --mix b.npy:2-3") == expected)
    let all = try fixture.picture("s.tplan --latent a.npy --mix b.npy:all")
    #expect(try all == fixture.picture("s.tplan --latent b.npy"))
  }

  @Test func theEndsOfAnInterpolationAreThePlainRuns() throws {
    let fixture = try Fixture()
    for (ends, from, to) in [
      ("s.tplan --interpolate a.npy b.npy", "s.tplan --latent a.npy", "s.tplan --latent b.npy"),
      ("s.tplan --interpolate seed:3 seed:9", "s.tplan --seed 3", "s.tplan --seed 9"),
      ("s.tplan --interpolate seed:3 seed:9 --spherical", "s.tplan --seed 3", "s.tplan --seed 9"),
    ] {
      let frames = Self.frames(of: try fixture.picture(ends))
      #expect(frames.count == 7 && Set(frames).count == 7, "\(ends)")
      #expect(try frames[0] == Self.pixels(fixture.picture(from)), "\(ends)")
      #expect(try frames[6] == Self.pixels(fixture.picture(to)), "\(ends)")
      let again = try fixture.picture(ends)
      #expect(Self.frames(of: again) == frames)
    }
    let replayed = try fixture.run("--replay shown.png")
    #expect(replayed.messages.contains("bit for bit"), "\(replayed.messages)")
  }

  @Test func captionsAreJoinedBetweenTheirConditions() throws {
    let fixture = try Fixture()
    let strip = try fixture.picture(
      "c.tplan --interpolate a_red_bird a_small_blue_bird --frames 4 --seed 5")
    let frames = Self.frames(of: strip)
    #expect(frames.count == 4 && Set(frames).count == 4)
    let told = try fixture.run("--replay shown.png")
    #expect(told.messages.contains("bit for bit"), "\(told.messages)")
    for (caption, frame) in [("a_red_bird", frames[0]), ("a_small_blue_bird", frames[3])] {
      let encoded = try fixture.run("c.tplan \(caption) --output sentence=s.npy")
      try #require(encoded.status == 0, "\(encoded.messages)")
      let plain = try fixture.picture("c.tplan --function paint --input sentence=s.npy --seed 5")
      #expect(Self.pixels(plain) == frame)
    }
  }

  /// The command line, the status, and words of the message.
  private static let failures: [(String, Int32, String)] = [
    ("s.tplan --latent none.npy", 66, "none.npy"),
    ("s.tplan --latent text.npy", 65, "text.npy"),
    ("s.tplan --latent short.npy", 65, "[1, 511]"),
    ("s.tplan --latent open.npy", 64, "generate, synthesize"),
    ("s.tplan --latent a.npy --function map", 65, "z [512]"),
    ("s.tplan --latent a.npy --input w=b.npy", 64, "given twice"),
    ("s.tplan --latent a.npy --direction up.npy", 64, "FILE=AMOUNT"),
    ("s.tplan --latent a.npy --direction up.npy=x", 64, "FILE=AMOUNT"),
    ("s.tplan --latent a.npy --direction up.npy=1@x", 64, "FILE=AMOUNT@LAYERS"),
    ("s.tplan --latent a.npy --direction up.npy=1@2-4", 64, "layers 0-3"),
    ("s.tplan --latent a.npy --direction short.npy=1", 65, "[4, 512] or [512]"),
    ("s.tplan --latent a.npy --direction none.npy=1", 66, "none.npy"),
    ("s.tplan --latent a.npy --direction eigen.npy:2=1", 64, "no column 2"),
    ("s.tplan --latent a.npy --direction eigen.npy=1", 65, "[512, 2]"),
    ("s.tplan --direction up.npy=1@0", 64, "@all"),
    ("s.tplan --function meanLatent --direction up.npy=1", 64, "takes no code"),
    (
      "s.tplan --latent a.npy --direction up.npy=0:1:2 --direction up.npy=0:1:3", 64,
      "2 and 3 amounts"
    ),
    ("c.tplan --interpolate a_bird a_small_bird --frames 900", 64, "--outdir"),
    ("s.tplan --latent a.npy --direction up.npy=0:1:2 --before-after", 64, "strips"),
    ("s.tplan --latent two.npy --direction up.npy=0:1:2 -o x.png", 64, "2 are to be made"),
    ("s.tplan --latent a.npy --mix b.npy", 64, "FILE:LAYERS"),
    ("s.tplan --latent a.npy --mix two.npy:0", 65, "2 codes"),
    ("s.tplan --latent a.npy --mix b.npy:4", 64, "layer 4"),
    ("s.tplan --interpolate a.npy", 64, "two ends"),
    ("s.tplan --interpolate a.npy seed:3", 64, "not one of each"),
    ("s.tplan --interpolate a.npy two.npy", 65, "2 codes"),
    ("s.tplan --interpolate a.npy b.npy --frames 1", 64, "2 ... 1000"),
    ("s.tplan --interpolate a.npy b.npy --latent a.npy", 64, "given twice"),
    ("s.tplan --interpolate a.npy b.npy --spherical", 64, "normal noise"),
    ("s.tplan --interpolate seed:3 seed:9 --seed 1", 64, "both given"),
    ("s.tplan --function synthesize --interpolate seed:3 seed:9", 64, "draws nothing"),
    ("s.tplan --interpolate a_bird a_small_bird", 69, "no function of the plan takes"),
    ("c.tplan --interpolate bird zzz", 65, "no word"),
    ("s.tplan --frames 3", 64, "--interpolate"),
    ("s.tplan --spherical", 64, "--interpolate"),
  ]

  @Test func failuresHaveTheirStatusAndSayWhatToDo() throws {
    let fixture = try Fixture()
    for (line, status, words) in Self.failures {
      let outcome = try fixture.run(line)
      #expect(outcome.status == status, "tgrun \(line): \(outcome.messages)")
      #expect(outcome.messages.contains(words), "tgrun \(line): \(outcome.messages)")
      #expect(outcome.output.isEmpty && !outcome.messages.contains("Optional("), "tgrun \(line)")
    }
  }
}
