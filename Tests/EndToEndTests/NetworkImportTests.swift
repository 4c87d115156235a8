import Foundation
import TGCheckpoint
import TGTensor
import TGTestSupport
import Testing

/// Networks in ONNX (`Tools/fixtures/onnx_files.py`) become plans that compute what ONNX's own reference
/// evaluator does.
@Suite struct NetworkImportTests {
  private static let networks = [
    "pointwise", "arithmetic", "shapes", "layers", "resizing", "upsample", "products", "whole",
    "recurrent", "old",
  ]

  private static func file(_ name: String) -> String {
    GraphPages.repository.appendingPathComponent("Tests/Fixtures/onnx/\(name)").path
  }

  /// The arrays of a network: `CASE.in.NAME` and `CASE.out.NAME`.
  private static func arrays(
    _ network: String, _ kind: String
  ) throws -> [(name: String, tensor: HostTensor)] {
    let all = try Checkpoint.read(path: file("cases.npz")).subtree("\(network).\(kind)")
    return try all.entries.map { ($0.name, try $0.tensor()) }
  }

  @Test(arguments: networks) func computesWhatTheReferenceDoes(network: String) throws {
    let fixture = try PageFixture()
    let tgrun = try #require(BuiltCommand("tgrun"))
    let inputs = try Self.arrays(network, "in")
    let batch = try #require(inputs.first).tensor.shape[0]
    let made = try fixture.run("\(Self.file(network + ".onnx")) -o net.tplan --batch \(batch)")
    #expect(made.status == 0, "\(made.messages)")
    var words = ["net.tplan"]
    for (name, tensor) in inputs {
      try Data(NumpyArray(tensor).encoded).write(
        to: fixture.folder.url.appendingPathComponent("\(name).npy"))
      words += ["--input", "\(name)=\(name).npy"]
    }
    let outputs = try Self.arrays(network, "out")
    for (name, _) in outputs { words += ["--output", "\(name)=out-\(name).npy"] }
    let ran = try tgrun.run(words, in: fixture.folder.url)
    #expect(ran.status == 0, "\(ran.messages)")
    for (name, wanted) in outputs {
      let found = try NumpyArray.read(path: fixture.folder.path("out-\(name).npy")).tensor
      #expect(found.shape.count == wanted.shape.count, "\(name)")
      let worst = zip(found.elements, wanted.elements).map { abs($0 - $1) / max(1, abs($1)) }.max()
      #expect(worst ?? 1 < 2e-5, "\(name)")
    }
  }

  /// The page of a network, compiled with the network as its weights, is the same plan.
  @Test func thePageIsTheNetwork() throws {
    let fixture = try PageFixture()
    let network = Self.file("layers.onnx")
    #expect(try fixture.run("\(network) --emit tgraph -o page.tgraph").status == 0)
    let made = try fixture.run("\(network) --emit ir")
    let again = try fixture.run("page.tgraph --weights \(network) --emit ir")
    #expect(made.status == 0 && made.output == again.output, "\(again.messages)")
    #expect(try fixture.run("fmt page.tgraph --check").status == 0)
  }

  /// What is not translated is refused by name.
  @Test(arguments: [
    ("shapes.onnx", "--set M=3", "no axis has this name; there are N"),
    ("shapes.onnx", "--set N=x", "AXIS=SIZE"),
    ("cases.npz", "", "is no page"),
    ("README.onnx", "", "Git-LFS pointer"),
  ])
  func refusals(name: String, options: String, sentence: String) throws {
    let fixture = try PageFixture()
    try fixture.write("version https://git-lfs.github.com/spec/v1", to: "README.onnx")
    let path = name == "README.onnx" ? name : Self.file(name)
    let outcome = try fixture.run("\(path) -o net.tplan \(options)")
    #expect(outcome.status == 65 || outcome.status == 66, "\(outcome.messages)")
    #expect(outcome.messages.contains(sentence), "\(outcome.messages)")
  }
}
