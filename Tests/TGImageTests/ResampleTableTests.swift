import Foundation
import TGTensor
import Testing

@Suite struct ResampleTableTests {
  struct Golden: Decodable {
    var convention: String
    var input: Int
    var output: Int
    var scale: Double?
    var rows: [[Double]]
  }

  @Test func tablesEqualTheLibraries() throws {
    let file = Fixtures.root.appending(path: "resample/tables.json")
    let cases = try JSONDecoder().decode([Golden].self, from: Data(contentsOf: file))
    #expect(cases.count > 150)
    var seen: Set<ResampleTable.Convention> = []
    for golden in cases {
      let convention = try #require(ResampleTable.Convention(rawValue: golden.convention))
      seen.insert(convention)
      let table = try #require(
        ResampleTable(
          convention: convention, inputSize: golden.input, outputSize: golden.output,
          scale: golden.scale))
      var worst = 0.0
      for (index, row) in dense(table).enumerated() {
        for (a, b) in zip(row, golden.rows[index]) { worst = max(worst, abs(a - b)) }
      }
      #expect(
        worst < 2e-7, "\(golden.convention) \(golden.input) to \(golden.output): \(worst)")
    }
    #expect(seen.count == ResampleTable.Convention.allCases.count)
  }

  @Test func windowsStayInside() throws {
    for convention in ResampleTable.Convention.allCases {
      for input in 1...9 {
        for output in [1, 2, 3, 5, 8, 13, 64] {
          let table = try #require(
            ResampleTable(convention: convention, inputSize: input, outputSize: output))
          #expect(table.starts.count == output && table.weights.count == output * table.taps)
          #expect(table.starts.allSatisfy { $0 >= 0 && $0 + table.taps <= input })
          for row in dense(table) { #expect(abs(row.reduce(0, +) - 1) < 1e-12) }
        }
      }
    }
  }

  @Test(
    arguments: [
      (0, 4, nil), (4, 0, nil), (-1, 4, nil), (1 << 25, 4, nil), (4, 8, 0), (4, 8, -2),
      (4, 8, .nan), (4, 8, .infinity), (4, 8, 200), (4, 8, 1e-3),
    ] as [(Int, Int, Double?)])
  func refusesImpossibleSizes(input: Int, output: Int, scale: Double?) {
    for convention in ResampleTable.Convention.allCases {
      #expect(
        ResampleTable(
          convention: convention, inputSize: input, outputSize: output, scale: scale) == nil)
    }
  }

  private func dense(_ table: ResampleTable) -> [[Double]] {
    (0..<table.outputSize).map { index in
      var row = [Double](repeating: 0, count: table.inputSize)
      for tap in 0..<table.taps {
        row[table.starts[index] + tap] += table.weights[index * table.taps + tap]
      }
      return row
    }
  }
}
