import TGCommandLine
import TGInversion
import TGPlan

/// A line that says how far the run is: on a terminal in place, elsewhere now and then.
struct InversionProgress {
  private let console: Console
  /// The rounds of all chunks.
  private let total: Int
  private let start = ContinuousClock.now
  private var done = 0
  private var shown: ContinuousClock.Instant
  private var isDirty = false

  /// Begins.
  init(console: Console, total: Int) {
    self.console = console
    self.total = total
    shown = start
  }

  /// The rounds per second so far.
  private var speed: Double {
    let passed = (ContinuousClock.now - start) / .seconds(1)
    return passed > 0 ? Double(done) / passed : 0
  }

  /// Counts a round and shows where the run stands, if it is time.
  ///
  /// - Parameter names: what is being inverted.
  mutating func count(_ run: ObjectiveRun, names: [String], left: Int) {
    done += 1
    guard !console.isQuiet, !console.isJSON else { return }
    let isTerminal = console.terminal.messagesAreTerminal
    let now = ContinuousClock.now
    guard now - shown >= (isTerminal ? .milliseconds(100) : .seconds(30)) else { return }
    shown = now
    guard let item = run.items.first, let record = item.records.last(where: { !$0.losses.isEmpty }),
      let loss = record.losses.last
    else { return }
    let loop = min(run.loop, run.objective.loops.count - 1)
    let terms = run.objective.loops[loop].terms
    var line = (names.first ?? "") + (names.count > 1 ? " +\(names.count - 1)" : "")
    line += "  round \(item.records.reduce(0) { $0 + $1.losses.count })  loss \(loss)"
    if terms.count > 1, record.terms.count >= terms.count {
      let values = zip(terms, record.terms.suffix(terms.count)).map { "\($0) \($1)" }
      line += " (" + values.joined(separator: ", ") + ")"
    }
    line += "  \(Quantity.fixed(speed, 1)) rounds/s"
    if speed > 0 { line += "  \(Self.clock(Double(left) / speed)) left" }
    if isTerminal {
      console.terminal.show(line)
      isDirty = true
    } else {
      console.note(line)
    }
  }

  /// Takes the line away.
  mutating func clear() {
    guard isDirty else { return }
    console.terminal.show("")
    isDirty = false
  }

  private static func clock(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e8 else { return "long" }
    let whole = Int(seconds.rounded())
    let minutes = whole / 60 % 60
    let rest = whole % 60
    let tail =
      "\(minutes < 10 && whole >= 3600 ? "0" : "")\(minutes):\(rest < 10 ? "0" : "")\(rest)"
    return whole >= 3600 ? "\(whole / 3600):\(tail)" : tail
  }
}
