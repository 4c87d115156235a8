#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

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

  /// The pattern that a path alone matches: signs of patterns stand for themselves.
  package static func pattern(of path: String) -> String {
    path.map { "*?[\\".contains($0) ? "\\\($0)" : String($0) }.joined()
  }
}
