package import ArgumentParser
internal import CTGFaults
package import TGExecution
package import TGMachine
package import TGPlan
internal import TGRuntime

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

  /// What bounds the work of a plan.
  @OptionGroup package var work: WorkOptions

  /// True if weights are taken as they are.
  @Flag(
    name: .customLong("no-verify"),
    help: "Do not compare the weights that are used with their checksums.")
  package var skipsVerification = false

  /// Makes the defaults.
  package init() {}

  /// What a session is made with.
  package struct Resolved: Sendable {
    /// What computes.
    package let target: any ExecutionTarget
    /// How many threads compute, and the most bytes of weights, arenas and scratch memory.
    package let budget: Budget
    /// Whether the weights that are used are compared with their checksums.
    package let verifiesWeights: Bool
  }

  /// The bytes of a number of mebibytes as given; nil if none is.
  ///
  /// - Throws: `Failure` of status `usage`.
  package static func memoryLimit(_ megabytes: Int?) throws(Failure) -> Int? {
    guard let megabytes else { return nil }
    guard (1...1 << 30).contains(megabytes) else {
      throw Failure(.usage, "--max-memory \(megabytes) is not a number of megabytes")
    }
    return megabytes << 20
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
    let limit = try Self.memoryLimit(maxMemory)
    let threads = try console.environment.threadCount(asked: threads)
    return Resolved(
      target: NativeTarget(isa),
      budget: Budget(threads: threads == 0 ? processorCount() : threads, memory: limit),
      verifiesWeights: !skipsVerification)
  }
}

/// Has the system hold this process to a number of bytes.
///
/// What a plan takes is added up before it runs. All else that may be large, such as pictures,
/// arrays and texts, is held by the system: the process gets no more private memory than the limit,
/// 64 MiB for itself and a mebibyte for each thread; what goes beyond ends it with status 71.
package func enforceMemoryLimit(_ budget: Budget) {
  if let bytes = budget.memory {
    tg_faults_limit_memory(bytes + ((64 + min(budget.threads, 128)) << 20))
  }
}

/// The option of commands that would run a plan.
package struct WorkOptions: ParsableArguments {
  /// The most work of one run of a function, in thousand millions.
  @Option(
    name: .customLong("max-work"),
    help: ArgumentHelp(
      "Refuse with status 71 a plan of which one run of a function takes more thousand millions of "
        + "multiply-adds or elements read, whichever are more; 100000 unless stated.",
      valueName: "N"))
  package var maxWork: Int?

  /// Makes the defaults.
  package init() {}

  /// What a plan may have.
  ///
  /// - Throws: `Failure` of status `usage`.
  package func limits() throws(Failure) -> PlanLimits {
    var limits = PlanLimits.standard
    if let maxWork {
      guard (1...1 << 32).contains(maxWork) else {
        throw Failure(.usage, "--max-work \(maxWork) is not a number of thousand millions")
      }
      limits.work = maxWork * PlanLimits.workUnit
    }
    return limits
  }
}
