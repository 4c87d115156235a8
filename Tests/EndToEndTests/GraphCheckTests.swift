import Foundation
import TGTensor
import TGTestSupport
import Testing

/// Every page of `Graphs/` as a user meets it: it checks, it is in the canonical style, it compiles
/// without a checkpoint, and its entry points run with outputs that are finite, alive, and the same at
/// every level and on every instruction set. (Objectives: GraphLibraryTests.)
@Suite struct GraphCheckTests {
  /// A page, in a size that is quick to run.
  struct Page: Sendable, CustomTestStringConvertible {
    let name: String
    var model: String?
    var settings: [String] = []
    /// Functions that round on the way, so that a last bit can become a step of 1/255.
    var rounding: Set<String> = []
    var testDescription: String { name + (model.map { " \($0)" } ?? "") }

    init(
      _ name: String, model: String? = nil, _ settings: String = "", rounding: Set<String> = []
    ) {
      self.name = name
      self.model = model
      self.settings = settings.split(separator: " ").map(String.init)
      self.rounding = rounding
    }
  }

  static let pages = basicPages + paintPages + readPages + seePages + generatePages

  private static let basicPages = [
    Page("mnist-lenet"),
    Page("mnist-mlp-safetensors"),
    Page("tiny-darknet", "size=64"),
    Page("inception-mixed6b", "c7=16"),
    Page("indomain", "size=16"),
    Page("style-encoder", "d=4"),
    Page("biggan", "ch=4 classes=5"),
    Page(
      "biggan-block",
      "inputs=8 outputs=4 condition=6 size=4 normEpsilon=1e-4 spectralEpsilon=1e-4"),
    Page("biggan-block", "inputs=8 outputs=4 condition=6 size=4"),
    Page("dcgan", "z=12 g=8"),
    Page("dcgan", model: "Discriminator", "d=8 channels=1"),
    Page("fashion-mnist-dcgan"),
    Page("mnist-cgan"),
    Page("mnist-mlp-gan"),
    Page("mnist-vae"),
    Page("singan-birds", "stage=1", rounding: ["chain"]),
    Page("stylegan1", "resolution=32 widest=16"),
    Page("stylegan1", "resolution=16 widest=16 noiseMode=random"),
    Page("stylegan1-port", "resolution=32 widest=16"),
    Page("stylegan2", "resolution=32 widest=16 styles=32 depth=2 psi=0.7"),
    Page(
      "stylegan2-ada",
      "resolution=32 channels=512 widest=16 styles=32 depth=2 psi=0.7"),
    Page(
      "stylegan2-ada",
      "resolution=16 channels=512 widest=16 styles=32 depth=2 noiseMode=random"),
    Page("dcgan-walk", "z=12 g=8 samples=2"),
    Page("walk", "rounds=3 samples=1 edit=shiftX"),
    Page("assess", "rounds=3 samples=1"),
    Page("gan-scenes-walk", "rounds=3 samples=1 edit=shiftX"),
    Page("gan-int-cls-inversion", "g=4 d=4 textSize=8 narrowed=4 z=6 features=0.1"),
    Page("inversion", "rounds=3"),
    Page("idinvert", "size=8 widest=16"),
    Page("image2stylegan", "resolution=16 widest=16"),
    Page("mnist-vae-inversion"),
    Page("style-transfer-inversion", "g=4 d=4 textSize=8 narrowed=4 z=6"),
    Page("stylegan2-projector", "resolution=16 widest=16 samples=20"),
    Page("sketch2photo", "height=32 width=40"),
    Page("style-wave", "height=32 width=40"),
    Page("tagan", "base=4 hidden=6 condition=5 wordSize=7 length=5 size=16"),
    Page(
      "tagan", "base=4 hidden=6 condition=5 wordSize=7 length=5 size=16 entries=9"),
    Page("tagan", model: "Discriminator", "base=4 hidden=6 wordSize=7 length=5"),
    Page(
      "tagan-scenes",
      "base=2 hidden=6 wordSize=7 condition=5 regions=3 size=16 length=4 entries=9"),
    Page(
      "tagan-scenes",
      "base=2 hidden=6 wordSize=7 condition=5 regions=3 size=16 length=4 entries=9 tap=2"),
    Page("lpips", "size=16"),
    Page("lpips", "size=16 whole=true"),
    Page("vgg16", "size=32"),
    Page("vgg16", "size=16 normalize=false relus=[0,1,5,8]"),
    Page("vgg16", model: "VGG16Caffe", "size=16"),
    Page("vgg19", "size=16"),
    Page("attngan-fashion-text-encoder", "entries=9 length=5 nef=12"),
    Page("damsm", "entries=9 length=5 nef=12"),
    Page("shapes-text-encoder", "length=5 width=16"),
    Page("attngan", "g=2 entries=9 length=5 nef=12 z=6 condition=6 residuals=1"),
    Page("gan-int-cls", "g=4 d=4 textSize=12 narrowed=8 z=6"),
    Page("gan-int-cls", "g=4 d=4 textSize=12 narrowed=8 z=6 coco=true"),
    Page(
      "gan-scenes", "g=4 d=4 z=6 narrowed=8 entries=9 hidden=6 wordSize=7 length=5"),
    Page("joint-scenes", "entries=9 length=5 hidden=6 wordSize=7 width=2 slots=3 size=5 side=16"),
    Page("tirg-grids", "entries=9 length=5 size=4 width=1 side=16"),
    Page(
      "gan-scenes", "g=4 d=4 z=6 narrowed=8 entries=9 hidden=6 wordSize=7 length=5 tap=10"),
    Page("scene-parts", "width=2 size=24"),
    Page("style-transfer", "g=4 d=4 textSize=12 narrowed=8 z=6"),
    Page("lxmert-cross-layer", "length=3 regions=4"),
  ]

