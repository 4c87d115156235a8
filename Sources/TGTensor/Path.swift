#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// Names of files, by their bytes.
package enum Path {
  /// The part after the last slash.
  package static func baseName(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  /// The base name as pictures, codes and plans keep it (`FileName.written`).
  package static func keptName(_ path: String) -> String { FileName.written(baseName(path)) }

  /// The base name without its suffix: `birds` for `plans/birds.tplan`.
  package static func stem(_ path: String) -> String {
    let name = baseName(path)
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
    return String(name[..<dot])
  }

  /// The suffix in lower case, without the point; empty if there is none.
  package static func suffix(_ path: String) -> String {
    let name = baseName(path)
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "" }
    return name[name.index(after: dot)...].lowercased()
  }

  /// The path without its suffix: `plans/birds` for `plans/birds.tplan`.
  package static func withoutSuffix(_ path: String) -> String {
    let suffix = suffix(path)
    return suffix.isEmpty ? path : String(path.dropLast(suffix.count + 1))
  }

  /// The folder, `.` for a plain name.
  package static func folder(_ path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// A name in a folder.
  package static func join(_ folder: String, _ name: String) -> String {
    if folder == "." { return name }
    return folder.hasSuffix("/") ? folder + name : folder + "/" + name
  }

  /// The path as one word of a shell command; with bytes that are no UTF-8, of bash and zsh.
  package static func quoted(_ path: String) -> String {
    let shown = FileName.shown(path)
    guard shown == path else {
      let escaped = path.replacing("\\", with: "\\\\").replacing("'", with: "\\'")
      return "$'" + FileName.shown(escaped) + "'"
    }
    let plain = path.utf8.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x80...0xFF: true
      default: "_-./+,:=@%".utf8.contains(byte)
      }
    }
    if plain, !path.isEmpty { return path }
    return "'" + path.replacing("'", with: "'\\''") + "'"
  }

  /// True if the bytes of one path come before those of another.
  package static func precedes(_ one: String, _ other: String) -> Bool {
    FileName.bytes(of: one).lexicographicallyPrecedes(FileName.bytes(of: other))
  }

  /// Paths in the order of their bytes, each once. Two are one only if all their bytes are the same:
  /// an accent may be composed in one name and not in another.
  package static func distinct(_ paths: [String]) -> [String] {
    Set(paths.map { FileName.bytes(of: $0) }).sorted { $0.lexicographicallyPrecedes($1) }
      .map { FileName.text(of: $0) }
  }

  /// True if something is there.
  package static func exists(_ path: String) -> Bool {
    unsafe access(FileName.cString(path), F_OK) == 0
  }

  /// True if it is a folder.
  package static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(FileName.cString(path), &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// True if a device, a pipe or a socket is there, or a path stands for a stream of the process.
  package static func isSpecial(_ path: String) -> Bool {
    let streams = ["/dev/stdin", "/dev/stdout", "/dev/stderr", "/dev/fd/", "/proc/self/fd/"]
    if streams.contains(where: { path.hasPrefix($0) }) { return true }
    var status = stat()
    guard unsafe stat(FileName.cString(path), &status) == 0 else { return false }
    let kind = status.st_mode & S_IFMT
    return kind != S_IFREG && kind != S_IFDIR
  }

  /// The path from the root with all links followed; nil if nothing is there.
  package static func resolved(_ path: String) -> String? {
    guard let text = unsafe realpath(FileName.cString(path), nil) else { return nil }
    defer { unsafe free(text) }
    return unsafe FileName.text(of: text)
  }

  /// True if a path lies in a folder, or below it; both from the root, links followed.
  package static func isInside(_ folder: String, _ path: String) -> Bool {
    path.hasPrefix(folder.hasSuffix("/") ? folder : folder + "/")
  }

  /// Removes a file; nothing happens if it is not there.
  package static func remove(_ path: String) { _ = unsafe unlink(FileName.cString(path)) }

  /// True if both name one existing file.
  package static func areSame(_ one: String, _ other: String) -> Bool {
    var first = stat()
    var second = stat()
    guard unsafe stat(FileName.cString(one), &first) == 0,
      unsafe stat(FileName.cString(other), &second) == 0
    else {
      return FileName.bytes(of: one) == FileName.bytes(of: other)
    }
    return first.st_dev == second.st_dev && first.st_ino == second.st_ino
  }
}
