package import TGTensor

/// Vectors for words, read from the text form of fastText and word2vec.
///
/// A first line `count dimension`, then in each line a word and its numbers, between spaces or
/// tabs. GloVe's files, which lack the first line, are read too: there the first line says how
/// many numbers a word has. Words may have spaces inside, as some of GloVe's do.
package struct WordVectors: Hashable, Sendable {
  /// The words that have a vector, with the ids 1, 2, … in the order of the vocabulary asked for, or
  /// of the file. Id 0 is the padding.
  package let vocabulary: Vocabulary
  /// The vectors, `[count + 1, dimension]`: row i belongs to the word with id i, row 0 is zero.
  package let table: HostTensor
  /// The words asked for that the file does not have.
  package let missing: [String]
  /// What is odd in the file and does no harm: sentences without the path.
  package let warnings: [String]

  /// The largest dimension of a vector.
  package static let maximumDimension = 4096
  /// The most numbers of a table, 512 MB.
  package static let maximumElements = 1 << 27

  /// Reads a `.vec` file, line by line; memory is that of the table.
  ///
  /// Every line up to the last one needed must have as many numbers as the head says; the numbers of
  /// words that are not asked for are counted and not read. A file that ends before the lines that
  /// its head promises is refused. Of a word that stands twice the first vector is taken.
  ///
  /// - Parameters:
  ///   - path: the name of the file, for errors.
  ///   - words: the words wanted, each once; nil for all of the file, up to the limit.
  ///   - limit: the most words taken of the file if none are named.
  /// - Throws: `TextError.badVectors`.
  package static func read(
    _ file: ByteRegion, path: String, words: [String]? = nil, limit: Int = 200_000
  ) throws(TextError) -> WordVectors {
    var lines = LineReader(file: file, path: path)
    var parser = VectorParser(path: path, words: words, limit: limit)
    while let line = try lines.next() {
      guard try parser.take(line) else { return try parser.finish(isAtEnd: lines.isAtEnd) }
    }
    return try parser.finish(isAtEnd: true)
  }

  /// Opens and reads a `.vec` file.
  ///
  /// - Throws: `TextError.missing`, `.badVectors`.
  package static func read(
    path: String, words: [String]? = nil, limit: Int = 200_000
  ) throws(TextError) -> WordVectors {
    let file: MappedFile
    do { file = try MappedFile(path: path) } catch { throw TextError(error) }
    return try read(ByteRegion(file), path: path, words: words, limit: limit)
  }
}

/// The lines of a file, one at a time, copied out in pieces of a megabyte.
private struct LineReader {
  private static let piece = 1 << 20
  private let file: ByteRegion
  private let path: String
  private var buffer: [UInt8] = []
  private var start = 0
  private var position = 0

  init(file: ByteRegion, path: String) {
    self.file = file
    self.path = path
  }

  /// True behind the last line.
  var isAtEnd: Bool { start == buffer.count && position == file.count }

  /// The next line without its end; nil behind the last.
  mutating func next() throws(TextError) -> ArraySlice<UInt8>? {
    var searched = start
    while true {
      if let end = buffer[searched...].firstIndex(of: 0x0A) {
        let line = buffer[start..<end]
        start = end + 1
        return line
      }
      searched = buffer.count
      let wanted = min(Self.piece, file.count - position)
      guard wanted > 0, let more = file.bytes(position..<position + wanted) else {
        guard start < buffer.count else { return nil }
        let line = buffer[start...]
        start = buffer.count
        return line
      }
      searched -= start
      buffer.removeSubrange(..<start)
      start = 0
      guard buffer.count <= 4 * Self.piece else {
        throw .badVectors(path: path, line: 0, reason: "a line has more than 4 MB")
      }
      buffer += more
      position += wanted
    }
  }
}
