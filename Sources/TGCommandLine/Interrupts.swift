internal import CTGFaults
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// What Ctrl-C does, a request to terminate, and the end of the terminal: whatever file is being
/// written is finished, then the command ends with status 130 and says what is done. Nothing
/// finished is lost and no half file stays.
package final class Interrupts: Sendable {
  private struct State {
    var isDone = false
    var finished = 0
  }

  private let state = Mutex(State())
  private let console: Console
  private let total: Int?

  /// Makes a guard for `total` results; nil if nobody knows how many.
  package init(console: Console, total: Int?) {
    self.console = console
    self.total = total
  }

  /// Runs a body during which these signals are answered by this guard.
  package func guarding<Result>(_ body: () throws -> Result) rethrows -> Result {
    let watch = SignalWatch { [self] in stop() }
    defer {
      state.withLock { $0.isDone = true }
      watch.cancel()
    }
    return try body()
  }

  /// Writes one result; an interrupt waits until it is written.
  package func writing<Result>(_ body: () throws -> Result) rethrows -> Result {
    try state.withLock { state in
      let result = try body()
      state.finished += 1
      return result
    }
  }

  private func stop() {
    state.withLock { state in
      guard !state.isDone else { return }
      let parts = total.map { " of \($0)" } ?? ""
      let done = total == 1 ? "" : "; \(state.finished)\(parts) are written"
      console.tell("\(console.command): interrupted\(done)")
      // A film that is not finished.
      tg_faults_remove_temporaries()
      _exit(ExitStatus.interrupted.rawValue)
    }
  }
}
