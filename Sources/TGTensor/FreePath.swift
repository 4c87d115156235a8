#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// A name for a hint to propose: the path itself, or `x-2.png` for `x.png` if that is there, and so
/// on. Whoever follows a hint must not write over anything.
package func freePath(like path: String) -> String {
  func isThere(_ path: String) -> Bool {
    var status = stat()
    return unsafe lstat(FileName.cString(path), &status) == 0
  }
  guard isThere(path) else { return path }
  let begin = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
  let dot = path[begin...].lastIndex(of: ".").flatMap { $0 == begin ? nil : $0 }
  let (stem, suffix) = (path[..<(dot ?? path.endIndex)], path[(dot ?? path.endIndex)...])
  for number in 2..<10_000 where !isThere("\(stem)-\(number)\(suffix)") {
    return "\(stem)-\(number)\(suffix)"
  }
  return "\(stem)-new\(suffix)"
}
