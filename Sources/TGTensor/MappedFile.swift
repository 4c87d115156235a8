#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif
internal import CTGFaults

/// Why a file could not be mapped.
package enum MappedFileError: Error, Hashable, Sendable {
  /// There is no such file, or it may not be read; the system's words.
  case cannotOpen(path: String, reason: String)
  /// The path names a directory, a device or a pipe.
  case notARegularFile(path: String)
  /// The system refused to map the file; its words.
  case cannotMap(path: String, reason: String)
}

/// A regular file mapped read-only into memory.
///
/// Pages are read when they are first touched; nothing is copied. The mapping lasts as long as the
/// object. Replacing the file by renaming leaves the mapping intact; a file that is cut off while it
/// is mapped ends a command with status 74 (`CTGFaults`), and one that is written over has another
/// `moment`.
@safe package final class MappedFile: Sendable {
  /// The number of bytes.
  package let count: Int
  /// The path as given.
  package let path: String
  private let base: UInt
  private let mapped: Moment

  /// Which file it is, its size, and when it was last written to.
  package struct Moment: Hashable, Sendable {
    private let device: UInt64
    private let file: UInt64
    private let size: Int
    private let seconds: Int
    private let nanoseconds: Int

    fileprivate init(_ status: stat) {
      device = UInt64(status.st_dev)
      file = UInt64(status.st_ino)
      size = Int(status.st_size)
      seconds = status.st_mtim.tv_sec
      nanoseconds = status.st_mtim.tv_nsec
    }

    fileprivate func isSameFile(as other: Moment) -> Bool {
      device == other.device && file == other.file
    }
  }

  /// Maps a file.
  ///
  /// - Throws: `MappedFileError` for a path that cannot be opened or is not a regular file.
  package init(path: String) throws(MappedFileError) {
    let descriptor = unsafe open(FileName.cString(path), O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw .cannotOpen(path: path, reason: MappedFile.reason())
    }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      throw .cannotOpen(path: path, reason: MappedFile.reason())
    }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notARegularFile(path: path) }
    self.path = path
    count = Int(status.st_size)
    mapped = Moment(status)
    guard count > 0 else {
      base = 0
      return
    }
    let address = unsafe mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let address = unsafe address, unsafe address != MAP_FAILED else {
      if errno == ENOMEM { tg_faults_out_of_memory(count) }
      throw .cannotMap(path: path, reason: MappedFile.reason())
    }
    base = UInt(bitPattern: address)
    unsafe tg_faults_mapped(address, count, FileName.shown(path))
  }

  deinit {
    guard let address = unsafe UnsafeMutableRawPointer(bitPattern: base) else { return }
    unsafe tg_faults_unmapped(address)
    unsafe munmap(address, count)
  }

  /// The state of the file: equal moments mean that nothing was written between. A file that was
  /// removed or replaced stays as it was when it was mapped.
  package var moment: Moment {
    var status = stat()
    guard unsafe stat(FileName.cString(path), &status) == 0 else { return mapped }
    let now = Moment(status)
    return now.isSameFile(as: mapped) ? now : mapped
  }

  /// Lends all bytes to a closure.
  package func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try unsafe body(
      UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: base), count: count))
  }

  /// Lends all bytes to a closure as a span, whose bounds are checked.
  package func withSpan<Result, Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try unsafe withBytes { (bytes) throws(Failure) in
      try body(unsafe RawSpan(_unsafeBytes: bytes))
    }
  }

  /// A copy of some bytes; nil if the range is not inside the file.
  package func bytes(_ range: Range<Int>) -> [UInt8]? {
    guard range.lowerBound >= 0, range.upperBound <= count else { return nil }
    return unsafe withBytes { unsafe [UInt8]($0[range]) }
  }

  /// Gives the memory back that a range of bytes takes in this process, with the pages around it that
  /// the system mapped beside those that were read. What is read again comes from the file, as at first.
  package func release(_ range: Range<Int>) {
    let bytes = range.clamped(to: 0..<count)
    let around = Self.bytesAround
    let start = bytes.lowerBound / around * around
    let end = min(count, (bytes.upperBound + around - 1) / around * around)
    guard !bytes.isEmpty, let address = unsafe UnsafeMutableRawPointer(bitPattern: base) else {
      return
    }
    // A wish: pages that stay cost memory only.
    _ = unsafe madvise(address + start, end - start, MADV_DONTNEED)
  }

  /// What Linux maps at once around a byte that is read, if it is in its cache: 64 KiB, or the large page
  /// of the file that the byte lies in. A multiple of all sizes of pages.
  private static let bytesAround = 1 << 21

  private static func reason() -> String { unsafe String(cString: strerror(errno)) }
}
