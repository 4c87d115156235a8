#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// What an execution may take of the machine.
package struct Budget: Hashable, Sendable {
  /// How many threads may compute, the caller included; at least 1. No result depends on it.
  package var threads: Int
  /// The most bytes of memory; nil for what the machine has.
  package var memory: Int?

  /// Makes a budget; without a limit of memory the machine's holds.
  package init(threads: Int, memory: Int? = nil) {
    self.threads = threads
    self.memory = memory
  }

  /// The most bytes of memory, that of the machine where nothing else is said.
  package var allowedBytes: Int { memory ?? Self.physicalMemory }

  /// What is left when so many bytes are taken; no less than nothing.
  package func less(_ bytes: Int) -> Budget {
    Budget(threads: threads, memory: memory.map { max(0, $0 - bytes) })
  }

  /// The memory of the machine, in bytes.
  private static var physicalMemory: Int {
    let (bytes, overflow) = sysconf(Int32(_SC_PHYS_PAGES)).multipliedReportingOverflow(
      by: sysconf(Int32(_SC_PAGESIZE)))
    return overflow || bytes <= 0 ? .max : bytes
  }
}
