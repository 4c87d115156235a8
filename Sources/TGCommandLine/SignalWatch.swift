internal import CTGFaults
internal import TGMachine

/// A thread that answers the signals that ask a command to end: Ctrl-C, a request to terminate, and
/// the end of the terminal unless `nohup` or the like has it ignored. One at a time.
final class SignalWatch: Sendable {
  private let thread: WorkerThread?

  /// Begins to answer signals; where the system refuses a thread they keep their meaning.
  init(answer: @escaping @Sendable () -> Void) {
    tg_signals_prepare()
    thread = WorkerThread {
      while tg_signals_wait() != 0 { answer() }
    }
    if thread != nil { tg_signals_begin() }
  }

  /// Ends it; from here on the signals are ignored.
  func cancel() {
    guard let thread else { return }
    tg_signals_end()
    thread.join()
  }
}
