#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// Programs that a hint may name: only such as are there.
package enum InstalledProgram {
  /// True if a program of this name lies in a folder of `PATH` and may be run.
  package static func isThere(_ name: String) -> Bool {
    guard let list = unsafe getenv("PATH") else { return false }
    return unsafe String(cString: list).split(separator: ":").contains { folder in
      unsafe access(FileName.cString("\(folder)/\(name)"), X_OK) == 0
    }
  }
}
