import TGCheckpoint
import Testing

/// Networks in ONNX as checkpoints.
@Suite struct ONNXTests {
  private static func read(_ name: String) throws -> Checkpoint {
    try Checkpoint.read(path: Fixtures.path("../onnx/\(name).onnx"))
  }

  /// Sizes and single numbers are told from tensors that may be learned.
  @Test func whatNodesReckonWithIsKnown() throws {
    let shapes = try Self.read("shapes")
    let weights = shapes.entries.filter { !shapes.isReckonedWith($0) }.map(\.name)
    #expect(weights == ["table"])
    #expect(shapes.entries.contains { $0.name == "step" && shapes.isReckonedWith($0) })
    let layers = try Self.read("layers")
    #expect(!layers.entries.contains { layers.isReckonedWith($0) })
  }
}
