#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// The memory of this process.
package enum ProcessMemory {
  /// The most bytes of the machine's memory that it has held at one time.
  package static var peak: Int {
    var usage = rusage()
    // 0 is RUSAGE_SELF, which has another type in each C library.
    guard unsafe getrusage(0, &usage) == 0 else { return 0 }
    return Int(usage.ru_maxrss) << 10
  }
}
