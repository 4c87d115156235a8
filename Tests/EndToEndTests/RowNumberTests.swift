import Foundation
import TGTensor
import TGTestSupport
import Testing

/// Numbers of rows that a run computes: one that a table does not have ends it, with its line.
@Suite struct RowNumberTests {
  private static let page = """
    model Rows() {
      func pick(x: Tensor[4]) -> (y: Tensor[4, 3]) {
        return embedding(x * 2, 9, 3) @ "table"
      }
      func mark(x: Tensor[4]) -> (y: Tensor[4, 5]) { return oneHot(x, 5) }
    }
    """

  @Test func aRunThatMeetsNoRowEndsWithItsLine() throws {
    let folder = try TemporaryFolder()
    let (tgc, tgrun) = (try #require(BuiltCommand("tgc")), try #require(BuiltCommand("tgrun")))
    try Data(Self.page.utf8).write(to: URL(fileURLWithPath: folder.path("rows.tgraph")))
    let compiled = try tgc.run(
      ["rows.tgraph", "--synthetic-weights", "1", "-o", "rows.tplan"], in: folder.url)
    #expect(compiled.status == 0, "\(compiled.messages)")
    func run(_ function: String, _ x: [Float], _ more: [String] = [], isa: String = "scalar")
      throws -> BuiltCommand.Outcome
    {
      let bytes = NumpyArray(HostTensor([1, 4], x)).encoded
      try Data(bytes).write(to: URL(fileURLWithPath: folder.path("x.npy")))
      return try tgrun.run(
        ["rows.tplan", "--function", function, "--input", "x=x.npy", "--output", "y=y.npy"] + more,
        in: folder.url, environment: ["TG_ISA": isa])
    }
    let cases: [(String, [Float], String, String)] = [
      ("pick", [0, 4, 3, -1], "no row -2, asked for at position [0, 3]", "rows.tgraph:3"),
      (
        "pick", [0, 1.75, 9, 4],
        "no row for a number that is not whole, asked for at position [0, 1]", "rows.tgraph:3"
      ),
      ("mark", [4, 0, 5, 9], "no row 5, asked for at position [0, 2]", "rows.tgraph:5"),
      (
        "mark", [4, 0, 0.25, 9],
        "no row for a number that is not whole, asked for at position [0, 2]", "rows.tgraph:5"
      ),
    ]
    for (function, x, words, location) in cases {
      for more in [["--threads", "1"], ["--threads", "3"]] {
        for isa in ["scalar", "avx2", "avx512"] {
          let outcome = try run(function, x, more, isa: isa)
          guard outcome.status != 69 else { continue }
          #expect(outcome.status == 65)
          #expect(outcome.messages.contains(location), "\(outcome.messages)")
          #expect(outcome.messages.contains(words), "\(outcome.messages)")
          #expect(!FileManager.default.fileExists(atPath: folder.path("y.npy")))
        }
      }
    }
    let good = try run("mark", [4, 0, 3, 1])
    #expect(good.status == 0, "\(good.messages)")
    let marks = try NumpyArray.read(path: folder.path("y.npy")).tensor.elements
    #expect(marks == [0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0])
  }
}
