import Foundation
import TGCheckpoint
import TGImage
import TGTensor
import TGTestSupport
import Testing

/// `tgdirect` on a small generator with synthetic weights: what it learns does what it says.
@Suite struct DirectCommandTests {
  /// A folder with a plan, and the commands.
  private struct Fixture {
    let folder: TemporaryFolder
    let tgdirect: BuiltCommand
    let tgrun: BuiltCommand

    init() throws {
      tgdirect = try #require(BuiltCommand("tgdirect"), "build the package first")
      tgrun = try #require(BuiltCommand("tgrun"), "build the package first")
      let tgc = try #require(BuiltCommand("tgc"), "build the package first")
      folder = try TemporaryFolder()
      try text("small.tgraph", Self.page)
      try text("words.txt", "a\nred\nblue\nbird\nflower\n")
      let outcome = try tgc.run(
        [
          "small.tgraph", "--vocabulary", "words.txt", "--synthetic-weights", "3", "--batch", "1,4",
          "-o", "small.tplan",
        ], in: folder.url)
      try #require(outcome.status == 0, "\(outcome.messages)")
    }

    private static let page = """
      model Small() {
        func generate(z: Normal[6]) -> (image: Image[3, 16, 16](-1 ... 1)) {
          return (0.3 * (z |> linear(768) @ "fc") + z[0 ..< 1]) |> tanh |> reshape([3, 16, 16])
        }

        func map(z: Normal[6]) -> (w: Latent[2, 6]) {
          let w = z |> linear(6) @ "map"
          return stack([w, w])
        }

        func synthesize(w: Latent[2, 6]) -> (image: Image[3, 16, 16](-1 ... 1)) {
          return generate(w[1] + 0.1 * w[0])
        }

        func score(image: Image[3, 16, 16](0 ... 1)) -> (scores: Tensor[2]) {
          return concat([reshape(mean(image[0]), [1]), reshape(mean(image), [1])])
        }

        func read(caption: Text[4](vocabulary: "captions")) -> (code: Tensor[6]) {
          return mean(embedding(caption.ids, 6, 6) @ "table", axis: 0)
        }

        objective lighten() -> (direction: Latent[6]) {
          sample start: Normal[6]
          shared var direction = 0.1 * start
          repeat 60 {
            sample code: Normal[6]
            sample amount: Uniform[1](-1 ... 1)
            let a = amount[0]
            minimize mse(generate(code + a * direction), generate(code) + 0.3 * a) over direction
              using adam(rate: 0.05)
          }
          return (direction: direction)
        }
      }
      """

    func run(_ line: String) throws -> BuiltCommand.Outcome {
      try tgdirect.run(line.split(separator: " ").map(String.init), in: folder.url)
    }

    func report(_ name: String) throws -> [String: Any] {
      let data = try Data(contentsOf: folder.url.appending(path: name))
      return try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    func numbers(_ name: String) throws -> HostTensor {
      try NumpyArray.read(path: folder.path(name)).tensor
    }

    func bytes(_ name: String) throws -> Data {
      try Data(contentsOf: folder.url.appending(path: name))
    }

    func text(_ name: String, _ text: String) throws {
      try Data(text.utf8).write(to: folder.url.appending(path: name))
    }
  }

  @Test func aBoundaryOfLightMakesPicturesLighter() throws {
    let fixture = try Fixture()
    let line = "boundary small.tplan --measure grey --samples 600 --seed 2 -o light.npy"
    let made = try fixture.run(line)
    #expect(made.status == 0, "\(made.messages)")
    #expect(made.text == "light.npy\nlight.csv\nlight.svg\nlight.json\n")
    let report = try fixture.report("light.json")
    let remaining = try #require(report["remaining"] as? [String: Any])
    #expect(try #require(remaining["accuracy"] as? Double) > 0.8, "\(report)")
    // The first number of the code makes pictures lighter; the others hardly do.
    #expect(try fixture.numbers("light.npy").elements[0] > 0.9)
    let bytes = try ["npy", "csv", "svg"].map { try fixture.bytes("light.\($0)") }
    let again = try fixture.run(line + " --threads 3")
    #expect(again.status == 0)
    #expect(try ["npy", "csv", "svg"].map { try fixture.bytes("light.\($0)") } == bytes)
    let measured = try fixture.run(
      "measure small.tplan --direction light.npy=-2:2:5 --measure grey --demand 0.95 -o m.json")
    #expect(measured.status == 0, "\(measured.messages)")
    let steps = try fixture.report("m.json")
    #expect(try #require(steps["rising"] as? Int) >= 95)
    let sheet = try Picture.read(path: fixture.folder.path("m.png"))
    #expect(sheet.width > 5 * 16)
    // The other way it falls, which is as good; warmer it does not become.
    let back = try fixture.run(
      "measure small.tplan --direction light.npy=2:-2:5 --measure grey --demand 0.95 -o b.json")
    #expect(back.status == 0)
    #expect(try fixture.report("b.json")["falling"] as? Int == steps["rising"] as? Int)
    let other = try fixture.run(
      "measure small.tplan --direction light.npy=-2:2:5 --measure warmth --demand 1 -o c.json")
    #expect(other.status == 76, "\(other.messages)")
    // What is written is what tgrun takes.
    let strip = try fixture.tgrun.run(
      ["small.tplan", "--direction", "light.npy=-2:2:5", "-o", "strip.png"],
      in: fixture.folder.url)
    #expect(strip.status == 0, "\(strip.messages)")
  }

