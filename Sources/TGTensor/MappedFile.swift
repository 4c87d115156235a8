#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// Why a file could not be mapped.
public enum MappedFileError: Error, Hashable, Sendable {
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
/// object. Replacing the file by renaming leaves the mapping intact.
@safe public final class MappedFile: Sendable {
  /// The number of bytes.
  public let count: Int
  /// The path as given.
  public let path: String
  private let base: UInt

  /// Maps a file.
  ///
  /// - Throws: `MappedFileError` for a path that cannot be opened or is not a regular file.
  public init(path: String) throws(MappedFileError) {
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
    guard count > 0 else {
      base = 0
      return
    }
    let address = unsafe mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let address = unsafe address, unsafe address != MAP_FAILED else {
      throw .cannotMap(path: path, reason: MappedFile.reason())
    }
    base = UInt(bitPattern: address)
  }

  deinit {
    if base != 0 { unsafe munmap(UnsafeMutableRawPointer(bitPattern: base), count) }
  }

  /// Lends all bytes to a closure.
  public func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try unsafe body(
      UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: base), count: count))
  }

  /// Lends all bytes to a closure as a span, whose bounds are checked.
  public func withSpan<Result, Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try unsafe withBytes { (bytes) throws(Failure) in
      try body(unsafe RawSpan(_unsafeBytes: bytes))
    }
  }

  /// A copy of some bytes; nil if the range is not inside the file.
  public func bytes(_ range: Range<Int>) -> [UInt8]? {
    guard range.lowerBound >= 0, range.upperBound <= count else { return nil }
    return unsafe withBytes { unsafe [UInt8]($0[range]) }
  }

  private static func reason() -> String { unsafe String(cString: strerror(errno)) }
}
