import Foundation
import TGCheckpoint
import TGImage
import TGTensor
import TGTestSupport
import Testing

/// `tgc --invert` as a user meets it: a generator's page, no objective written, a picture, its code, and
/// the picture of the code again.
@Suite struct InvertWithoutPageTests {
  private static let page = """
    /// A small generator.
    model Net() {
      /// A picture of noise and a class.
      func generate(z: Normal[6], label: Label[3], u: Uniform[2](0 ... 4))
          -> (image: Image[1, 12, 12](-1 ... 1)) {
        return concat([z, oneHot(label, 3), u]) |> linear(144) @ "a" |> tanh |> reshape([1, 12, 12])
      }

      func brightness(image: Image[1, 12, 12](-1 ... 1)) -> (value: Tensor[]) { return mean(image) }
    }
    """

  /// A folder with the page, its plan with an objective, and a picture that it made.
  private struct Fixture {
    let pages: PageFixture
    private let tgrun: BuiltCommand
    private let tginvert: BuiltCommand

    init() throws {
      pages = try PageFixture()
      tgrun = try #require(BuiltCommand("tgrun"), "build the package first")
      tginvert = try #require(BuiltCommand("tginvert"), "build the package first")
      try pages.write(InvertWithoutPageTests.page, to: "net.tgraph")
      try demand(pages.run("--invert net.tgraph --synthetic-weights 1 --batch 1,2 -o net.tplan"))
      try demand(run("net.tplan --seed 3 --input label=1 -o target.png"))
    }

    func run(_ line: String) throws -> BuiltCommand.Outcome { try start(tgrun, line) }

    func invert(_ line: String) throws -> BuiltCommand.Outcome {
      try start(tginvert, line + " --threads 1")
    }

    private func start(_ command: BuiltCommand, _ line: String) throws -> BuiltCommand.Outcome {
      try command.run(line.split(separator: " ").map(String.init), in: pages.folder.url)
    }

    func demand(_ outcome: BuiltCommand.Outcome) throws {
      try #require(outcome.status == 0, "\(outcome.messages)")
    }

    func picture(_ name: String) throws -> Picture {
      try Picture.read(path: pages.folder.path(name))
    }

    func tensors(_ name: String) throws -> [String: HostTensor] {
      let file = try Checkpoint.read(path: pages.folder.path(name))
      return try Dictionary(
        uniqueKeysWithValues: file.entries.map { ($0.name, try $0.tensor()) })
    }

    func report(_ name: String) throws -> [String: Any] {
      let data = try Data(contentsOf: pages.folder.url.appendingPathComponent(name))
      return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }
  }

  @Test func theCodeOfAPictureGoesStraightBack() throws {
    let fixture = try Fixture()
    try fixture.demand(
      fixture.invert("net.tplan target.png --input label=1 --restarts 2 -o code.safetensors"))
    let report = try fixture.report("code.json")
    #expect(report["objective"] as? String == "invert")
    #expect((report["psnr"] as? Double ?? 0) > 40, "\(report)")
    let code = try fixture.tensors("code.safetensors")
    #expect(Set(code.keys) == ["z", "u", "variable.u"])
    #expect(code["u"]?.elements.allSatisfy { (0...4).contains($0) } == true)
    try fixture.demand(
      fixture.run("net.tplan --latent code.safetensors --input label=1 -o back.png --strict"))
    let (found, back) = (try fixture.picture("code.png"), try fixture.picture("back.png"))
    let worst = zip(found.samples, back.samples).map { abs(Int($0) - Int($1)) }.max()
    #expect(worst ?? .max <= 1)
  }

  /// The page that `--emit page` writes gives the same losses, codes and pictures.
  @Test func thePageWrittenOutComputesTheSame() throws {
    let fixture = try Fixture()
    try fixture.demand(fixture.pages.run("net.tgraph --invert --emit page -o written.tgraph"))
    try fixture.demand(
      fixture.pages.run("written.tgraph --synthetic-weights 1 --batch 1,2 -o written.tplan"))
    for plan in ["net", "written"] {
      try fixture.demand(
        fixture.invert(
          "\(plan).tplan target.png --input label=1 --steps 30 -o by-\(plan).safetensors"))
    }
    #expect(try fixture.tensors("by-net.safetensors") == fixture.tensors("by-written.safetensors"))
    #expect(try fixture.picture("by-net.png") == fixture.picture("by-written.png"))
    let tables = try ["net", "written"].map {
      try Data(contentsOf: fixture.pages.folder.url.appendingPathComponent("by-\($0).csv"))
    }
    #expect(tables[0] == tables[1])
    let printed = try fixture.pages.run("net.tgraph --invert --emit page")
    #expect(
      try printed.output
        == Data(contentsOf: fixture.pages.folder.url.appendingPathComponent("written.tgraph")))
  }

  @Test func aRunBeginsAtRandomOrAtZero() throws {
    let fixture = try Fixture()
    func firstLoss(_ options: String) throws -> Double? {
      try fixture.demand(
        fixture.invert("net.tplan target.png --input label=1 --steps 1 \(options) -o s.safetensors")
      )
      return try fixture.report("s.json")["loss"] as? Double
    }
    let random = try firstLoss("--seed 1")
    #expect(try firstLoss("--init random --seed 1") == random)
    #expect(try firstLoss("--seed 2") != random)
    #expect(try firstLoss("--init zero --seed 1") == firstLoss("--init zero --seed 2"))
  }

  @Test func aPlanWithoutObjectiveSaysHowToGetOne() throws {
    let fixture = try Fixture()
    try fixture.demand(fixture.pages.run("net.tgraph --synthetic-weights 1 -o plain.tplan"))
    let refused = try fixture.invert("plain.tplan target.png")
    #expect(refused.status == 64)
    #expect(refused.messages.contains("tgc net.tgraph --invert generate,"), "\(refused.messages)")
  }

  @Test func answersNameWhatIsMeant() throws {
    let fixture = try Fixture()
    let negative = try fixture.invert("net.tplan target.png --steps -1")
    #expect(negative.messages.contains("--steps -1 is no number of rounds"), "\(negative.messages)")
    let begins = try fixture.invert("net.tplan target.png --restarts -1")
    #expect(begins.messages.contains("--restarts -1: no value"), "\(begins.messages)")
    let root = try fixture.pages.run("net.tgraph --weights X=net.tgraph")
    #expect(root.status == 65 && root.messages.hasPrefix("tgc: error: "), "\(root.messages)")
    let tginspect = try #require(BuiltCommand("tginspect"))
    let page = try tginspect.run(["net.tgraph"], in: fixture.pages.folder.url)
    #expect(page.status == 65 && page.messages.contains("tgc net.tgraph --check"))
  }
}
