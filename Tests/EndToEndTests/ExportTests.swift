import Foundation
import TGTestSupport
import Testing

/// `tgc --emit onnx`: what is written, and what is refused. The nodes are those of `TGExchangeTests`.
@Suite struct ExportTests {
  private static let page = """
    model Net() {
      /// Twice.
      func f(z: Normal[4]) -> (y: Tensor[4]) { return linear(z, 4) @ "fc" |> relu }
      func g(z: Tensor[3]) -> (y: Tensor[3]) { return linear(z, 3) @ "out" }
    }
    """
  private static let objective = """
    model Net() {
      objective fit(x: Tensor[2]) -> (w: Tensor[2]) {
        var w = x
        repeat 3 { minimize sum(square(w)) over w using adam(rate: 1) }
        return w
      }
    }
    """

  private func contents(_ name: String, of fixture: PageFixture) throws -> String {
    String(
      decoding: try Data(contentsOf: fixture.folder.url.appendingPathComponent(name)),
      as: UTF8.self)
  }

  @Test func theFirstFunctionIsWrittenBesideThePage() throws {
    let fixture = try PageFixture()
    try fixture.write(Self.page, to: "net.tgraph")
    let outcome = try fixture.run(
      "net.tgraph --synthetic-weights 1 --emit onnx --batch 3 --licence MIT")
    #expect(outcome.status == 0, "\(outcome.messages)")
    #expect(outcome.text == "net.onnx\n")
    let text = try contents("net.onnx", of: fixture)
    for word in ["tgc", "fc.weight", "fc.bias", "Gemm", "Relu", "Normal[4]", "Twice.", "MIT"] {
      #expect(text.contains(word), "\(word)")
    }
    #expect(!text.contains("out.weight"))
  }

  @Test func aNamedFunctionGoesToANamedFile() throws {
    let fixture = try PageFixture()
    try fixture.write(Self.page, to: "net.tgraph")
    let outcome = try fixture.run(
      "net.tgraph --synthetic-weights 1 --emit onnx --function g -o G.onnx --json")
    #expect(outcome.status == 0, "\(outcome.messages)")
    #expect(outcome.text.contains("\"function\": \"g\""))
    #expect(try contents("G.onnx", of: fixture).contains("out.weight"))
  }

  @Test func objectivesAreRefusedByName() throws {
    let fixture = try PageFixture()
    try fixture.write(Self.objective, to: "net.tgraph")
    for options in ["", " --function fit"] {
      let outcome = try fixture.run("net.tgraph --synthetic-weights 1 --emit onnx" + options)
      #expect(outcome.status == 64)
      #expect(
        outcome.messages.contains("`fit` is an objective, which only a plan can hold"),
        "\(outcome.messages)")
    }
  }
}
