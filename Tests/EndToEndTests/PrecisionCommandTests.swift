import Foundation
import TGTensor
import TGTestSupport
import Testing

/// `tgc --precision bf16`, and what runs its plans.
@Suite struct PrecisionCommandTests {
  private static let page = """
    model Net() {
      func f(z: Normal[40]) -> (y: Tensor[48, 4, 4]) {
        return z |> linear(512) @ "wide" |> relu |> reshape([32, 4, 4])
          |> conv(48, kernel: 3) @ "conv"
      }
    }
    """

  private func output(_ plan: String, _ fixture: PageFixture, threads: Int = 1) throws -> [Float] {
    let tgrun = try #require(BuiltCommand("tgrun"))
    let run = try tgrun.run(
      [plan, "--seed", "3", "--output", "y=y.npy", "--threads", "\(threads)"],
      in: fixture.folder.url)
    try #require(run.status == 0, "\(run.messages)")
    return try NumpyArray.read(path: fixture.folder.path("y.npy")).tensor.elements
  }

  @Test func aPlanOfBfloat16IsReportedAndRuns() throws {
    let fixture = try PageFixture()
    try fixture.write(Self.page, to: "net.tgraph")
    let full = try fixture.run("net.tgraph --synthetic-weights 1 -o full.tplan --report")
    #expect(full.status == 0 && !full.messages.contains("bfloat16"))
    let narrow = try fixture.run(
      "net.tgraph --synthetic-weights 1 -o narrow.tplan --report --precision bf16")
    try #require(narrow.status == 0, "\(narrow.messages)")
    let report = String(decoding: narrow.output, as: UTF8.self)
    #expect(report.contains(" MACs of bfloat16, 100 % of all"), "\(report)")
    let json = try fixture.run(
      "net.tgraph --synthetic-weights 1 -o narrow.tplan --json --precision bf16 -Os")
    let object = try #require(
      try JSONSerialization.jsonObject(with: json.output) as? [String: Any])
    let functions = try #require(object["functions"] as? [[String: Any]])
    #expect(functions[0]["macs_bfloat16"] as? Int == functions[0]["macs_after"] as? Int)
    let (a, b) = (try output("full.tplan", fixture), try output("narrow.tplan", fixture))
    let error = zip(a, b).reduce(0.0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
    let size = a.reduce(0.0) { $0 + Double($1 * $1) }
    let part = (error / size).squareRoot()
    #expect(part > 1e-4 && part < 1e-2, "\(part)")
    #expect(try output("narrow.tplan", fixture, threads: 3) == b)
  }

  @Test func levelsThatKeepBitsRefuseIt() throws {
    let fixture = try PageFixture()
    try fixture.write(Self.page, to: "net.tgraph")
    for level in ["-O0", "-O1"] {
      let refused = try fixture.run("net.tgraph --synthetic-weights 1 --precision bf16 \(level)")
      #expect(refused.status == 64)
      #expect(
        refused.messages.contains("--precision bf16 rounds, and \(level) keeps all bits"),
        "\(refused.messages)")
    }
  }
}