  /// The names of the pages that are there.
  private static let names = (GraphPages.all + GraphPages.ofTests)
    .filter { !$0.hasPrefix("blocks/") }.map { Self.name(of: $0) }
  /// The names of all files.
  private static let files = (GraphPages.all + GraphPages.ofTests).map { Self.name(of: $0) }

  private static func name(of page: String) -> String {
    page.split(separator: "/").last.map(String.init) ?? page
  }

  @Test func noPageIsForgotten() throws {
    #expect(Self.names.count >= 40)
    #expect(Set(Self.pages.map { $0.name }).sorted() == Self.names.sorted())
    // `tgc NAME` would be a subcommand.
    #expect(Self.names.allSatisfy { !["compile", "draft", "fmt", "help"].contains($0) })
  }

  /// A page lies in the folder of its family, and no name stands twice: `tgc NAME` finds it.
  @Test func everyNameStandsOnce() {
    for page in GraphPages.all { #expect(page.split(separator: "/").count == 2, "\(page)") }
    for (name, pages) in Dictionary(grouping: Self.files, by: \.self) {
      #expect(pages.count == 1, "\(name) stands in \(pages.count) folders")
    }
  }

  /// What two pages share lies in `blocks`: a page takes models from other pages, and blocks and
  /// functions from there.
  @Test func whatPagesShareLiesInBlocks() throws {
    var users: [String: Int] = [:]
    for page in GraphPages.all {
      let file = GraphPages.library.appending(path: page + ".tgraph")
      let text = try String(contentsOf: file, encoding: .utf8)
      for statement in text.matches(of: /import ([\w, ]+) from "([^"]+)"/) {
        let target = file.deletingLastPathComponent().appending(path: String(statement.2))
          .standardized
        if target.deletingLastPathComponent().lastPathComponent == "blocks" {
          users[target.lastPathComponent, default: 0] += 1
          continue
        }
        let other = try String(contentsOf: target, encoding: .utf8)
        for name in statement.1.split(separator: ",") {
          let isModel = other.contains("\nmodel \(name.trimmingCharacters(in: .whitespaces))(")
          #expect(isModel, "\(page) takes \(name) from \(statement.2)")
        }
      }
    }
    let blocks = GraphPages.all.filter { $0.hasPrefix("blocks/") }
    #expect(blocks.count >= 5)
    for block in blocks {
      #expect(users[Self.name(of: block) + ".tgraph", default: 0] >= 2, "\(block)")
    }
  }

  /// Each page has an entry below the heading of its family, each block a row.
  @Test func everyPageSaysWhereItsWeightsComeFrom() throws {
    let file = GraphPages.library.appending(path: "README.md")
    var rows: Set<String> = []
    var family = ""
    for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
      if line.hasPrefix("## ") { family = String(line.dropFirst(3)) }
      guard let start = ["| `", "- **`"].first(where: line.hasPrefix) else { continue }
      rows.insert("\(family)/\(line.dropFirst(start.count).prefix { $0 != "`" })")
    }
    #expect(rows.sorted() == GraphPages.all)
  }

  @Test func pagesCheckInTheirFullSize() throws {
    let tgc = try #require(BuiltCommand("tgc"), "build the package first: swift build -c release")
    for name in Self.names {
      let outcome = try tgc.run(
        [GraphPages.file(name).path, "--check", "--allow-imports", GraphPages.library.path],
        in: GraphPages.library)
      #expect(outcome.status == 0, "\(name): \(outcome.messages)")
      #expect(outcome.messages.isEmpty, "\(name) has findings: \(outcome.messages)")
    }
  }

  @Test func pagesAreInTheCanonicalStyle() throws {
    let tgc = try #require(BuiltCommand("tgc"))
    let outcome = try tgc.run(
      ["fmt", "--check"] + Self.files.map { GraphPages.file($0).path }, in: GraphPages.library)
    #expect(outcome.status == 0, "\(outcome.text)\(outcome.messages)")
  }

  @Test(arguments: pages)
  func pagesRunAliveAndTheSameEverywhere(page: Page) throws {
    let folder = try TemporaryFolder()
    try Self.compile(page, "-O0", in: folder)
    try Self.compile(page, "-O2", in: folder)
    let tginspect = try #require(BuiltCommand("tginspect"))
    let inspected = try tginspect.run(["O2.tplan", "--json"], in: folder.url)
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let plan = try decoder.decode(Inspected.self, from: inspected.output)
    #expect(!plan.functions.isEmpty)
    for function in plan.functions where function.role == "entry" {
      let inputs = try Self.inputs(of: function, in: folder)
      func run(_ plan: String, isa: String? = nil) throws -> [String: HostTensor]? {
        try Self.run(plan, function, inputs, isa: isa, in: folder)
      }
      let plain = try #require(try run("O0.tplan"))
      for output in function.outputs {
        let values = try #require(plain[output.name]).elements
        let isFinite = values.allSatisfy { $0.isFinite }
        #expect(isFinite, "\(page) \(function.name) \(output.name)")
        if values.count >= 16 {
          let spread = Self.deviation(values)
          #expect(spread >= 0.05, "\(page) \(function.name) \(output.name): \(spread)")
        }
      }
      guard !page.rounding.contains(function.name) else { continue }
      for isa in [nil, "scalar", "avx2", "avx512"] {
        guard let found = try run("O2.tplan", isa: isa) else { continue }
        for output in function.outputs {
          let expected = try #require(plain[output.name])
          let other = try #require(found[output.name])
          let difference = Self.difference(other, expected)
          #expect(
            difference <= 1, "\(page) \(function.name) \(output.name) at O2, \(isa ?? "default")")
        }
      }
    }
  }

  // MARK: The commands

  private static func compile(_ page: Page, _ level: String, in folder: TemporaryFolder) throws {
    var line = [GraphPages.file(page.name).path, level]
    line += ["--allow-imports", GraphPages.library.path]
    line += ["--synthetic-weights", "1", "--batch", "2", "--verify-passes"]
    line += ["-o", "\(level.dropFirst()).tplan"]
    line += page.settings.flatMap { ["--set", $0] }
    if let model = page.model { line += ["--model", model] }
    let outcome = try #require(BuiltCommand("tgc")).run(line, in: folder.url)
    try #require(outcome.status == 0, "\(page) \(level): \(outcome.messages)")
  }

  /// The outputs of a function by name; nil if the machine lacks the instruction set.
  private static func run(
    _ plan: String, _ function: Function, _ inputs: [String], isa: String?,
    in folder: TemporaryFolder
  ) throws -> [String: HostTensor]? {
    var line = [plan, "--function", function.name, "--threads", "2"]
    line += inputs.flatMap { ["--input", $0] }
    line += function.outputs.flatMap { ["--output", "\($0.name)=out-\($0.name).npy"] }
    let outcome = try #require(BuiltCommand("tgrun")).run(
      line, in: folder.url, environment: isa.map { ["TG_ISA": $0] } ?? [:])
    if outcome.status == 69, let isa {
      print("note: this machine has no \(isa); not tried there")
      return nil
    }
    try #require(outcome.status == 0, "\(function.name): \(outcome.messages)")
    var result: [String: HostTensor] = [:]
    for output in function.outputs {
      result[output.name] = try NumpyArray.read(path: folder.path("out-\(output.name).npy")).tensor
    }
    return result
  }

  /// An array for each input without a default, as `NAME=FILE`; captions of 1 and all words.
  private static func inputs(of function: Function, in folder: TemporaryFolder) throws -> [String] {
    var numbers = SeededNumbers(seed: 1)
    var named: [String] = []
    func write(_ name: String, _ tensor: HostTensor) throws {
      let file = folder.url.appendingPathComponent(name + ".npy")
      try Data(NumpyArray(tensor).encoded).write(to: file)
      named.append("\(name)=\(name).npy")
    }
    for item in function.inputs where item.default == nil {
      let shape = Shape(item.shape)
      switch item.kind {
      case "text": try write(item.name, numbers.wholeNumbers(shape, below: max(2, item.rows ?? 2)))
      case "label": try write(item.name, numbers.wholeNumbers(shape, below: item.classes ?? 1))
      case "image":
        let range = item.range ?? [-1, 1]
        try write(item.name, numbers.tensor(shape, in: range[0]...range[1]))
      default: try write(item.name, numbers.tensor(shape, in: -1.5...1.5))
      }
      if item.hasLengths == true {
        let lengths = (0..<shape[0]).map { Float($0 == 0 ? shape[1] : 1) }
        try write(item.name + ".lengths", HostTensor([shape[0]], lengths))
      }
    }
    return named
  }

  // MARK: Numbers

  private static func deviation(_ values: [Float]) -> Double {
    let mean = values.reduce(0) { $0 + Double($1) } / Double(values.count)
    let squares = values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
    return (squares / Double(values.count)).squareRoot()
  }

  /// The largest difference as a share of what parity allows: 1e-4 · max(1, max|b| / 10).
  private static func difference(_ a: HostTensor, _ b: HostTensor) -> Double {
    guard a.shape == b.shape else { return .infinity }
    let largest = b.elements.map { Double(abs($0)) }.max() ?? 0
    let off = zip(a.elements, b.elements).map { abs(Double($0) - Double($1)) }.max() ?? 0
    return off / (1e-4 * max(1, largest / 10))
  }

  // MARK: What `tginspect --json` prints

  private struct Inspected: Decodable {
    let functions: [Function]
  }

  private struct Function: Decodable {
    let name: String
    let role: String
    let inputs: [Item]
    let outputs: [Item]
  }

  private struct Item: Decodable {
    let name: String
    let kind: String
    let shape: [Int]
    let range: [Float]?
    let classes: Int?
    let rows: Int?
    let `default`: Float?
    let hasLengths: Bool?
  }
}
