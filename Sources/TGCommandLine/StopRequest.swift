import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// What Ctrl-C does to a command that can be resumed, a request to terminate, and the end of the
/// terminal: the first one is only remembered, so that the command can save where it stands and end
/// with status 75; a second one ends it at once.
package final class StopRequest: Sendable {
  private let isAsked = Atomic(false)
  private let isOver = Atomic(false)
  private let console: Console

  /// Makes a guard.
  package init(console: Console) { self.console = console }

  /// True when the command was asked to stop.
  package var isPending: Bool { isAsked.load(ordering: .relaxed) }

  /// Runs a body during which these signals are answered by this guard.
  package func guarding<Result>(_ body: () throws -> Result) rethrows -> Result {
    let watch = SignalWatch { [self] in stop() }
    defer {
      isOver.store(true, ordering: .relaxed)
      watch.cancel()
    }
    return try body()
  }

  private func stop() {
    guard !isOver.load(ordering: .relaxed) else { return }
    guard isAsked.exchange(true, ordering: .relaxed) else {
      console.note("\(console.command): stopping after this round; once more to stop at once")
      return
    }
    _exit(ExitStatus.interrupted.rawValue)
  }
}
