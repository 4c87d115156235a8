import Foundation
import TGCheckpoint
import TGTensor
import Testing

/// Files of Torch7: values, views, graphs of modules. The files are made by Tools/fixtures/torch7.py.
@Suite struct Torch7Tests {
  private static let expected = Fixtures.expected(in: "torch7")

  @Test func fixturesAreThere() { #expect(Self.expected.count >= 15) }

  @Test(arguments: expected)
  func everyElementIsRead(_ expected: Fixtures.Expected) throws {
    try FixtureTests().everyElementIsRead(expected)
  }

  @Test(arguments: expected)
  func everyTruncationIsRefused(_ expected: Fixtures.Expected) throws {
    let bytes = try Fixtures.bytes(expected.file)
    // Of a longer file a place of each value is enough.
    for length in stride(from: 0, to: bytes.count, by: bytes.count > 1000 ? 7 : 1) {
      #expect(refusal(of: [UInt8](bytes[..<length])) != nil, "\(length) of \(bytes.count)")
    }
    #expect(refusal(of: bytes + [0x78]) != nil)
  }

  /// The bytes of a text of hexadecimal digits.
  private func hex(_ text: String) -> [UInt8] {
    let digits = Array(text.filter { $0 != " " })
    return stride(from: 0, to: digits.count, by: 2).map {
      UInt8(String(digits[$0...$0 + 1]), radix: 16)!
    }
  }

  private func read(_ bytes: [UInt8]) throws -> Checkpoint {
    try Checkpoint.read(ByteRegion(bytes), path: "file.t7")
  }

  @Test func tableOfANumber() throws {
    let file = try read(
      hex("03000000 01000000 01000000 02000000 05000000 68656c6c6f 01000000 0000000000c05e40"))
    #expect(file.entries.map(\.name) == ["hello"])
    #expect(try file["hello"]?.tensor().elements == [123])
  }

  @Test(arguments: [
    "04000000010000000300000056203111000000746f7263682e466c6f617454656e736f72010000000200000000"
      + "0000000100000000000000020000000000000004000000020000000300000056203112000000746f7263682e46"
      + "6c6f617453746f726167650300000000000000000010410000803f000000c0",
    "340a310a330a5620310a31370a746f7263682e466c6f617454656e736f720a310a320a310a320a340a320a330a56"
      + "20310a31380a746f7263682e466c6f617453746f726167650a330a392031202d320a",
  ])
  func viewOfAStorage(_ text: String) throws {
    let file = try read(hex(text))
    #expect(file.format.rawValue == "torch7")
    #expect(file.entries.map(\.name) == [""])
    #expect(try file[""]?.tensor() == HostTensor([2], [1, -2]))
  }

  @Test func tableThatHoldsItself() throws {
    let file = try read(hex("03000000 01000000 01000000 03000000 01000000 03000000 01000000"))
    #expect(file.entries.isEmpty)
    #expect(file.skipped.map(\.kind) == ["a value whose key is no text and no whole number"])
  }

  // MARK: Modules

  @Test func whatAModuleComputedLastIsNoTensor() throws {
    let file = try Checkpoint.read(path: Fixtures.path("../torch7/modules.t7"))
    let kinds = Dictionary(uniqueKeysWithValues: file.skipped.map { ($0.name, $0.kind) })
    #expect(kinds["modules.1.gradWeight"] == "a gradient")
    #expect(kinds["modules.1.output"] == "a buffer of a module")
    #expect(kinds["modules.1.train"] == "a setting of a module")
    #expect(file["modules.3.modules.2.weight"]?.shape == [2, 3])
  }

  @Test(arguments: ["graph.t7", "graph-old.t7"])
  func tensorsOfUnrolledStepsAreOneView(_ name: String) throws {
    let file = try Checkpoint.read(path: Fixtures.path("../torch7/\(name)"))
    let steps = ["modules.2", "modules.3", "modules.4.modules.1"].map {
      file["\($0).weight"]?.shared
    }
    #expect(steps[0] != nil && steps[1] == steps[0] && steps[2] == steps[0])
    #expect(file["modules.1.weight"]?.shared != steps[0])
    #expect(file["modules.2.bias"]?.shared != file["modules.3.bias"]?.shared)
  }

  @Test func functionsAreListedAndNothingOfThemIsKept() throws {
    let file = try Checkpoint.read(path: Fixtures.path("../torch7/functions.t7"))
    #expect(file.entries.map(\.name) == ["w"])
    #expect(file.skipped.allSatisfy { $0.kind == "a function" })
  }

  @Test func whatIsListedElsewhereIsNamed() throws {
    let file = try Checkpoint.read(path: Fixtures.path("../torch7/cycle.t7"))
    #expect(file.skipped.first?.name == "self")
    #expect(file.skipped.first?.kind == "the same as ''")
  }

  // MARK: Limits

  /// Tables in tables; each holds the next under 1.
  private func nested(_ depth: Int, end: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    func int(_ value: Int) {
      for place in 0..<4 { bytes.append(UInt8(value >> (8 * place) & 255)) }
    }
    for level in 1...depth {
      int(3)
      int(level)
      int(1)
      int(1)
      bytes += [0, 0, 0, 0, 0, 0, 0xf0, 0x3f]
    }
    return bytes + end
  }

  @Test func depthCostsNoStack() throws {
    let number: [UInt8] = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f]
    let deep = try read(nested(90_000, end: number))
    #expect(deep.entries.isEmpty)
    #expect(deep.skipped.map(\.kind) == ["nested deeper than 64 levels"])
    let shallow = try read(nested(63, end: number))
    #expect(shallow.entries.count == 1)
    let fault = refusal(of: nested(100_001, end: number))
    #expect(fault == .tooMuch(.depth(limit: 100_000)))
  }

  @Test func moreValuesThanAnyFileHasAreRefused() {
    var bytes: [UInt8] = [3, 0, 0, 0, 1, 0, 0, 0, 0xe0, 0x93, 4, 0]
    for _ in 0..<300_000 { bytes += [5, 0, 0, 0, 1, 0, 0, 0, 5, 0, 0, 0, 1, 0, 0, 0] }
    #expect(refusal(of: bytes) == .tooMuch(.values(limit: 600_000)))
  }

  @Test func plainDataIsSomethingElse() throws {
    let bytes = ByteRegion(try Fixtures.bytes("../torch7/views.t7"))
    #expect(throws: CheckpointError.self) { try Checkpoint.readPlainData(bytes, path: "words.t7") }
    #expect(ForeignText.reason(bytes)?.contains("Torch7") == true)
  }
}
