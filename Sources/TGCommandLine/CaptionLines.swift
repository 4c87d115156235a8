private import TGCheckpoint
package import TGSession
private import TGTensor
private import TGText

/// Captions of a file or the standard input, one on a line; lines of spaces are passed over.
package struct CaptionLines {
  /// A caption with its line.
  package struct Line: Hashable {
    /// From 1.
    package let number: Int
    /// The caption.
    package let text: String

    /// Makes a line.
    package init(number: Int, text: String) {
      self.number = number
      self.text = text
    }
  }

  /// The path, or `-`.
  package let path: String
  /// The captions, at least one.
  package let lines: [Line]

  /// The most bytes of a list.
  private static let limit = 64 << 20

  /// Reads a list.
  ///
  /// - Throws: `Failure`, `MappedFileError`, `SessionError.caption` with the line.
  package init(_ path: String) throws {
    self.path = path
    let bytes: [UInt8]
    if path == "-" {
      bytes = try StreamInput.standardInput(limit: Self.limit)
    } else {
      let file = try MappedFile(path: path)
      guard file.count <= Self.limit else {
        throw Failure(.badInput, "\(path) has more than \(Self.limit) bytes")
      }
      bytes = file.bytes(0..<file.count) ?? []
    }
    if let reason = ForeignText.reason(ByteRegion(bytes)) {
      throw Failure(.badInput, "\(path): no captions: \(reason)")
    }
    lines = try TextLines(bytes).map { line in
      Line(
        number: line.number,
        text: try Self.caption(line.bytes, location: Self.location(line.number, of: path)))
    }
    guard !lines.isEmpty else { throw Self.empty(path) }
  }

  /// The caption of a line of the standard input; nil if it has spaces only.
  ///
  /// - Throws: `SessionError.caption`.
  package static func line(
    _ bytes: [UInt8], number: Int
  ) throws(SessionError) -> Line? {
    guard let content = TextLines.content(of: bytes[...], number: number) else { return nil }
    return Line(
      number: number, text: try caption(content, location: location(number, of: "-")))
  }

  private static func caption(
    _ bytes: ArraySlice<UInt8>, location: String
  ) throws(SessionError) -> String {
    do { return try Caption.read(Array(bytes)) } catch {
      throw .caption(error, location: "\(location): ")
    }
  }

  /// That there are no captions at all.
  package static func empty(_ path: String) -> Failure {
    Failure(.badInput, "\(path == "-" ? "the standard input" : path) has no captions")
  }

  /// How messages call a line.
  package static func location(_ line: Int, of path: String) -> String {
    path == "-" ? "line \(line)" : "\(path):\(line)"
  }
}
