import Foundation
import TGImage
import TGPlan
import TGTensor
import TGTestSupport
import Testing

/// What the commands do when the system fails them: one sentence, the status, nothing left.
@Suite struct FaultTests {
  /// A folder with plans that need memory, weights or time, and the commands.
  private struct Fixture {
    let folder: TemporaryFolder
    let tgrun: BuiltCommand
    let tginspect: BuiltCommand
    let tgc: BuiltCommand

    /// Numbers of the weights of `weighted.tplan`: three blocks.
    static let weights = 700_000

    init() throws {
      tgrun = try #require(BuiltCommand("tgrun"), "build the package first: swift build -c release")
      tginspect = try #require(BuiltCommand("tginspect"), "build the package first")
      tgc = try #require(BuiltCommand("tgc"), "build the package first")
      folder = try TemporaryFolder()
      _ = try SamplePlan.write(to: path("sample.tplan"))
      try Self.weighted(path("weighted.tplan"))
      try page(
        "product.tgraph",
        """
        model M() {
          func f(a: Normal[256, 256], b: Normal[256, 256]) -> (v: Tensor[256, 256]) {
            return matmul(a, b)
          }
        }
        """)
      try page(
        "picture.tgraph",
        """
        model M() {
          func f(x: Image[3, 64, 64](-1 ... 1, fit: "crop", filter: "bicubic"))
            -> (y: Image[3, 64, 64](-1 ... 1)) { return x * 1 }
        }
        """)
    }

    func path(_ name: String) -> String { folder.path(name) }

    private func page(_ name: String, _ text: String) throws {
      try Data((text + "\n").utf8).write(to: URL(filePath: path(name)))
      let plan = name.replacing(".tgraph", with: ".tplan")
      let outcome = try tgc.run([name, "-o", plan], in: folder.url)
      try #require(outcome.status == 0, "\(outcome.messages)")
    }

    /// `y = w + x`, x one drawn number for all of w.
    private static func weighted(_ path: String) throws {
      var writer = try PlanWriter(path: path)
      _ = try writer.append(.floats((0..<weights).map { Float($0) }))
      var function = PlanFunction(name: "f", batch: 1)
      let size = (weights + 15) / 16 * 16
      function.slots = [
        Slot(kind: .weight, offset: 0, count: weights), Slot(kind: .arena, offset: 0, count: 16),
        Slot(kind: .arena, offset: 64, count: size),
      ]
      let x = View(slot: 1, shape: [1, 1])
      let y = View(slot: 2, shape: [1, weights])
      let spread = View(slot: 1, dimensions: [1, weights], strides: [1, 0])
      function.inputs = [InterfaceItem(name: "x", kind: .normal, view: x)]
      function.outputs = [InterfaceItem(name: "y", kind: .tensor, view: y)]
      function.instructions = [
        PlacedInstruction(
          .map(
            PointwiseMap(
              program: PointwiseProgram(operandCount: 2, steps: [.init(.add, [0, 1])]),
              operands: [View(slot: 0, shape: [1, weights]), spread], output: y)),
          label: "add", source: "")
      ]
      function.arenaBytes = 64 + 4 * size
      var plan = Plan(name: "weighted")
      plan.functions = [function]
      _ = try writer.finish(plan)
    }

    func run(_ line: String, limit: String? = nil, stop: BuiltCommand.Stop? = nil) throws
      -> BuiltCommand.Outcome
    {
      try tgrun.run(
        line.split(separator: " ").map(String.init), in: folder.url, limit: limit, stop: stop)
    }

    func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

    /// Temporary files that were left.
    func remains() throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
        .filter { $0.hasSuffix(".tmp") }
    }

