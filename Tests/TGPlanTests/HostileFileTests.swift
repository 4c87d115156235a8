import Foundation
import TGPlan
import TGTensor
import Testing

/// Files that are no sound plans.
@Suite struct HostileFileTests {
  /// A sound file of two kilobytes.
  private static func tiny() throws -> PlanSections {
    var plan = Plan(name: "tiny")
    var function = PlanFunction(name: "f", batch: 1)
    function.slots = [
      Slot(kind: .weight, offset: 0, count: 16), Slot(kind: .arena, offset: 0, count: 16),
    ]
    let view = View(slot: 1, shape: [16])
    function.instructions = [
      PlacedInstruction(
        .map(
          PointwiseMap(
            program: .identity, operands: [View(slot: 0, shape: [16])], output: view)),
        label: "copy", source: "tiny.tgraph:1")
    ]
    function.outputs = [InterfaceItem(name: "y", kind: .tensor, view: view)]
    function.arenaBytes = 64
    plan.functions = [function]
    plan.weightBytes = 64
    plan.texts = [Plan.TextResource(name: "t", bytes: Array("words".utf8))]
    plan.documentation = String(repeating: "A page of words. ", count: 70)
    let encoder = PlanEncoder(plan)
    return PlanSections(
      weights: [UInt8](repeating: 0x3F, count: 64), texts: encoder.texts, message: encoder.bytes)
  }

  private func problem(
    _ bytes: [UInt8], verify: Bool = true, in folder: TemporaryFolder
  ) throws -> PlanError? {
    let path = try folder.write(bytes)
    do {
      _ = try PlanFile.load(path: path, verifyWeights: verify)
      return nil
    } catch {
      #expect(error.path == path)
      #expect([65, 66, 69, 71, 74].contains(error.exitCode))
      #expect(!error.description.isEmpty)
      return error
    }
  }

  @Test func aSoundFileLoads() throws {
    let folder = try TemporaryFolder()
    let tiny = try HostileFileTests.tiny()
    #expect(tiny.file.count > 1500 && tiny.file.count < 2500)
    #expect(try problem(tiny.file, in: folder) == nil)
    #expect(try PlanSections(file: tiny.file) == tiny)
  }

  @Test func everyTruncationIsRefused() throws {
    let folder = try TemporaryFolder()
    let file = try HostileFileTests.tiny().file
    for count in 0..<file.count {
      #expect(try problem(Array(file[..<count]), in: folder) != nil, "\(count) bytes")
    }
    #expect(try problem(file + [0], in: folder)?.problem == .trailingBytes(1))
  }

  @Test func everyFlippedBitIsFound() throws {
    let folder = try TemporaryFolder()
    let file = try HostileFileTests.tiny().file
    let seed = UInt8.random(in: 0..<8)
    print("bit \(seed) of byte 0, one further for each byte")
    for index in file.indices {
      var damaged = file
      damaged[index] ^= 1 << ((seed + UInt8(index % 8)) % 8)
      let found = try problem(damaged, in: folder)
      #expect(found != nil, "byte \(index)")
      // Without verification damage to the weights is not looked for.
      if (512..<576).contains(index) {
        #expect(try problem(damaged, verify: false, in: folder) == nil)
        #expect(found?.problem == .sectionChecksum(.weights))
      }
    }
  }

