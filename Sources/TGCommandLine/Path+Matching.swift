#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif
internal import TGImage
internal import TGTensor

extension Path {
  /// True if a path is written as a pattern of names.
  package static func isPattern(_ path: String) -> Bool {
    path.contains { $0 == "*" || $0 == "?" || $0 == "[" }
  }

  /// The paths that match a pattern with `*`, `?` and `[…]`, in the order of their bytes; names that
  /// begin with a point are left out unless the pattern says so.
  package static func matching(_ pattern: String) -> [String] {
    var found = unsafe glob_t()
    defer { unsafe globfree(&found) }
    guard unsafe glob(FileName.cString(pattern), GLOB_NOSORT, nil, &found) == 0 else { return [] }
    var paths: [String] = []
    for index in 0..<Int(unsafe found.gl_pathc) {
      if let path = unsafe found.gl_pathv[index] { paths.append(unsafe FileName.text(of: path)) }
    }
    return paths.sorted(by: precedes)
  }

  /// The files of a folder that are named like a picture that is read, in the order of their bytes.
  package static func pictures(inFolder folder: String) -> [String] {
    var escaped = ""
    for character in folder {
      if "*?[\\".contains(character) { escaped.append("\\") }
      escaped.append(character)
    }
    if !folder.hasSuffix("/") { escaped += "/" }
    return PictureFormat.suffixes.flatMap { suffix in
      let letters = suffix.map { "[\($0)\($0.uppercased())]" }.joined()
      return matching(escaped + "*." + letters)
    }.sorted(by: precedes)
  }
}
