import TGCommandLine
import TGInversion
import TGPlan

/// A line that says how far the run is: on a terminal in place, elsewhere now and then.
struct InversionProgress {
  private let console: Console
  /// The rounds of all chunks.
  private let total: Int
  private var pulse: Pulse
  private var done = 0
  private var isDirty = false

  /// Begins.
  ///
  /// - Throws: `Failure` of status `usage` if the environment says no interval.
  init(console: Console, total: Int) throws(Failure) {
    self.console = console
    self.total = total
    pulse =
      console.terminal.messagesAreTerminal
      ? Pulse(seconds: 0.1) : try Pulse(console.environment)
  }

  /// The rounds per second so far.
  private var speed: Double { pulse.seconds > 0 ? Double(done) / pulse.seconds : 0 }

  /// Counts a round and shows where the run stands, if it is time.
  ///
  /// - Parameter names: what is being inverted.
  mutating func count(_ run: ObjectiveRun, names: [String], left: Int) {
    done += 1
    let isTerminal = console.terminal.messagesAreTerminal
    guard !console.isQuiet, !(isTerminal && console.isJSON), pulse.isDue() else { return }
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

  /// Takes the line away, and says that long work is over where nobody watched it.
  mutating func end(subjects: Int) {
    clear()
    guard !console.terminal.messagesAreTerminal, pulse.isLong else { return }
    console.note(
      "\(subjects) of \(subjects) done in \(Quantity.seconds(pulse.seconds)), \(done) rounds, "
        + "\(Quantity.fixed(speed, 1)) rounds/s")
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
