#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// The environment variables that the commands know, read once.
package struct Environment: Hashable, Sendable {
  /// `TG_ISA`: the instruction set to be used; nil for the best one.
  package var instructionSet: String?
  /// `TG_THREADS`: how many threads compute; nil for one per core.
  package var threads: String?
  /// `TG_PROGRESS`: the seconds between lines about long work off a terminal; nil for 30.
  package var progress: String?
  /// `TG_GRAPHS`: folders of pages that are found by name, with `:` between them; nil for those that
  /// belong to the command.
  package var graphs: String?
  /// `NO_COLOR` set to anything, or `TERM=dumb`: messages are not coloured.
  package var forbidsColour: Bool

  /// Makes an environment.
  package init(
    instructionSet: String? = nil, threads: String? = nil, progress: String? = nil,
    graphs: String? = nil, forbidsColour: Bool = true
  ) {
    self.instructionSet = instructionSet
    self.threads = threads
    self.progress = progress
    self.graphs = graphs
    self.forbidsColour = forbidsColour
  }

  /// Reads the variables of this process.
  package static func ofThisProcess() -> Environment {
    Environment(
      instructionSet: variable("TG_ISA"), threads: variable("TG_THREADS"),
      progress: variable("TG_PROGRESS"), graphs: variable("TG_GRAPHS"),
      forbidsColour: variable("NO_COLOR") != nil || variable("TERM") == "dumb")
  }

  /// The number of threads: `asked` if given, else `TG_THREADS`, else 0, which means one per core.
  ///
  /// - Throws: `Failure` of status `usage` for what is no number of threads.
  package func threadCount(asked: Int?) throws(Failure) -> Int {
    let range = 0...1024
    if let asked {
      guard range.contains(asked) else {
        throw Failure(.usage, "--threads \(asked) is not between 0 (one per core) and 1024")
      }
      return asked
    }
    guard let threads else { return 0 }
    guard let count = Int(threads), range.contains(count) else {
      throw Failure(
        .usage, "the environment has TG_THREADS=\(threads), which is not between 0 and 1024",
        hint: "unset TG_THREADS, or set it to a number of threads")
    }
    return count
  }

  /// The seconds between lines about long work off a terminal: `TG_PROGRESS`, or else 30.
  ///
  /// - Throws: `Failure` of status `usage` for what is no number of seconds.
  package func secondsOfProgress() throws(Failure) -> Double {
    guard let progress else { return 30 }
    guard let seconds = Double(progress), seconds >= 0, seconds <= 1e9 else {
      throw Failure(
        .usage, "the environment has TG_PROGRESS=\(progress), which is no number of seconds",
        hint: "unset TG_PROGRESS, or set it to the seconds between lines, such as 30")
    }
    return seconds
  }

  private static func variable(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    let text = unsafe String(cString: value)
    return text.isEmpty ? nil : text
  }
}
