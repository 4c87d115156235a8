import TGCommandLine
import TGExecution
import TGTensor

/// How long each instruction took, added up over the runs.
struct Profile {
  private struct Row {
    var time: InstructionTime
    var seconds: Double
    var runs: Int
  }

  private var rows: [Row] = []

  /// Adds a run; runs of another batch size have rows of their own.
  mutating func add(_ times: [InstructionTime]) {
    let isSame =
      rows.count == times.count
      && zip(rows, times).allSatisfy { $0.time.label == $1.label && $0.time.macs == $1.macs }
    guard isSame else {
      rows += times.map { Row(time: $0, seconds: $0.seconds, runs: 1) }
      return
    }
    for index in rows.indices {
      rows[index].seconds += times[index].seconds
      rows[index].runs += 1
    }
  }

  /// Writes the table to the standard error.
  func print(on console: Console) {
    let total = rows.reduce(0) { $0 + $1.seconds }
    console.say("      time   GFLOP/s   share  instruction")
    for row in rows {
      console.say(
        Quantity.seconds(row.seconds / Double(row.runs)).aligned(to: 10)
          + Quantity.fixed(speed(row), 1).aligned(to: 10)
          + (Quantity.fixed(total > 0 ? 100 * row.seconds / total : 0, 1) + " %").aligned(to: 8)
          + "  " + row.time.label.padded(to: 44) + " " + row.time.source)
    }
    let macs = rows.reduce(0.0) { $0 + Double($1.time.macs) * Double($1.runs) }
    console.say(
      Quantity.seconds(total).aligned(to: 10)
        + Quantity.fixed(total > 0 ? 2 * macs / total / 1e9 : 0, 1).aligned(to: 10)
        + "   100 %  all \(rows.count) instructions")
  }

  /// The table as JSON.
  var json: JSON {
    .array(
      rows.map { row in
        .pairs([
          ("instruction", .string(row.time.label)), ("source", .string(row.time.source)),
          ("seconds", .number(row.seconds / Double(row.runs))), ("runs", .integer(row.runs)),
          ("macs", .integer(row.time.macs)), ("gflops", .number(speed(row))),
        ])
      })
  }

  private func speed(_ row: Row) -> Double {
    row.seconds > 0 ? 2 * Double(row.time.macs) * Double(row.runs) / row.seconds / 1e9 : 0
  }
}