  @Test func aScorerOfAnotherFunctionIsAsked() throws {
    let fixture = try Fixture()
    let scorer = "--scorer small.tplan --scorer-function score"
    let missing = try fixture.run("boundary small.tplan \(scorer) -o red.npy")
    #expect(missing.status == 64 && missing.messages.contains("has 2 numbers"))
    let made = try fixture.run(
      "boundary small.tplan \(scorer) --score scores:0 --samples 400 -o red.npy")
    #expect(made.status == 0, "\(made.messages)")
    let measured = try fixture.run(
      "measure small.tplan --direction red.npy=-2:2:5 \(scorer) --score scores:0 --show 0 "
        + "--demand 0.9 -o m.json")
    #expect(measured.status == 0, "\(measured.messages)")
    #expect(!FileManager.default.fileExists(atPath: fixture.folder.path("m.png")))
  }

  /// Scores of a table are those of the codes that the seed draws, in their order.
  @Test func scoresFromTables() throws {
    let fixture = try Fixture()
    let drawn = try fixture.run(
      "boundary small.tplan --measure grey --samples 300 --seed 5 -o a.npy")
    #expect(drawn.status == 0)
    let other = try fixture.run("boundary small.tplan --scores a.csv:score --seed 5 -o b.npy")
    #expect(other.status == 0, "\(other.messages)")
    #expect(try fixture.numbers("a.npy") == fixture.numbers("b.npy"))
    let wrong = try fixture.run("boundary small.tplan --scores a.csv:none -o b.npy")
    #expect(wrong.status == 64 && wrong.messages.contains("sample, score, place"))
    let short = try fixture.run("boundary small.tplan --scores a.csv:score --samples 9 -o b.npy")
    #expect(short.status == 65 && short.messages.contains("300 scores"))
  }

  /// The weights of a layer whose directions are known: rows of lengths 3 and 1 along two axes.
  @Test func closedFormFromACheckpoint() throws {
    let fixture = try Fixture()
    let weight = HostTensor([3, 2], [3, 0, 3, 0, 0, 1])
    let file = fixture.folder.url.appending(path: "w.safetensors")
    try Data(Safetensors.encoded([("a.weight", weight), ("b.bias", HostTensor([1], [0]))]))
      .write(to: file)
    let made = try fixture.run("closed w.safetensors#a.weight --raw -o c.npy")
    #expect(made.status == 0, "\(made.messages)")
    let matrix = try fixture.numbers("c.npy")
    #expect(matrix.shape == [2, 2] && matrix.elements == [1, 0, 0, 1])
    let report = try fixture.report("c.json")
    #expect(report["eigenvalues"] as? [Double] == [18, 1] && report["columns"] as? Int == 3)
    // The other axis has three numbers of a code.
    let turned = try fixture.run("closed w.safetensors#a.weight --axis 0 --count 1 -o t.npy")
    #expect(turned.status == 0)
    #expect(try fixture.numbers("t.npy").shape == [3, 1])
    let some = try fixture.run(
      "closed w.safetensors#a.weight --axis 0 --positions 0-1 --raw -o s.npy")
    #expect(some.status == 0)
    #expect(abs(Double(try fixture.numbers("s.npy")[0]) - 0.5.squareRoot()) < 1e-6)
    let whole = try fixture.run("closed w.safetensors -o x.npy")
    #expect(whole.status == 65 && whole.messages.contains("2 tensors"))
  }

