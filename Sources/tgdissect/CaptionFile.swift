import TGCommandLine
import TGPlan
import TGSession
import TGTensor
import TGText

/// Captions of a file, one on a line; lines of spaces are passed over.
enum CaptionFile {
  private static let limit = 64 << 20

  /// Reads them.
  ///
  /// - Throws: `Failure`, `MappedFileError`, `SessionError.caption` with the line.
  static func read(_ path: String) throws -> [String] {
    let file = try MappedFile(path: path)
    guard file.count <= limit, let bytes = file.bytes(0..<file.count) else {
      throw Failure(.badInput, "\(path) has more than \(limit) bytes")
    }
    var captions: [String] = []
    for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated()
    {
      let content = line.last == 0x0D ? line.dropLast() : line
      guard content.contains(where: { $0 != 0x20 && $0 != 0x09 }) else { continue }
      do {
        captions.append(try Caption.read(Array(content)))
      } catch { throw SessionError.caption(error, location: "\(path):\(index + 1): ") }
    }
    guard !captions.isEmpty else { throw Failure(.badInput, "\(path) has no captions") }
    return captions
  }

  /// Looks captions up before anything is computed: warns, refuses.
  static func check(
    _ captions: [String], for item: InterfaceItem, of session: Session, isStrict: Bool,
    console: Console
  ) throws {
    for caption in captions {
      let tokens = try session.tokens(
        of: caption, for: item, strictWords: isStrict, location: "'\(caption)': ")
      for warning in tokens?.warnings ?? [] { console.warn("'\(caption)': \(warning)") }
    }
  }
}
