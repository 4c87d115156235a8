import Foundation
import TGTestSupport
import Testing

/// Every subject of `tgfuzz` in a process of its own, so that a crash is a failure with a number that
/// repeats it. Each gets about five seconds of inputs; `Tools/fuzz` goes on for as long as one likes.
@Suite(.serialized) struct FuzzTests {
  /// `TG_FUZZ_SEED` repeats a run.
  private static let seed =
    ProcessInfo.processInfo.environment["TG_FUZZ_SEED"].flatMap { UInt64($0) }
    ?? UInt64.random(in: 0..<1_000_000)

  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// How many inputs each gets.
  static let subjects = [
    ("pickle", 80_000), ("objects", 5_000), ("legacy", 60_000), ("zip", 60_000),
    ("safetensors", 300_000), ("onnx", 20_000), ("npy", 400_000), ("torch7", 100_000),
    ("ncnn", 100_000), ("tensorflow", 60_000), ("json", 500_000), ("state", 400_000),
    ("direction", 80_000),
    ("words", 80_000), ("png", 100_000), ("jpeg", 60_000), ("pipeline", 100_000),
    ("vocabulary", 150_000), ("vectors", 80_000), ("caption", 30_000), ("plan", 30_000),
    ("page", 6_000), ("lists", 500_000), ("sound-plan", 3_000), ("sound-page", 1_000),
  ]

  @Test(arguments: subjects)
  func nothingIsMoreThanReadOrRefused(_ subject: String, _ executions: Int) throws {
    let program = try #require(BuiltCommand("tgfuzz"), "swift build --build-tests builds tgfuzz")
    let folder = try TemporaryFolder()
    let ended = try program.run(
      [
        subject, "--seed", "\(Self.seed)", "--executions", "\(executions)", "--root",
        Self.root.path, "--mark", folder.path("mark"),
      ], in: folder.url, environment: ["SWIFT_BACKTRACE": "enable=no"])
    let lines = ended.text.split(separator: "\n")
    print(lines.last ?? "")
    let mark = (try? Data(contentsOf: URL(filePath: folder.path("mark")))) ?? Data()
    let number = mark.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    #expect(
      ended.status == 0,
      "tgfuzz \(subject) --seed \(Self.seed) --only \(number): \(lines.suffix(3)) \(ended.messages)"
    )
  }

  @Test func everySubjectIsTried() throws {
    let program = try #require(BuiltCommand("tgfuzz"), "swift build --build-tests builds tgfuzz")
    let usage = try program.run([], in: Self.root).text
    let listed = try #require(usage.split(separator: "\n").first { $0.hasPrefix("subjects:") })
    #expect(
      Set(listed.split(separator: " ").dropFirst().map { String($0) })
        == Set(Self.subjects.map(\.0)))
  }

  /// The tables of malformed files, at least fifty of each kind.
  @Test(arguments: [
    "pickle", "legacy", "zip", "safetensors", "onnx", "npy", "torch7", "ncnn", "tensorflow", "json",
    "png", "jpeg", "vocabulary", "vectors", "caption", "pipeline", "page", "state", "plan",
  ])
  func malformedFilesEndAsTheTableSays(_ reader: String) throws {
    let program = try #require(BuiltCommand("tgfuzz"), "swift build --build-tests builds tgfuzz")
    let table =
      reader == "plan" ? reader : Self.root.path + "/Tests/Fixtures/malformed/\(reader).txt"
    let ended = try program.run(
      ["--malformed", table], in: Self.root, environment: ["SWIFT_BACKTRACE": "enable=no"])
    #expect(ended.status == 0, "\(ended.text) \(ended.messages)")
    let words = ended.text.split(separator: "\n").last?.split(separator: " ") ?? []
    #expect(words.count > 1 && (Int(words[1]) ?? 0) >= 50, "\(ended.text)")
  }
}
