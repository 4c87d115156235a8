#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// The names of temporary files for one target, and who may use and remove them.
///
/// There are few names, and whoever writes a file locks it (`flock`) until it is renamed or removed.
/// The lock ends with the process, so a file that can be locked is nobody's any more. A file is
/// made anew each time, never written over: a name may have become a link to something else.
struct TemporaryName {
  /// How many may write one target at once before names are drawn at random.
  private static let count = 8
  private let stem: String

  /// The names for a target of a folder.
  init(folder: String, name: String) {
    // With what is added, a name of the longest kind, 255 bytes, would be too long.
    let begin = FileName.text(of: FileName.bytes(of: name).prefix(100))
    stem = "\(folder)/.\(begin).tg-"
  }

  /// Makes a locked temporary file, and removes what dead processes left of this target.
  ///
  /// - Returns: the path and a descriptor that holds the lock; nil if the folder takes no file, with
  ///   the reason in `errno`.
  func take() -> (path: String, descriptor: Int32)? {
    let names = (0..<Self.count).map(String.init)
    for name in names { removeAbandoned(path(name)) }
    for name in names + [String(UInt64.random(in: 0...UInt64.max), radix: 36)] {
      if let descriptor = make(path(name)) { return (path(name), descriptor) }
      guard errno == EEXIST else { return nil }
    }
    return nil
  }

  private func path(_ name: String) -> String { "\(stem)\(name).tmp" }

  /// Makes a file and locks it; nil if it cannot be made, or another process took it for abandoned
  /// before it was locked.
  private func make(_ path: String) -> Int32? {
    let descriptor = unsafe open(
      FileName.cString(path), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { return nil }
    // A file system without locks leaves the file to the one that made it.
    let isTaken = flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK
    var status = stat()
    if !isTaken, unsafe fstat(descriptor, &status) == 0, status.st_nlink > 0 { return descriptor }
    close(descriptor)
    errno = EEXIST
    return nil
  }

  /// Removes a file of this name unless a living process holds its lock.
  private func removeAbandoned(_ path: String) {
    let descriptor = unsafe open(
      FileName.cString(path), O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return }
    // Before it was locked it may have been renamed, and another one made under the name.
    var (opened, named) = (stat(), stat())
    guard unsafe fstat(descriptor, &opened) == 0, unsafe lstat(FileName.cString(path), &named) == 0,
      opened.st_ino == named.st_ino, opened.st_dev == named.st_dev,
      opened.st_mode & S_IFMT == S_IFREG
    else { return }
    _ = unsafe unlink(FileName.cString(path))
  }
}
