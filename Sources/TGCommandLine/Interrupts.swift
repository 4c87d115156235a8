import Dispatch
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// What Ctrl-C does: whatever file is being written is finished, then the command ends with status
/// 130 and says what is done. Nothing finished is lost and no half file stays.
package final class Interrupts: Sendable {
  private struct State {
    var isDone = false
    var finished = 0
  }

  private let state = Mutex(State())
  private let console: Console
  private let total: Int

  /// Makes a guard for `total` results.
  package init(console: Console, total: Int) {
    self.console = console
    self.total = total
  }

  /// Runs a body during which Ctrl-C and a request to terminate are answered by this guard.
  package func guarding<Result>(_ body: () throws -> Result) rethrows -> Result {
    let sources = [SIGINT, SIGTERM].map { signal in
      Self.ignore(signal)
      let source = DispatchSource.makeSignalSource(signal: signal, queue: .global())
      source.setEventHandler { [self] in stop() }
      source.resume()
      return source
    }
    defer {
      state.withLock { $0.isDone = true }
      for source in sources { source.cancel() }
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
      let done = total > 1 ? "; \(state.finished) of \(total) are written" : ""
      console.say("\(console.command): interrupted\(done)")
      _exit(ExitStatus.interrupted.rawValue)
    }
  }

  /// Takes its default meaning from a signal.
  static func ignore(_ number: Int32) {
    var action = sigaction()
    unsafe action.__sigaction_handler.sa_handler = SIG_IGN
    unsafe sigaction(number, &action, nil)
  }
}
