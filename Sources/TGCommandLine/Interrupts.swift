import Dispatch
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
    let sources = Self.answered { [self] in stop() }
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
      let parts = total.map { " of \($0)" } ?? ""
      let done = total == 1 ? "" : "; \(state.finished)\(parts) are written"
      console.tell("\(console.command): interrupted\(done)")
      _exit(ExitStatus.interrupted.rawValue)
    }
  }

  /// Answers each signal that asks a command to end: Ctrl-C, a request to terminate, and the end of
  /// the terminal, unless `nohup` or the like has it ignored.
  static func answered(by answer: @escaping @Sendable () -> Void) -> [any DispatchSourceSignal] {
    let signals = [SIGINT, SIGTERM] + (isIgnored(SIGHUP) ? [] : [SIGHUP])
    return signals.map { signal in
      ignore(signal)
      let source = DispatchSource.makeSignalSource(signal: signal, queue: .global())
      source.setEventHandler(handler: answer)
      source.resume()
      return source
    }
  }

  /// True if this process ignores a signal; false where the system does not say.
  private static func isIgnored(_ number: Int32) -> Bool {
    let status = StreamInput.text(path: "/proc/self/status") ?? ""
    guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("SigIgn:") }),
      let mask = UInt64(line.dropFirst("SigIgn:".count).filter(\.isHexDigit), radix: 16)
    else { return false }
    return mask >> (UInt64(number) - 1) & 1 == 1
  }

  /// Takes its default meaning from a signal.
  private static func ignore(_ number: Int32) {
    var action = sigaction()
    unsafe action.__sigaction_handler.sa_handler = SIG_IGN
    unsafe sigaction(number, &action, nil)
  }
}
