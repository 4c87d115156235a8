internal import TGTensor

/// A file as the command line names it: `[NAME=]FILE[#PREFIX]`, as far as an option takes these
/// parts.
///
/// `=` and `#` may stand in names of files, so the files that are there decide. The whole text is
/// tried first, then without the shortest `#PREFIX`, then each of these behind `NAME=`. Where no file
/// is found, `NAME` is what stands before the first `=`, and `PREFIX` what stands behind the last `#`,
/// unless there is a slash in it. `-` is the standard input.
package struct FileArgument: Hashable, Sendable {
  /// What stands before `=`; nil if nothing does.
  package private(set) var name: String?
  /// The path, or `-`.
  package private(set) var path: String
  /// What stands behind `#`; nil if nothing does.
  package private(set) var prefix: String?

  /// What stands behind the path: `#` and the prefix, or nothing.
  package var part: String { prefix.map { "#\($0)" } ?? "" }

  /// The parts that an option takes besides the file.
  package struct Parts: OptionSet, Hashable, Sendable {
    package let rawValue: Int
    /// Makes a set.
    package init(rawValue: Int) { self.rawValue = rawValue }
    /// `NAME=` before the file.
    package static let name = Parts(rawValue: 1)
    /// `#PREFIX` behind it.
    package static let prefix = Parts(rawValue: 2)
  }

  /// Takes an argument apart.
  ///
  /// - Parameter isThere: whether a path names something; asks the system unless told otherwise. The
  ///   prefix of a TensorFlow checkpoint names its index.
  package init(
    _ text: String, parts: Parts,
    isThere: (String) -> Bool = { $0 == "-" || Path.exists($0) || Path.exists($0 + ".index") }
  ) {
    var readings = Self.prefixes(of: text, name: nil, parts)
    if parts.contains(.name), let sign = text.firstIndex(of: "="), sign != text.startIndex,
      !text[..<sign].contains("/")
    {
      let rest = String(text[text.index(after: sign)...])
      readings += Self.prefixes(of: rest, name: String(text[..<sign]), parts)
    }
    self = readings.first { isThere($0.path) } ?? Self.usual(readings)
  }

  private init(name: String?, path: String, prefix: String?) {
    self.name = name
    self.path = path
    self.prefix = prefix
  }

  /// The text as a file, then with each `#` as the sign before a prefix, the last one first.
  private static func prefixes(of text: String, name: String?, _ parts: Parts) -> [FileArgument] {
    var readings = [FileArgument(name: name, path: text, prefix: nil)]
    guard parts.contains(.prefix) else { return readings }
    for sign in text.indices.reversed() where text[sign] == "#" && sign != text.startIndex {
      readings.append(
        FileArgument(
          name: name, path: String(text[..<sign]),
          prefix: String(text[text.index(after: sign)...])))
    }
    return readings
  }

  /// What is meant where no file is found: the name if there may be one, and the shortest prefix
  /// without a slash.
  private static func usual(_ readings: [FileArgument]) -> FileArgument {
    let name = readings.last?.name
    let own = readings.filter { $0.name == name }
    return own.first { $0.prefix.map { !$0.contains("/") } ?? false } ?? own[0]
  }
}
