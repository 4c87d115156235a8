/// How a command ends; scripts rely on these numbers. The same table stands in `spec/tools.md`.
package enum ExitStatus: Int32, Hashable, Sendable, CaseIterable {
  /// Everything asked for was done.
  case done = 0
  /// The command line cannot be understood, or asks for what the plan has not.
  case usage = 64
  /// A file or a text given is not what it should be.
  case badInput = 65
  /// A file given is not there or may not be read.
  case missingInput = 66
  /// A feature or an instruction set that is not available.
  case notAvailable = 69
  /// Our mistake.
  case internalError = 70
  /// More memory would be needed than allowed.
  case memoryBudget = 71
  /// An output cannot be created.
  case cannotCreate = 73
  /// Reading or writing failed half way.
  case inputOutput = 74
  /// Stopped, and can be resumed.
  case resumable = 75
  /// A check failed, or a value became infinite or no number.
  case checkFailed = 76
  /// Interrupted with nothing to resume.
  case interrupted = 130
}
