internal import TGTensor

/// The lines of a text file that somebody else wrote, each with its number for findings.
struct LineFile {
  /// A line without its end.
  struct Line: Hashable {
    /// From 1.
    let number: Int
    /// What stands there.
    let text: String
  }

  /// The path as given.
  let path: String
  /// The lines that have more than spaces, in order.
  let lines: [Line]

  /// The most bytes of a file: lists of millions of pictures.
  static let limit = 512 << 20

  /// Reads a file.
  ///
  /// - Throws: `RetrievalError`, also for a line that is no UTF-8.
  init(path: String) throws(RetrievalError) {
    self.path = path
    var lines: [Line] = []
    for line in TextLines(try Self.bytes(path)) {
      guard let text = String(validating: line.bytes, as: UTF8.self) else {
        throw .line(path: path, line: line.number, what: "this is no UTF-8")
      }
      lines.append(Line(number: line.number, text: text))
    }
    self.lines = lines
  }

  /// The bytes of a file.
  ///
  /// - Throws: `RetrievalError` if it cannot be read or is larger than `limit`.
  static func bytes(_ path: String) throws(RetrievalError) -> [UInt8] {
    let file: MappedFile
    do { file = try MappedFile(path: path) } catch { throw .unreadable(error) }
    guard file.count <= limit, let bytes = file.bytes(0..<file.count) else {
      throw .tooLarge(path: path, limit: limit)
    }
    return bytes
  }

  /// The line, as a finding about it.
  func fault(_ line: Line, _ what: String) -> RetrievalError {
    .line(path: path, line: line.number, what: what)
  }
}
