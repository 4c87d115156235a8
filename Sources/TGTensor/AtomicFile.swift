#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif
internal import CTGFaults

/// Why a file could not be written.
package enum AtomicFileError: Error, Hashable, Sendable {
  /// The folder cannot take a file: no such folder, no permission, a directory or a device; the
  /// system's words. Exit code 73.
  case cannotCreate(path: String, reason: String)
  /// The bytes could not be stored: disk full or failing; the system's words. Exit code 74.
  case cannotWrite(path: String, reason: String)
}

/// A file that appears whole or not at all.
///
/// Bytes go to a hidden temporary file in the same folder. `commit()` syncs it, renames it over the
/// path and syncs the folder; without a commit the temporary file is removed. One that a killed
/// process left is removed when its target is next written (`TemporaryName`). A link at the path is
/// followed, also to a file that is not there yet; anything there that is not a regular file is
/// refused.
@safe package struct AtomicFile: ~Copyable {
  private let path: String
  private let target: String
  private let temporary: String
  private let descriptor: Int32
  private var isOpen = true

  /// Begins a file.
  ///
  /// - Throws: `AtomicFileError.cannotCreate`.
  package init(path: String) throws(AtomicFileError) {
    let target = try Self.target(of: path)
    let folder = Self.folder(of: target)
    let name = target.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    guard !name.isEmpty else { throw .cannotCreate(path: path, reason: "it names no file") }
    guard let taken = TemporaryName(folder: folder, name: String(name)).take() else {
      throw .cannotCreate(path: path, reason: Self.reason())
    }
    self.path = path
    self.target = target
    temporary = taken.path
    descriptor = taken.descriptor
    unsafe tg_faults_temporary(FileName.cString(temporary))
  }

  deinit {
    if isOpen {
      unsafe tg_faults_temporary_done(FileName.cString(temporary))
      // While the lock is held, the name is nobody else's.
      _ = unsafe unlink(FileName.cString(temporary))
      close(descriptor)
    }
  }

  /// Appends bytes.
  ///
  /// - Throws: `AtomicFileError.cannotWrite`.
  package func append(_ bytes: RawSpan) throws(AtomicFileError) {
    let failure: String? = unsafe bytes.withUnsafeBytes { buffer in
      var offset = 0
      while offset < buffer.count {
        let start = unsafe buffer.baseAddress?.advanced(by: offset)
        let written = unsafe write(descriptor, start, buffer.count - offset)
        if written < 0 && errno == EINTR { continue }
        guard written > 0 else { return Self.reason() }
        offset += written
      }
      return nil
    }
    if let failure { throw .cannotWrite(path: path, reason: failure) }
  }

  /// Appends bytes.
  ///
  /// - Throws: `AtomicFileError.cannotWrite`.
  package func append(_ bytes: [UInt8]) throws(AtomicFileError) {
    unsafe try append(bytes.span.bytes)
  }

  /// Replaces bytes that were appended before, such as a header written last.
  ///
  /// - Throws: `AtomicFileError.cannotWrite`.
  package func replace(at position: Int, with bytes: [UInt8]) throws(AtomicFileError) {
    var offset = 0
    while offset < bytes.count {
      let written = unsafe bytes[offset...].withUnsafeBytes { buffer in
        unsafe pwrite(descriptor, buffer.baseAddress, buffer.count, off_t(position + offset))
      }
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { throw .cannotWrite(path: path, reason: Self.reason()) }
      offset += written
    }
  }

  /// Reads bytes that were appended before.
  ///
  /// - Throws: `AtomicFileError.cannotWrite` if they are not there or the disk fails.
  package func bytes(_ range: Range<Int>) throws(AtomicFileError) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: range.count)
    var offset = 0
    while offset < result.count {
      let count = unsafe result[offset...].withUnsafeMutableBytes { buffer in
        unsafe pread(
          descriptor, buffer.baseAddress, buffer.count, off_t(range.lowerBound + offset))
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw .cannotWrite(path: path, reason: Self.reason()) }
      offset += count
    }
    return result
  }

  /// Makes the file appear.
  ///
  /// - Throws: `AtomicFileError.cannotWrite`; then nothing has appeared.
  package consuming func commit() throws(AtomicFileError) {
    guard fsync(descriptor) == 0 || errno == EINVAL else {
      throw .cannotWrite(path: path, reason: Self.reason())
    }
    unsafe tg_faults_temporary_done(FileName.cString(temporary))
    guard unsafe rename(FileName.cString(temporary), FileName.cString(target)) == 0 else {
      throw .cannotWrite(path: path, reason: Self.reason())
    }
    isOpen = false
    close(descriptor)
    let folder = unsafe open(
      FileName.cString(Self.folder(of: target)), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { return }
    _ = fsync(folder)
    close(folder)
  }

  /// Writes a whole file at once.
  ///
  /// - Throws: `AtomicFileError`.
  package static func save(_ bytes: [UInt8], to path: String) throws(AtomicFileError) {
    let file = try AtomicFile(path: path)
    try file.append(bytes)
    try file.commit()
  }

  /// The file that a path means: itself, or what the links there lead to, which need not exist.
  ///
  /// - Throws: `AtomicFileError.cannotCreate` for anything there that is not a regular file.
  package static func target(of path: String) throws(AtomicFileError) -> String {
    var target = path
    for _ in 0..<longestChain {
      var status = stat()
      guard unsafe lstat(FileName.cString(target), &status) == 0 else { return target }
      switch status.st_mode & S_IFMT {
      case S_IFREG: return target
      case S_IFLNK: target = join(folder(of: target), try link(target, path: path))
      case S_IFDIR: throw .cannotCreate(path: path, reason: "it is a folder")
      default: throw .cannotCreate(path: path, reason: "it is a device or a pipe")
      }
    }
    throw .cannotCreate(path: path, reason: unsafe String(cString: strerror(ELOOP)))
  }

  /// The most links that are followed one after the other, as on Linux.
  private static let longestChain = 40

  /// What a link says.
  private static func link(_ link: String, path: String) throws(AtomicFileError) -> String {
    let room = Int(PATH_MAX)
    var bytes = [CChar](repeating: 0, count: room)
    let count = unsafe readlink(FileName.cString(link), &bytes, room)
    guard count > 0, count < room else {
      throw .cannotCreate(path: path, reason: reason())
    }
    return FileName.text(of: bytes[..<count].map { UInt8(bitPattern: $0) })
  }

  private static func join(_ folder: String, _ name: String) -> String {
    name.hasPrefix("/") || folder == "." ? name : "\(folder)/\(name)"
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func reason() -> String { unsafe String(cString: strerror(errno)) }
}
