#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// A bar of what is done, on a terminal only.
package struct Progress {
  private let console: Console
  private let total: Int
  private let start = ContinuousClock.now
  private var isShown: Bool {
    total > 1 && console.terminal.messagesAreTerminal && !console.isQuiet
  }

  /// Begins; nothing is shown unless there are several things to do.
  package init(console: Console, total: Int) {
    self.console = console
    self.total = total
  }

  /// Shows how many are done.
  package func show(_ done: Int) {
    guard isShown, done > 0 else { return }
    let width = 30
    let full = width * done / total
    let bar =
      String(repeating: "#", count: full) + String(repeating: ".", count: width - full)
    let passed = (ContinuousClock.now - start) / .seconds(1)
    let left = passed / Double(done) * Double(total - done)
    let line = "\r[\(bar)] \(done)/\(total), \(Quantity.seconds(left)) left\u{1B}[K"
    console.terminal.write(Array(line.utf8), to: STDERR_FILENO)
  }

  /// Takes the bar away.
  package func clear() {
    guard isShown else { return }
    console.terminal.write(Array("\r\u{1B}[K".utf8), to: STDERR_FILENO)
  }
}