  @Test func foreignFilesAreCalledByTheirName() throws {
    let folder = try TemporaryFolder()
    let cases: [(start: [UInt8], kind: ForeignFile)] = [
      ([], .empty),
      (Array("version https://git-lfs.github.com/spec/v1\noid sha256:".utf8), .pointer),
      (Array("<!DOCTYPE html>".utf8), .page),
      ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A], .picture),
      (Array("PK\u{3}\u{4}....".utf8), .zip),
      (Array("model Small {".utf8), .graph),
      ([UInt8](repeating: 0, count: 4096), .other),
      (Array("TGPLAN\r\n".utf8) + [UInt8](repeating: 0, count: 600), .other),
    ]
    for (start, kind) in cases {
      #expect(try problem(start, in: folder)?.problem == .notAPlan(kind))
    }
    #expect(
      try problem(Array("TGPLA".utf8), in: folder)?.problem == .truncated(expected: 512, found: 5))
  }

  @Test func headersThatLie() throws {
    let folder = try TemporaryFolder()
    let file = try HostileFileTests.tiny().file
    func changed(_ offset: Int, _ bytes: [UInt8], sealed: Bool = true) -> [UInt8] {
      var copy = file
      copy.replaceSubrange(offset..<offset + bytes.count, with: bytes)
      return sealed ? PlanSections.resealed(copy) : copy
    }
    let many = [UInt8](repeating: 0xFF, count: 7)
    let cases: [(name: String, bytes: [UInt8], problem: PlanProblem)] = [
      ("future version", changed(8, [2]), .version(2)),
      ("old version", changed(8, [0]), .version(0)),
      ("far future version", changed(8, [1, 0, 1]), .version(65537)),
      ("other byte order", changed(12, [4, 3, 2, 1]), .byteOrder),
      ("unsealed", changed(300, [1], sealed: false), .headerChecksum),
      ("header length", changed(16, [1]), .header),
      ("section count", changed(20, [2]), .header),
      (
        "unknown feature", changed(24, [1] + file[25..<288] + Array("holograms".utf8)),
        .requiredFeature("holograms")
      ),
      ("feature without a name", changed(24, [1]), .header),
      ("too many features", changed(24, [7]), .header),
      ("feature not counted", changed(288, Array("holograms".utf8)), .header),
      ("reserved bytes", changed(28, [1]), .header),
      ("reserved bytes of a section", changed(32 + 24, [1]), .header),
      ("sections exchanged", changed(32, [1]), .header),
      ("weights inside the header", changed(40, [0, 0]), .section(.weights, .misplaced)),
      ("weights after a hole", changed(40, [64, 2]), .section(.weights, .misplaced)),
      ("weights misaligned", changed(40, [1]), .section(.weights, .misaligned)),
      ("weights before the file", changed(41, many), .section(.weights, .outsideFile)),
      ("weights past the end", changed(48, [0, 0, 1]), .section(.weights, .outsideFile)),
      ("weights of odd size", changed(48, [63]), .section(.weights, .misaligned)),
      ("weights too short", changed(48, [0]), .section(.sums, .misplaced)),
      ("weights of 2⁶³ bytes", changed(55, [0x80]), .section(.weights, .outsideFile)),
      ("sums past the end", changed(32 + 64 + 16, [0, 0, 1]), .section(.sums, .outsideFile)),
      ("sums of more blocks", changed(32 + 64 + 16, [16]), .section(.sums, .lengthMismatch)),
      ("texts past the end", changed(32 + 128 + 16, [0, 0, 1]), .section(.texts, .outsideFile)),
      ("texts too long", changed(32 + 128 + 16, [100]), .section(.message, .misplaced)),
      (
        "message of 2⁶³ - 1 bytes", changed(32 + 192 + 17, many.dropLast() + [0x7F]),
        .section(.message, .outsideFile)
      ),
      ("sum hash", changed(32 + 64 + 32, [0, 0, 0, 0]), .sectionChecksum(.sums)),
      ("text hash", changed(32 + 128 + 32, [0, 0, 0, 0]), .sectionChecksum(.texts)),
      ("message hash", changed(32 + 192 + 32, [0, 0, 0, 0]), .sectionChecksum(.message)),
      ("weight hash", changed(32 + 32, [0, 0, 0, 0]), .sectionChecksum(.weights)),
    ]
    for (name, bytes, expected) in cases {
      let found = try problem(bytes, in: folder)?.problem
      #expect(found == expected, "\(name)")
    }
    let feature = try problem(cases[6].bytes, in: folder)
    #expect(feature?.exitCode == 65)
    #expect(try problem(cases[7].bytes, in: folder)?.exitCode == 69)
    #expect(try problem(cases[0].bytes, in: folder)?.exitCode == 69)
  }

  @Test func sectionsAboveTheLimitsAreNotRead() throws {
    let folder = try TemporaryFolder()
    let tiny = try HostileFileTests.tiny()
    let path = try folder.write(tiny.file)
    var limits = PlanLimits.standard
    limits.textBytes = 4
    #expect(throws: PlanError.self) { try PlanFile.load(path: path, limits: limits) }
    limits = .standard
    limits.messageBytes = tiny.message.count - 1
    let error = try #require(throws: PlanError.self) {
      try PlanFile.load(path: path, limits: limits)
    }
    #expect(error.problem == .limit(.messageBytes, tiny.message.count, tiny.message.count - 1))
  }

  @Test func weightsMayBeAnyNumber() throws {
    let folder = try TemporaryFolder()
    var tiny = try HostileFileTests.tiny()
    let numbers: [Float] = [.nan, .infinity, -.infinity, .leastNonzeroMagnitude, -0.0]
    for (index, number) in numbers.enumerated() {
      for byte in 0..<4 {
        tiny.weights[index * 4 + byte] = UInt8(
          truncatingIfNeeded: number.bitPattern >> UInt32(8 * byte))
      }
    }
    let file = try PlanFile.load(path: folder.write(tiny.file), verifyWeights: true)
    #expect(file.numbers(at: 0, count: 5) == numbers.map { Int32(bitPattern: $0.bitPattern) })
  }

  @Test func replacingTheFileLeavesALoadedPlanAlone() throws {
    let folder = try TemporaryFolder()
    let tiny = try HostileFileTests.tiny()
    let path = try folder.write(tiny.file)
    let loaded = try PlanFile.load(path: path)
    let before = loaded.numbers(at: 0, count: 16)
    try AtomicFile.save([UInt8](repeating: 0, count: 16), to: path)
    #expect(loaded.numbers(at: 0, count: 16) == before)
    #expect(throws: PlanError.self) { try PlanFile.load(path: path) }
  }

  @Test func pathsThatAreNoFiles() throws {
    let folder = try TemporaryFolder()
    func code(_ path: String) -> Int32? {
      do {
        _ = try PlanFile.load(path: path)
        return nil
      } catch { return error.exitCode }
    }
    #expect(code(folder.file("missing")) == 66)
    #expect(code(folder.path) == 66)
    #expect(code("/dev/zero") == 66)
    #expect(unsafe mkfifo(folder.file("pipe"), 0o600) == 0)
    #expect(code(folder.file("pipe")) == 66)
    #expect(unsafe symlink(folder.file("nowhere"), folder.file("link")) == 0)
    #expect(code(folder.file("link")) == 66)
  }

  @Test(.enabled(if: geteuid() != 0, "the superuser may read every file"))
  func aFileThatMayNotBeReadIsMissingInput() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(HostileFileTests.tiny().file)
    unsafe chmod(path, 0)
    let error = try #require(throws: PlanError.self) { _ = try PlanFile.load(path: path) }
    #expect(error.exitCode == 66)
  }

  @Test func nothingAppearsUntilItIsWhole() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a.tplan")
    do {
      var writer = try PlanWriter(path: path)
      _ = try writer.append(.floats([1, 2, 3]))
    }
    #expect(!FileManager.default.fileExists(atPath: path))
    let refusal = try #require(throws: PlanError.self) {
      _ = try PlanWriter(path: path).finish(Plan(name: "no functions"))
    }
    #expect(refusal.problem == .noFunction)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    let error = try #require(throws: PlanError.self) {
      _ = try PlanWriter(path: folder.path + "/none/a.tplan")
    }
    #expect(error.exitCode == 73)
  }
}
