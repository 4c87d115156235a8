import TGCommandLine
import TGPlan
import TGSession
import TGTensor
import TGText

/// Captions of a file, one on a line; lines of spaces are passed over.
enum CaptionFile {
  private static let limit = 64 << 20

  /// A caption, and where it stands, before the sentence of an error; empty for an operand.
  struct Entry {
    let text: String
    let location: String
  }

  /// Reads them.
  ///
  /// - Throws: `Failure`, `MappedFileError`, `SessionError.caption` with the line.
  static func read(_ path: String) throws -> [Entry] {
    let file = try MappedFile(path: path)
    guard file.count <= limit, let bytes = file.bytes(0..<file.count) else {
      throw Failure(.badInput, "\(path) has more than \(limit) bytes")
    }
    var captions: [Entry] = []
    for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated()
    {
      var content = line.last == 0x0D ? line.dropLast() : line
      if index == 0, content.starts(with: [0xEF, 0xBB, 0xBF]) { content = content.dropFirst(3) }
      guard content.contains(where: { $0 != 0x20 && $0 != 0x09 }) else { continue }
      let location = "\(path):\(index + 1): "
      do {
        captions.append(Entry(text: try Caption.read(Array(content)), location: location))
      } catch { throw SessionError.caption(error, location: location) }
    }
    guard !captions.isEmpty else { throw Failure(.badInput, "\(path) has no captions") }
    return captions
  }

  /// Looks captions up before anything is computed: warns, refuses.
  static func check(
    _ captions: [Entry], for item: InterfaceItem, of session: Session, isStrict: Bool,
    console: Console
  ) throws {
    for caption in captions {
      let tokens = try session.tokens(
        of: caption.text, for: item, strictWords: isStrict, location: caption.location)
      for warning in tokens?.warnings ?? [] { console.warn(caption.location + warning) }
    }
  }
}
