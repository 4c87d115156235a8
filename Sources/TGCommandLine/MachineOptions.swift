package import ArgumentParser
package import TGKernels

/// The options of commands that compute.
package struct MachineOptions: ParsableArguments {
  /// The threads asked for; 0 is one per core.
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How many threads compute; 0 is one per core. The result does not depend on it.",
      valueName: "N"))
  package var threads: Int?

  /// The most mebibytes of weights, arenas and scratch memory.
  @Option(
    name: .customLong("max-memory"),
    help: ArgumentHelp("End with status 71 rather than take more memory.", valueName: "MB"))
  package var maxMemory: Int?

  /// Makes the defaults.
  package init() {}

  /// What a session is made with.
  package struct Resolved: Hashable, Sendable {
    /// How many threads compute, at least 1.
    package let threads: Int
    /// The instruction set.
    package let isa: ISA
    /// The most bytes; nil for what the machine has.
    package let memoryLimit: Int?
  }

  /// Reads the options and the environment.
  ///
  /// - Throws: `Failure` of status `usage`.
  package func resolved(on console: Console) throws(Failure) -> Resolved {
    var isa = ISA.best()
    if let name = console.environment.instructionSet {
      guard let chosen = ISA(rawValue: name) else {
        throw Failure(
          .usage, "the environment has TG_ISA=\(name)",
          hint: "TG_ISA is one of \(ISA.allCases.map(\.rawValue).joined(separator: ", "))")
      }
      isa = chosen
    }
    if let megabytes = maxMemory {
      guard (1...1 << 30).contains(megabytes) else {
        throw Failure(.usage, "--max-memory \(megabytes) is not a number of megabytes")
      }
    }
    let threads = try console.environment.threadCount(asked: threads)
    return Resolved(
      threads: threads == 0 ? processorCount() : threads, isa: isa,
      memoryLimit: maxMemory.map { $0 << 20 })
  }
}
