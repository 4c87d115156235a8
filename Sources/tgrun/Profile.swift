import ArgumentParser
import TGCommandLine
import TGExecution
import TGTensor

/// In which order a profile lists instructions.
enum ProfileOrder: String, ExpressibleByArgument, CaseIterable {
  /// As they are run.
  case plan
  /// The longest time first.
  case time
  /// The longest time beyond the least possible first.
  case excess
}

/// How long each instruction took, the median of the runs, beside the least that it can take.
struct Profile {
  private struct Row {
    var time: InstructionTime
    /// Of each run.
    var all: [Double]

    /// The median of the runs.
    var seconds: Double { Repetition(all).median }
  }

  /// What the machine reaches at best; nil if it is not known.
  var ceilings: Ceilings?
  private let order: ProfileOrder
  private var rows: [Row] = []

  init(order: ProfileOrder) { self.order = order }

  /// Adds a run; runs of another batch size have rows of their own.
  mutating func add(_ times: [InstructionTime]) {
    let isSame =
      rows.count == times.count
      && zip(rows, times).allSatisfy { $0.time.label == $1.label && $0.time.macs == $1.macs }
    guard isSame else {
      rows += times.map { Row(time: $0, all: [$0.seconds]) }
      return
    }
    for index in rows.indices { rows[index].all.append(times[index].seconds) }
  }

  /// Writes the table to the standard error.
  func print(on console: Console) {
    let total = rows.reduce(0) { $0 + $1.seconds }
    console.say(
      "      time   GFLOP/s   share" + (ceilings == nil ? "" : "     least        ")
        + "  instruction")
    for row in sorted {
      console.say(
        Quantity.seconds(row.seconds).aligned(to: 10)
          + Quantity.fixed(speed(row), 1).aligned(to: 10)
          + (Quantity.fixed(total > 0 ? 100 * row.seconds / total : 0, 1) + " %").aligned(to: 8)
          + least(row) + "  " + row.time.label.padded(to: 44) + " " + row.time.source)
    }
    let macs = rows.reduce(0.0) { $0 + Double($1.time.macs) }
    console.say(
      Quantity.seconds(total).aligned(to: 10)
        + Quantity.fixed(total > 0 ? 2 * macs / total / 1e9 : 0, 1).aligned(to: 10)
        + "   100 %" + leastOfAll + "  all \(rows.count) instructions")
    guard let ceilings else { return }
    console.say(
      "least: at \(Quantity.fixed(ceilings.gigaflops, 0)) GFLOP/s (a) and "
        + "\(Quantity.fixed(ceilings.gigabytesPerSecond, 1)) GB/s (b), as measured now")
  }

  /// The table as JSON.
  var json: JSON {
    .array(
      sorted.map { row in
        var fields: [(String, JSON)] = [
          ("instruction", .string(row.time.label)), ("source", .string(row.time.source)),
          ("seconds", .number(row.seconds)), ("runs", .integer(row.all.count)),
          ("macs", .integer(row.time.macs)), ("bytes", .integer(row.time.bytes)),
          ("gflops", .number(speed(row))),
        ]
        if let floor = ceilings?.floor(of: row.time) {
          fields.append(("least_seconds", .number(floor.seconds)))
          fields.append(("bound", .string(floor.bound.rawValue)))
        }
        return .pairs(fields)
      })
  }

  /// The ceilings as JSON; nil if they are not known.
  var ceilingsJSON: JSON? {
    ceilings.map {
      .pairs([
        ("gflops", .number($0.gigaflops)),
        ("gigabytes_per_second", .number($0.gigabytesPerSecond)),
      ])
    }
  }

  private var sorted: [Row] {
    switch order {
    case .plan: rows
    case .time: rows.sorted { $0.seconds > $1.seconds }
    case .excess: rows.sorted { excess($0) > excess($1) }
    }
  }

  private func excess(_ row: Row) -> Double {
    row.seconds - (ceilings?.floor(of: row.time).seconds ?? 0)
  }

  private func least(_ row: Row) -> String {
    guard let floor = ceilings?.floor(of: row.time) else { return "" }
    return Self.least(
      floor.seconds, of: row.seconds, bound: floor.bound == .arithmetic ? " a" : " b")
  }

  private var leastOfAll: String {
    guard let ceilings else { return "" }
    let floor = rows.reduce(0) { $0 + ceilings.floor(of: $1.time).seconds }
    return Self.least(floor, of: rows.reduce(0) { $0 + $1.seconds }, bound: "  ")
  }

  /// The least time, what it is due to, and its share of the time.
  private static func least(_ floor: Double, of seconds: Double, bound: String) -> String {
    Quantity.seconds(floor).aligned(to: 10) + bound
      + (Quantity.fixed(seconds > 0 ? 100 * floor / seconds : 0, 0) + " %").aligned(to: 6)
  }

  private func speed(_ row: Row) -> Double {
    row.seconds > 0 ? 2 * Double(row.time.macs) / row.seconds / 1e9 : 0
  }
}
