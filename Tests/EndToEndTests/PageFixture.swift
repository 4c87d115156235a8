import Foundation
import TGCheckpoint
import TGTensor
import TGTestSupport
import Testing

/// A folder with pages and checkpoints of their own, and `tgc` to be tried on them.
struct PageFixture {
  let folder: TemporaryFolder
  let tgc: BuiltCommand

  init() throws {
    tgc = try #require(BuiltCommand("tgc"), "build the package first: swift build -c release")
    folder = try TemporaryFolder()
  }

  /// Writes a text.
  func write(_ text: String, to name: String) throws {
    let url = folder.url.appendingPathComponent(name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data((text + "\n").utf8).write(to: url)
  }

  /// Writes a checkpoint of ones.
  func write(_ tensors: [String: [Int]], to name: String) throws {
    try write(
      tensors.mapValues { HostTensor(Shape($0), repeating: 1) }, to: name)
  }

  /// Writes a checkpoint.
  func write(_ tensors: [String: HostTensor], to name: String) throws {
    let bytes = try Safetensors.encoded(tensors.map { ($0.key, $0.value) })
    try Data(bytes).write(to: folder.url.appendingPathComponent(name))
  }

  /// Runs `tgc` in the folder.
  func run(_ line: String, input: String? = nil) throws -> BuiltCommand.Outcome {
    try tgc.run(line.split(separator: " ").map(String.init), in: folder.url, input: input)
  }

  /// Checks a page, and compiles it; both end alike.
  func refusal(of page: String, _ options: String = "") throws -> BuiltCommand.Outcome {
    try write(page, to: "page.tgraph")
    let checked = try run("page.tgraph --check " + options)
    let compiled = try run("page.tgraph --synthetic-weights 1 -o page.tplan " + options)
    #expect(checked.status == compiled.status, "\(compiled.messages)")
    #expect(checked.messages == compiled.messages)
    return checked
  }
}
