#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif
internal import TGExecution

/// Memory of the system, zero at first, at a multiple of a page; a page at least.
@safe final class SystemMemory {
  /// The bytes that are ours.
  let byteCount: Int
  private let base: UnsafeMutableRawPointer

  /// Takes memory.
  ///
  /// - Parameter inLargePages: whether pages of megabytes are asked for, where the system has them: for
  ///   memory that is filled as a whole, of which each page costs a visit to the system.
  /// - Throws: `outOfMemory` if the system refuses.
  init(byteCount: Int, inLargePages: Bool = false) throws(RuntimeError) {
    self.byteCount = byteCount
    let memory = unsafe mmap(
      nil, max(byteCount, 1), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let memory = unsafe memory, unsafe memory != MAP_FAILED else {
      throw .outOfMemory(byteCount)
    }
    unsafe base = unsafe memory
    #if os(Linux)
      // A wish: small pages do as well.
      if inLargePages { _ = unsafe madvise(memory, max(byteCount, 1), MADV_HUGEPAGE) }
    #endif
  }

  deinit { unsafe munmap(base, max(byteCount, 1)) }

  /// Calls `body` with the address, which is valid as long as this object.
  func lend<Result>(_ body: (UnsafeMutableRawPointer) -> Result) -> Result {
    unsafe body(base)
  }
}
