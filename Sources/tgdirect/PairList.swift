import TGCommandLine
import TGTensor

/// Pairs of captions, of pictures, or of both: a pair on a line, columns divided by tabs.
struct PairList {
  /// Before and after, for each pair.
  let pairs: [(before: Encoder.Source, after: Encoder.Source)]
  let hasCaptions: Bool
  let hasPictures: Bool

  /// Reads a file. Its first line names the columns: `caption1` and `caption2`, `picture1` and
  /// `picture2`, or all four, in any order. Pictures lie beside the file unless their paths say otherwise.
  init(_ path: String) throws {
    let region = ByteRegion(try MappedFile(path: path))
    guard region.count <= 1 << 26, let bytes = region.bytes(0..<region.count) else {
      throw Failure(.badInput, "\(path) has more than 64 MiB")
    }
    var lines = try TextLines(bytes).map { line in
      guard let text = String(validating: line.bytes, as: UTF8.self) else {
        throw Failure(
          .badInput, "\(path): line \(line.number) is no UTF-8", hint: "save the file as UTF-8")
      }
      let cells = text.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      return (number: line.number, cells: cells)
    }
    let head = lines.isEmpty ? [] : lines.removeFirst().cells
    hasCaptions = head.contains("caption1") && head.contains("caption2")
    hasPictures = head.contains("picture1") && head.contains("picture2")
    guard hasCaptions || hasPictures, Set(head).count == head.count else {
      throw Failure(
        .badInput, "\(path): the first line does not name the columns of pairs",
        hint: "name them, with tabs between: caption1 caption2, picture1 picture2, or all four")
    }
    guard !lines.isEmpty else { throw Failure(.badInput, "\(path) holds no pairs") }
    pairs = try lines.map { number, cells in
      guard cells.count == head.count else {
        throw Failure(
          .badInput,
          "\(path): line \(number) has \(cells.count) columns, and the first line "
            + "names \(head.count)")
      }
      func source(_ side: Int) -> Encoder.Source {
        var source = Encoder.Source()
        if let column = head.firstIndex(of: "caption\(side)") { source.caption = cells[column] }
        if let column = head.firstIndex(of: "picture\(side)") {
          let name = cells[column]
          source.picture = name.hasPrefix("/") ? name : Path.join(Path.folder(path), name)
        }
        return source
      }
      return (source(1), source(2))
    }
  }
}
