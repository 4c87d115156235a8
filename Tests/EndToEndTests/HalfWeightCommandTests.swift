import Foundation
import TGTensor
import TGTestSupport
import Testing

/// `tgc --weights-type f16` and what runs, shows and limits its plans.
@Suite struct HalfWeightCommandTests {
  private static let page = """
    model Net() {
      func f(z: Normal[40]) -> (y: Tensor[64]) {
        return z |> linear(64) @ "wide" |> relu |> linear(64) @ "square"
      }
    }
    """

  private func object(_ data: Data) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  /// A folder with the page and its weights; those of `square` hold `largest`.
  private func fixture(largest: Float = 1) throws -> PageFixture {
    let fixture = try PageFixture()
    try fixture.write(Self.page, to: "net.tgraph")
    func numbers(_ count: Int) -> [Float] { (0..<count).map { Float($0 % 97) / 400 - 0.1 } }
    var square = numbers(64 * 64)
    square[5] = largest
    try fixture.write(
      [
        "wide.weight": HostTensor([64, 40], numbers(64 * 40)),
        "wide.bias": HostTensor([64], numbers(64)),
        "square.weight": HostTensor([64, 64], square), "square.bias": HostTensor([64], numbers(64)),
      ], to: "w.safetensors")
    return fixture
  }

  private func output(_ plan: String, _ fixture: PageFixture, threads: Int = 1) throws -> [Float] {
    let tgrun = try #require(BuiltCommand("tgrun"))
    let run = try tgrun.run(
      [plan, "--seed", "3", "--output", "y=y.npy", "--threads", "\(threads)"],
      in: fixture.folder.url)
    try #require(run.status == 0, "\(run.messages)")
    return try NumpyArray.read(path: fixture.folder.path("y.npy")).tensor.elements
  }

  @Test func plansAreHalfAsLargeAndRun() throws {
    let fixture = try fixture()
    let full = try object(
      fixture.run("net.tgraph --weights w.safetensors -o full.tplan --json").output)
    let half = try object(
      fixture.run("net.tgraph --weights w.safetensors -o half.tplan --json --weights-type f16")
        .output)
    let sizes = try [full, half].map { try #require($0["weight_bytes"] as? Int) }
    let weights = 64 * 40 + 64 * 64
    #expect(sizes[0] - sizes[1] == 2 * weights)
    #expect(full["float16_weight_bytes"] as? Int == 0)
    #expect(half["float16_weight_bytes"] as? Int == 2 * weights)
    let functions = try #require(half["functions"] as? [[String: Any]])
    #expect(functions[0]["transformed_weight_bytes"] as? Int == 4 * weights)
    #expect(half["notes"] as? [String] == [])
    let expected = try output("full.tplan", fixture)
    let found = try output("half.tplan", fixture)
    #expect(found != expected)
    let scale = expected.map(\.magnitude).max() ?? 0
    // 104 products of numbers of which each is off by at most 2⁻¹¹ of it.
    #expect(zip(found, expected).allSatisfy { ($0.0 - $0.1).magnitude <= 0x1p-9 * scale })
    #expect(try output("half.tplan", fixture, threads: 3) == found)
    // The same bytes from the same files.
    _ = try fixture.run("net.tgraph --weights w.safetensors -o again.tplan --weights-type f16")
    #expect(
      try Data(contentsOf: fixture.folder.url.appendingPathComponent("again.tplan"))
        == Data(contentsOf: fixture.folder.url.appendingPathComponent("half.tplan")))
  }

  @Test func reportsSayWhatIsStoredAndWhatIsMade() throws {
    let fixture = try fixture()
    let outcome = try fixture.run(
      "net.tgraph --weights w.safetensors -o half.tplan --report --weights-type f16")
    #expect(outcome.text.contains("of them 13.0 KiB in float16"), "\(outcome.text)")
    let tginspect = try #require(BuiltCommand("tginspect"))
    let shown = try tginspect.run(["half.tplan", "--verify"], in: fixture.folder.url)
    #expect(shown.text.contains("of them 13.0 KiB in float16, equal to their hash"))
    #expect(shown.text.contains("transformed 26.0 KiB more"), "\(shown.text)")
    let told = try object(tginspect.run(["half.tplan", "--json"], in: fixture.folder.url).output)
    #expect(told["float16_weight_bytes"] as? Int == 13_312)
    #expect(told["transformed_weight_bytes"] as? Int == 26_624)
  }

  @Test func weightsBeyondTheRangeStayAndAreNamed() throws {
    let fixture = try fixture(largest: 70_000)
    let outcome = try fixture.run(
      "net.tgraph --weights w.safetensors -o half.tplan --json --weights-type f16")
    #expect(outcome.status == 0)
    let told = try object(outcome.output)
    #expect(
      told["notes"] as? [String] == [
        "the weights of linear square (net.tgraph:3) stay float32: 70000.0 is beyond 65504, the "
          + "largest number of float16"
      ])
    #expect(told["float16_weight_bytes"] as? Int == 2 * 64 * 40)
    #expect(try output("half.tplan", fixture).allSatisfy(\.isFinite))
  }

  @Test func objectivesRun() throws {
    let fixture = try InvertFixture()
    let tgc = try #require(BuiltCommand("tgc"))
    let compiled = try tgc.run(
      [
        "net.tgraph", "--model", "Inversion", "--synthetic-weights", "1", "--weights-type", "f16",
        "-o", "half.tplan", "--json",
      ], in: fixture.folder.url)
    #expect(compiled.status == 0, "\(compiled.messages)")
    #expect(try object(compiled.output)["float16_weight_bytes"] as? Int ?? 0 > 0)
    let found = try fixture.run("half.tplan a.png -o r.safetensors --steps 3 --seed 1")
    #expect(found.status == 0, "\(found.messages)")
  }
}
