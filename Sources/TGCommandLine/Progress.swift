#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// What is done of many things: a bar on a terminal, elsewhere a line now and then and at the end.
package struct Progress {
  private let console: Console
  private let total: Int?
  private var pulse: Pulse
  private var isBar: Bool { (total ?? 0) > 1 && console.terminal.messagesAreTerminal }

  /// Begins; nothing is shown unless there are several things to do.
  ///
  /// - Parameter total: how many there are; nil if nobody knows.
  /// - Throws: `Failure` of status `usage` if the environment says no interval.
  package init(console: Console, total: Int?) throws(Failure) {
    self.console = console
    self.total = total
    pulse = try Pulse(console.environment)
  }

  /// Shows how many are done.
  package mutating func show(_ done: Int) {
    guard !console.isQuiet, total != 1, done > 0 else { return }
    if isBar, let total {
      let width = 30
      let full = width * min(done, total) / total
      let bar =
        String(repeating: "#", count: full) + String(repeating: ".", count: width - full)
      let line = "\r[\(bar)] \(done)/\(total), \(left(after: done, of: total))\u{1B}[K"
      console.terminal.write(Array(line.utf8), to: STDERR_FILENO)
    } else if done != total, pulse.isDue() {
      let rest = total.map { " of \($0), " + left(after: done, of: $0) } ?? ""
      console.note("\(done)\(rest.isEmpty ? " done" : rest)")
    }
  }

  /// Takes the bar away, or says that long work is over.
  package func end(_ done: Int) {
    guard !console.isQuiet, total != 1 else { return }
    if isBar {
      console.terminal.write(Array("\r\u{1B}[K".utf8), to: STDERR_FILENO)
    } else if pulse.isLong {
      console.note(
        "\(done)\(total.map { " of \($0)" } ?? "") done in \(Quantity.seconds(pulse.seconds))")
    }
  }

  private func left(after done: Int, of total: Int) -> String {
    let time = pulse.seconds / Double(done) * Double(max(0, total - done))
    return "\(Quantity.seconds(time)) left"
  }
}
