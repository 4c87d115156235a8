import Foundation
import TGPlan
import Testing

/// Ten thousand damaged plans, half of them with right checksums, in a child process, so that a
/// crash is a failure with a number that repeats it. What is accepted is traced address by address.
@Suite struct MutationTests {
  /// `TG_MUTATE_SEED` repeats a run.
  private static let seed =
    ProcessInfo.processInfo.environment["TG_MUTATE_SEED"].flatMap { UInt64($0) }
    ?? UInt64.random(in: 0..<1_000_000)

  @Test func damagedPlansAreReadOrRefused() throws {
    let corpus = try TemporaryFolder()
    _ = try SmallPlan().write(to: corpus.file("small.tplan"))
    let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let program = URL(filePath: tests).deletingLastPathComponent().appending(path: "tgmutate")
    try #require(
      FileManager.default.isExecutableFile(atPath: program.path),
      "\(program.path) is missing: build the tests with 'swift build --build-tests'")
    let process = Process()
    process.executableURL = program
    process.arguments = ["plan", "\(Self.seed)", "10000", corpus.path]
    process.environment = ["SWIFT_BACKTRACE": "enable=no"]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    let lines = output.split(separator: "\n")
    print("\(lines.first ?? "") -> \(lines.last ?? "")")
    let isSound = process.terminationReason == .exit && process.terminationStatus == 0
    #expect(isSound, "\(lines.first ?? ""): \(lines.suffix(3).joined(separator: " | "))")
  }
}
