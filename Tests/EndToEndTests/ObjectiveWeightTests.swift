import Foundation
import TGCheckpoint
import TGTensor
import TGTestSupport
import Testing

/// Tensors that only an objective reads, of the model's own file and of a part's, are bound like all
/// others: by name, all of them, and nothing is left over.
@Suite struct ObjectiveWeightTests {
  private static let page = """
    model Features(layer: String = "0") {
      root "features"
      ignore "3.*"

      func see(x) {
        return linear(x, 2) @ "{layer}"
      }
    }

    model Net() {
      part perceptual = Features(layer: "first")

      func decode(z: Latent[3]) -> (y: Tensor[3]) { return linear(z, 3) @ "fc" }

      objective invert(target: Tensor[3]) -> (z: Latent[3], y: Tensor[3]) {
        var z = 0 * target
        repeat 3 {
          let error = perceptual.see(decode(z)) - perceptual.see(target)
          minimize mean(square(error) * parameter("importance", [2])) over z using sgd(rate: 0.1)
        }
        return (z: z, y: decode(z))
      }
    }
    """

  private static let own: [String: HostTensor] = [
    "fc.weight": HostTensor([3, 3], [1, 0, 0, 0, 1, 0, 0, 0, 1]),
    "fc.bias": HostTensor([3], [1, 2, 3]),
    "importance": HostTensor([2], [1, 10]),
  ]
  private static let features: [String: HostTensor] = [
    "features.first.weight": HostTensor([2, 3], [1, 0, 0, 0, 1, 1]),
    "features.first.bias": HostTensor([2], [5, -5]),
    "features.3.weight": HostTensor([1], [9]),
    "classifier.weight": HostTensor([1], [9]),
  ]

  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let file = folder.url.appendingPathComponent("net.tgraph")
    try Data((Self.page + "\n").utf8).write(to: file)
    try write(Self.own, "own")
    try write(Self.features, "features")
    try AtomicFile.save(
      NumpyArray(HostTensor([1, 3], [0, 0, 0])).encoded, to: folder.path("target.npy"))
  }

  private func write(_ tensors: [String: HostTensor], _ name: String) throws {
    try AtomicFile.save(
      Safetensors.encoded(tensors.map { ($0.key, $0.value) }),
      to: folder.path(name + ".safetensors"))
  }

  private func compile(_ weights: String...) throws -> BuiltCommand.Outcome {
    try #require(BuiltCommand("tgc"), "build the package first: swift build -c release").run(
      ["net.tgraph", "--weights"] + weights + ["-o", "net.tplan"], in: folder.url)
  }

  @Test func theyAreBoundByName() throws {
    let made = try compile("own.safetensors", "perceptual=features.safetensors")
    try #require(made.status == 0, "\(made.messages)")
    let outcome = try #require(BuiltCommand("tginvert")).run(
      ["net.tplan", "--input", "target=target.npy", "--steps", "1", "-o", "r.safetensors"],
      in: folder.url)
    try #require(outcome.status == 0, "\(outcome.messages)")
    let report = try #require(
      try JSONSerialization.jsonObject(
        with: Data(contentsOf: folder.url.appendingPathComponent("r.json"))) as? [String: Any])
    // z = 0: y = (1, 2, 3), features differ by (1, 5): (1 · 1 + 10 · 25) / 2.
    #expect(report["loss"] as? Double == 125.5)
    let code = try Checkpoint.read(path: folder.path("r.safetensors"))
    // −0.1 · (1 · 1, 10 · 5, 10 · 5)
    let z = try #require(code["z"]).tensor().elements
    for (found, expected) in zip(z, [-0.1, -5, -5] as [Float]) {
      #expect(abs(found - expected) < 1e-5, "\(z)")
    }
  }

  @Test func theyMustBeThere() throws {
    for (tensors, file, lost, words) in [
      (Self.own, "own", "importance", "has no tensor `importance`"),
      (Self.features, "features", "features.first.bias", "has `first.weight`, but no `first.bias`"),
    ] {
      try write(tensors.filter { $0.key != lost }, file)
      let outcome = try compile("own.safetensors", "perceptual=features.safetensors")
      #expect(outcome.status == 65)
      #expect(outcome.messages.contains(words), "\(outcome.messages)")
      try write(tensors, file)
    }
  }

  @Test func nothingMayBeLeftOver() throws {
    try write(Self.features.merging(["features.4.weight": HostTensor([1], [1])]) { $1 }, "features")
    let outcome = try compile("own.safetensors", "perceptual=features.safetensors")
    #expect(outcome.status == 65)
    #expect(outcome.messages.contains("`4.weight`"), "\(outcome.messages)")
    #expect(!outcome.messages.contains("`3.weight`"), "\(outcome.messages)")
  }

  @Test func withoutTheFileOnlyTheObjectiveIsLeftOut() throws {
    let made = try compile("own.safetensors")
    #expect(made.status == 0, "\(made.messages)")
    #expect(
      made.messages.contains("objective `invert` is left out")
        && made.messages.contains("perceptual=FILE"), "\(made.messages)")
    let inspected = try #require(BuiltCommand("tginspect")).run(
      ["net.tplan", "--json"], in: folder.url)
    let plan = try #require(
      try JSONSerialization.jsonObject(with: inspected.output) as? [String: Any])
    #expect(plan["function"] as? String == "decode")
    #expect((plan["objectives"] as? [Any])?.isEmpty == true)
  }
}
