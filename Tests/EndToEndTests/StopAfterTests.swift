import Foundation
import TGTestSupport
import Testing

/// `tgc --stop-after PASS`: passes are left out, what is left is lowered.
@Suite struct StopAfterTests {
  private static let page = """
    model Net() {
      func f(z: Tensor[4]) -> (y: Tensor[4]) { return linear(z, 4) @ "fc" |> relu }
    }
    """

  @Test func thePassesAfterItAreLeftOut() throws {
    let fixture = try PageFixture()
    try fixture.write(Self.page, to: "net.tgraph")
    let line = "net.tgraph --synthetic-weights 1 --emit "
    for text in ["ir", "plan"] {
      let plain = try fixture.run(line + text + " -O0")
      let stopped = try fixture.run(line + text + " --stop-after FoldConstants")
      #expect(stopped.status == 0, "\(stopped.messages)")
      #expect(stopped.text == plain.text)
      let whole = try fixture.run(line + text)
      #expect(whole.text != plain.text)
      #expect(try fixture.run(line + text + " --stop-after PackMasks").text == whole.text)
    }
    let merged = try fixture.run(line + "ir --stop-after FuseEpilogues")
    #expect(merged.text.contains("relu(") && !merged.text.contains("= map("))
    let second = try fixture.run(line + "ir --stop-after SimplifyShapes#2")
    #expect(second.status == 0)
    #expect(second.text.contains("= map("))
  }

  @Test func anUnknownPassNamesTheKnownOnes() throws {
    let fixture = try PageFixture()
    try fixture.write(Self.page, to: "net.tgraph")
    let outcome = try fixture.run("net.tgraph --synthetic-weights 1 -O1 --stop-after FuseEpilogue")
    #expect(outcome.status == 64)
    for words in [
      "-O1 has no pass FuseEpilogue", "did you mean FuseEpilogues?",
      "the passes are FoldConstants, SimplifyShapes, SinkTransposes, SimplifyShapes#2",
    ] {
      #expect(outcome.messages.contains(words), "\(outcome.messages)")
    }
    // What only a higher level has is not known to a lower one.
    #expect(
      try fixture.run("net.tgraph --synthetic-weights 1 -O1 --stop-after FoldScales").status == 64)
  }
}