  @Test func componentsOfWhatAMappingMakes() throws {
    let fixture = try Fixture()
    let made = try fixture.run(
      "pca small.tplan --function synthesize --samples 500 --count 3 -o p.npy")
    #expect(made.status == 0, "\(made.messages)")
    #expect(try fixture.numbers("p.npy").shape == [12, 3])
    let report = try fixture.report("p.json")
    #expect(report["codes_from"] as? String == "map")
    let deviations = try #require(report["deviations"] as? [Double])
    #expect(deviations.count == 3 && deviations == deviations.sorted(by: >))
    let noise = try fixture.run("pca small.tplan -o p.npy")
    #expect(noise.status == 64 && noise.messages.contains("are noise"))
    // A boundary in the same space, and in which of its two layers it works.
    let light = try fixture.run(
      "boundary small.tplan --function synthesize --measure grey --samples 400 -o light.npy")
    #expect(light.status == 0, "\(light.messages)")
    let layers = try fixture.run(
      "layers small.tplan --function synthesize --direction light.npy --measure grey "
        + "--seeds 0-19 -o l.safetensors")
    #expect(layers.status == 0, "\(layers.messages)")
    #expect(try fixture.report("l.json")["layers"] as? [Int] == [1])
  }

  @Test func directionsAreTakenOutOfEachOther() throws {
    let fixture = try Fixture()
    for (name, what) in [("a", "grey"), ("b", "warmth")] {
      let made = try fixture.run(
        "boundary small.tplan --measure \(what) --samples 300 -o \(name).npy")
      #expect(made.status == 0, "\(made.messages)")
    }
    let made = try fixture.run("project a.npy --out-of b.npy -o c.npy")
    #expect(made.status == 0, "\(made.messages)")
    let (rest, other) = (try fixture.numbers("c.npy"), try fixture.numbers("b.npy"))
    let product = zip(rest.elements, other.elements).reduce(0) { $0 + $1.0 * $1.1 }
    #expect(abs(product) < 1e-6 && rest.shape == [1, 6])
    let nothing = try fixture.run("project a.npy --out-of a.npy -o d.npy")
    #expect(nothing.status == 65 && nothing.messages.contains("nothing is left"))
    let inside = try fixture.run(
      "boundary small.tplan --measure grey --samples 300 --out-of b.npy -o e.npy")
    #expect(inside.status == 0)
    // A file has float32, of which the first command has more.
    let inner = try fixture.numbers("e.npy")
    #expect(inner.shape == rest.shape)
    for (one, other) in zip(inner.elements, rest.elements) { #expect(abs(one - other) < 1e-6) }
  }

  @Test func aSharedDirectionIsLearned() throws {
    let fixture = try Fixture()
    let made = try fixture.run("learn small.tplan --seed 1 -o up.npy")
    #expect(made.status == 0, "\(made.messages)")
    let report = try fixture.report("up.json")
    #expect(report["items"] as? Int == 4 && report["rounds"] as? Int == 60)
    let bytes = try fixture.bytes("up.npy")
    #expect(try fixture.run("learn small.tplan --seed 1 --threads 2 -o up.npy").status == 0)
    #expect(try fixture.bytes("up.npy") == bytes)
    let measured = try fixture.run(
      "measure small.tplan --direction up.npy=-1:1:5 --measure grey --demand 0.95 -o m.json")
    #expect(measured.status == 0, "\(measured.messages)")
    let many = try fixture.run("learn small.tplan --items 5 -o up.npy")
    #expect(many.status == 64 && many.messages.contains("--batch 5"))
    let none = try fixture.run("learn small.tplan --variable w -o up.npy")
    #expect(none.status == 64 && none.messages.contains("it has direction"))
  }

  @Test func differencesOfCaptions() throws {
    let fixture = try Fixture()
    try fixture.text(
      "pairs.tsv",
      "caption1\tcaption2\na red bird\ta blue bird\na red flower\ta blue flower\nred\tblue\n")
    let made = try fixture.run(
      "differences pairs.tsv --words small.tplan:read --shuffles 5 -o blue.npy")
    #expect(made.status == 0, "\(made.messages)")
    #expect(try fixture.numbers("blue.npy").shape == [6])
    let report = try fixture.report("blue.json")
    #expect(report["written"] as? String == "words" && report["count"] as? Int == 3)
    let pictures = try fixture.run("differences pairs.tsv --sees small.tplan:score -o x.npy")
    #expect(pictures.status == 64 && pictures.messages.contains("needs pictures"))
    try fixture.text("bad.tsv", "one\ttwo\na\tb\n")
    let bad = try fixture.run("differences bad.tsv --words small.tplan:read -o x.npy")
    #expect(bad.status == 65 && bad.messages.contains("caption1"))
  }
}