    /// Writes bytes over some of the plan with weights, where it is.
    func damage(_ bytes: Int, with value: (UInt8) -> UInt8) throws {
      let handle = try FileHandle(forUpdating: URL(filePath: path("weighted.tplan")))
      defer { try? handle.close() }
      try handle.seek(toOffset: 512 + 1_500_000)
      let old = try #require(try handle.read(upToCount: bytes))
      try handle.seek(toOffset: 512 + 1_500_000)
      try handle.write(contentsOf: Data(old.map(value)))
    }
  }

  /// The system's loader could not even begin: nothing of ours ran.
  private static func neverBegan(_ outcome: BuiltCommand.Outcome) -> Bool {
    outcome.status == 127 && outcome.messages.contains("shared object")
      || outcome.status == 128 + SIGKILL && outcome.messages.isEmpty
  }

  /// From an address space that the loader needs to one that is enough, every run ends with the
  /// result or with 71 and a sentence.
  @Test func anyLimitOfMemoryGivesAResultOrASentence() throws {
    let fixture = try Fixture()
    let lines: [(BuiltCommand, String)] = [
      (fixture.tgrun, "weighted.tplan --output y=y.npy"),
      (fixture.tgrun, "product.tplan --output v=v.npy --threads 2"),
      (fixture.tgrun, "sample.tplan bird -o bird.png"),
      (fixture.tginspect, "product.tplan --function f"),
      (fixture.tgc, "product.tgraph -o again.tplan"),
    ]
    for (command, line) in lines {
      let arguments = line.split(separator: " ").map(String.init)
      var statuses: Set<Int32> = []
      for limit in stride(from: 36_000, through: 120_000, by: 6_000) {
        let outcome = try command.run(arguments, in: fixture.folder.url, limit: "-v \(limit)")
        if Self.neverBegan(outcome) { continue }
        statuses.insert(outcome.status)
        #expect([0, 71].contains(outcome.status), "\(line), \(limit): \(outcome.messages)")
        #expect(
          outcome.status == 0 || outcome.messages.contains("refused"),
          "\(line), \(limit): \(outcome.messages)")
      }
      #expect(!statuses.isEmpty, "\(line)")
    }
    // OpenBLAS's buffers do not fit, where it is what multiplies; what multiplies is never waited for.
    let outcome = try fixture.run("product.tplan --output v=v.npy", limit: "-v 200000")
    #expect([0, 71].contains(outcome.status), "\(outcome.messages)")
    #expect(try fixture.remains().isEmpty)
  }

  /// Fewer buffers than threads: fewer threads, the same bits.
  @Test func aLimitChangesNoBit() throws {
    let fixture = try Fixture()
    let free = try fixture.run("product.tplan --seed 3 --output v=free.npy --threads 8")
    #expect(free.status == 0, "\(free.messages)")
    // What is left beside the buffers depends on the machine; where it is too little the run ends so.
    var completed = 0
    for limit in stride(from: 400_000, through: 600_000, by: 50_000) {
      let held = try fixture.run(
        "product.tplan --seed 3 --output v=held-\(limit).npy --threads 8", limit: "-v \(limit)")
      #expect([0, 71].contains(held.status), "\(held.messages)")
      guard held.status == 0 else { continue }
      completed += 1
      let files = try ["free.npy", "held-\(limit).npy"].map {
        try Data(contentsOf: URL(filePath: fixture.path($0)))
      }
      #expect(files[0] == files[1], "\(limit)")
    }
    #expect(completed >= 2)
  }

  @Test func limitsOfFilesAreErrorsOfTheCall() throws {
    let fixture = try Fixture()
    let large = try fixture.run("weighted.tplan --output y=y.npy", limit: "-f 100")
    #expect(large.status == 74, "\(large.messages)")
    #expect(!fixture.has("y.npy"))
    for limit in 3...7 {
      let outcome = try fixture.run("sample.tplan bird -o few-\(limit).png", limit: "-n \(limit)")
      if Self.neverBegan(outcome) { continue }
      #expect(
        [0, 66, 73, 74].contains(outcome.status), "\(limit): \(outcome.status) \(outcome.messages)")
      #expect(fixture.has("few-\(limit).png") == (outcome.status == 0))
    }
    #expect(try fixture.remains().isEmpty)
  }

  @Test func damagedWeightsAreFoundBeforeAnythingIsWritten() throws {
    let fixture = try Fixture()
    let line = "weighted.tplan --seed 1 --output y=y.npy"
    let damages: [(Int, (UInt8) -> UInt8)] = [(1, { $0 ^ 0x10 }), (4096, { _ in 0 })]
    for (bytes, change) in damages {
      try fixture.damage(bytes, with: change)
      let outcome = try fixture.run(line)
      #expect(outcome.status == 65, "\(outcome.messages)")
      #expect(outcome.messages.contains("weighted.tplan is damaged"), "\(outcome.messages)")
      #expect(outcome.messages.contains("hint: make the plan again"), "\(outcome.messages)")
      #expect(!fixture.has("y.npy"))
      let plain = try fixture.tginspect.run(["weighted.tplan"], in: fixture.folder.url)
      #expect(plain.status == 0)
      let verified = try fixture.tginspect.run(
        ["weighted.tplan", "--verify"], in: fixture.folder.url)
      #expect(verified.status == 65, "\(verified.messages)")
    }
    #expect(try fixture.run(line + " --no-verify").status == 0)
    #expect(fixture.has("y.npy"))
  }

  @Test func aPlanThatIsCutOffWhileItRuns() throws {
    let fixture = try Fixture()
    try FileManager.default.createDirectory(
      atPath: fixture.path("out"), withIntermediateDirectories: false)
    let whole = try Data(contentsOf: URL(filePath: fixture.path("weighted.tplan")))
    for options in ["", " --no-verify", " --json"] {
      try whole.write(to: URL(filePath: fixture.path("weighted.tplan")))
      let first = "out/weighted-0-y.npy"
      try? FileManager.default.removeItem(atPath: fixture.path(first))
      let outcome = try fixture.run(
        "weighted.tplan --seeds 0-9999 --outdir out" + options,
        stop: .instead(once: { fixture.has(first) }) {
          _ = unsafe truncate(fixture.path("weighted.tplan"), 4096)
        })
      #expect(outcome.status == 74, "\(options): \(outcome.messages)")
      #expect(
        outcome.messages.contains("weighted.tplan became shorter while it was read"),
        "\(options): \(outcome.messages)")
      if options == " --json" {
        let line = try #require(outcome.messages.split(separator: "\n").last)
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        #expect((object?["error"] as? [String: Any])?["code"] as? Int == 74)
        #expect(object?["schema_version"] as? Int == 1)
      }
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: fixture.path("out"))
          .allSatisfy { !$0.hasSuffix(".tmp") })
    }
  }

  /// A picture of 24 megapixels whose file has some kilobytes.
  @Test func aLargePictureTakesNoMemory() throws {
    let fixture = try Fixture()
    let picture = Picture(height: 4000, width: 6000, colour: [200, 90, 10])
    try picture.write(path: fixture.path("large.png"))
    let outcome = try fixture.run("picture.tplan large.png -o small.png --max-memory 16")
    #expect(outcome.status == 0, "\(outcome.messages)")
    let small = try Picture.read(path: fixture.path("small.png"))
    #expect(small.samples.prefix(3) == [200, 90, 10])
    // The whole picture is asked for here, and does not fit.
    let whole = try fixture.run(
      "picture.tplan large.png -o small.png --before-after --max-memory 16")
    #expect(whole.status == 71, "\(whole.messages)")
    #expect(whole.messages.contains("--max-memory"), "\(whole.messages)")
    #expect(try fixture.remains().isEmpty)
  }

  /// A photograph of 24 megapixels, as stored and to be turned; all of it would take 144 MB.
  @Test(arguments: [1, 3, 6] as [UInt8])
  func aLargePhotographTakesNoMemory(orientation: UInt8) throws {
    let fixture = try Fixture()
    let picture = Picture(height: 4000, width: 6000, colour: [200, 90, 10])
    let block: [UInt8] =
      [0x4D, 0x4D, 0, 0x2A, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation]
      + [UInt8](repeating: 0, count: 6)
    var bytes = try picture.encoded(as: PictureEncoding(.jpeg))
    bytes.insert(
      contentsOf: [0xFF, 0xE1, 0, UInt8(8 + block.count)] + Array("Exif\0\0".utf8) + block, at: 20)
    try Data(bytes).write(to: URL(filePath: fixture.path("large.jpg")))
    let outcome = try fixture.run("picture.tplan large.jpg -o small.png --max-memory 16")
    #expect(outcome.status == 0, "\(outcome.messages)")
    let small = try Picture.read(path: fixture.path("small.png"))
    for (found, wanted) in zip(small.samples.prefix(3), [200, 90, 10]) {
      #expect(abs(Int(found) - wanted) <= 2)
    }
  }

  @Test func workIsBounded() throws {
    let fixture = try Fixture()
    let page = """
      model M() {
        func f(x: Tensor[1] = 0) -> (y: Tensor[1]) {
          return mean(expand(x, [2000000000]), axis: 0, keep: true)
        }
      }
      """
    try Data((page + "\n").utf8).write(to: URL(filePath: fixture.path("long.tgraph")))
    let compiled = try fixture.tgc.run(["long.tgraph"], in: fixture.folder.url)
    try #require(compiled.status == 0, "\(compiled.messages)")
    let listing = try fixture.tginspect.run(["long.tplan"], in: fixture.folder.url)
    #expect(listing.text.contains("0 MACs, work 2.0 G"), "\(listing.text)")
    let held = try fixture.run("long.tplan --output y=y.npy --max-work 1")
    #expect(held.status == 71, "\(held.messages)")
    #expect(held.messages.contains("2000000000 multiply-adds or elements"), "\(held.messages)")
    #expect(held.messages.contains("hint: raise --max-work"), "\(held.messages)")
    #expect(!fixture.has("y.npy"))
    for (limit, status) in [("1", 71), ("2", 0), ("0", 64)] as [(String, Int32)] {
      let verified = try fixture.tginspect.run(
        ["long.tplan", "--verify", "--max-work", limit], in: fixture.folder.url)
      #expect(verified.status == status, "\(verified.messages)")
    }
  }
}
