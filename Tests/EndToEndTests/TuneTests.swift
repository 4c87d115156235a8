import TGTestSupport
import Testing

/// `tgc --tune`: forms of convolutions are measured instead of estimated.
@Suite struct TuneTests {
  private static let page = """
    model Net() {
      func f(x: Tensor[16, 24, 24]) -> (y: Tensor[16, 24, 24]) {
        return conv(x, 16, kernel: 3, padding: 1) @ "c" |> relu
      }
    }
    """

  /// Whatever is chosen, the function is the same, and so are the bits for any number of threads.
  @Test func aTunedPlanMeansTheSame() throws {
    let fixture = try PageFixture()
    try fixture.write(Self.page, to: "net.tgraph")
    let tuned = try fixture.run("net.tgraph --synthetic-weights 1 -o tuned.tplan --tune")
    #expect(tuned.status == 0, "\(tuned.messages)")
    #expect(tuned.messages.contains("tuned: of 1 kind of convolutions"), "\(tuned.messages)")
  }

  /// A page without convolutions has nothing to measure.
  @Test func nothingToChooseIsSaid() throws {
    let fixture = try PageFixture()
    try fixture.write(
      "model Net() { func f(z: Tensor[4]) -> (y: Tensor[4]) { return linear(z, 4) @ \"fc\" } }",
      to: "net.tgraph")
    let tuned = try fixture.run("net.tgraph --synthetic-weights 1 --tune")
    #expect(tuned.messages.contains("tuned: no convolution has a choice"), "\(tuned.messages)")
  }

  @Test func withoutReorderedSumsThereIsNoChoice() throws {
    let fixture = try PageFixture()
    try fixture.write(Self.page, to: "net.tgraph")
    let refused = try fixture.run("net.tgraph --synthetic-weights 1 --tune -O1")
    #expect(refused.status == 64)
    #expect(refused.messages.contains("--tune has nothing to choose at -O1"))
  }
}
