internal import TGTensor

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// The right to write a file that a long run keeps for itself, such as its state: one run at a time.
///
/// It is a lock (`flock`) on a hidden file `.NAME.lock` beside it, which holds the number of the
/// process. The lock ends with its holder, however it ends; a file that a killed process left is
/// taken over. A file system without locks lets everyone pass.
package final class RunLock: Sendable {
  private let path: String
  private let descriptor: Int32

  /// Takes the right at once or not at all.
  ///
  /// - Parameter file: the file that is to be written; its folder exists.
  /// - Throws: `Failure` of status `cannotCreate`, which names the process that holds it.
  package init(on file: String) throws(Failure) {
    // With what is added, a name of the longest kind, 255 bytes, would be too long.
    let name = FileName.text(of: FileName.bytes(of: Path.baseName(file)).prefix(240))
    path = Path.join(Path.folder(file), ".\(name).lock")
    while true {
      let descriptor = unsafe open(
        FileName.cString(path), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o666)
      guard descriptor >= 0 else {
        throw Failure(
          .cannotCreate, "cannot create \(path): \(unsafe String(cString: strerror(errno)))")
      }
      if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
        defer { close(descriptor) }
        throw Self.held(file, by: StreamBytes.text(path: path) ?? "")
      }
      guard Self.isNamed(path, descriptor) else {
        // Its holder has just removed it.
        close(descriptor)
        continue
      }
      self.descriptor = descriptor
      let text = Array("\(getpid())\n".utf8)
      _ = ftruncate(descriptor, 0)
      _ = unsafe text.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count, 0) }
      return
    }
  }

  deinit {
    // While the lock is held, the name is nobody else's.
    _ = unsafe unlink(FileName.cString(path))
    close(descriptor)
  }

  private static func held(_ file: String, by text: String) -> Failure {
    let number = text.prefix { $0.isNumber }
    let holder = number.isEmpty ? "another process" : "the process \(number)"
    return Failure(
      .cannotCreate, "\(file) belongs to a run that goes on: \(holder) holds it",
      hint: "wait until it ends, or give this run an output of its own with -o or --outdir")
  }

  /// True if an open file still has its name.
  private static func isNamed(_ path: String, _ descriptor: Int32) -> Bool {
    var (opened, named) = (stat(), stat())
    return unsafe fstat(descriptor, &opened) == 0 && lstat(FileName.cString(path), &named) == 0
      && opened.st_ino == named.st_ino && opened.st_dev == named.st_dev
  }
}
