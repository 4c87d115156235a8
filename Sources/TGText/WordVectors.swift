package import TGTensor

/// Vectors for words, read from the text form of fastText and word2vec.
///
/// A first line `count dimension`, then in each line a word and its numbers, between single spaces.
/// GloVe's files, which lack the first line, are read too.
package struct WordVectors: Hashable, Sendable {
  /// The words that have a vector, with the ids 1, 2, … in the order of the vocabulary asked for, or
  /// of the file. Id 0 is the padding.
  package let vocabulary: Vocabulary
  /// The vectors, `[count + 1, dimension]`: row i belongs to the word with id i, row 0 is zero.
  package let table: HostTensor
  /// The words asked for that the file does not have.
  package let missing: [String]

  /// The largest dimension of a vector.
  package static let maximumDimension = 4096
  /// The most numbers of a table, 512 MB.
  package static let maximumElements = 1 << 27

  /// Reads a `.vec` file, line by line; memory is that of the table.
  ///
  /// - Parameters:
  ///   - words: the words wanted, each once; nil for all of the file, up to the limit.
  ///   - limit: the most words taken of the file if none are named.
  /// - Throws: `TextError.missing`, `.badVectors`.
  package static func read(
    path: String, words: [String]? = nil, limit: Int = 200_000
  ) throws(TextError) -> WordVectors {
    let file: MappedFile
    do {
      file = try MappedFile(path: path)
    } catch {
      throw TextError(error)
    }
    var lines = LineReader(file: file)
    var parser = VectorParser(path: path, words: words, limit: limit)
    while let line = try lines.next() {
      guard try parser.take(line) else { break }
    }
    return try parser.finish()
  }
}

/// The lines of a mapped file, one at a time, copied out in pieces of a megabyte.
private struct LineReader {
  private static let piece = 1 << 20
  private let file: MappedFile
  private var buffer: [UInt8] = []
  private var start = 0
  private var position = 0

  init(file: MappedFile) { self.file = file }

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
        throw .badVectors(path: file.path, line: 0, reason: "a line has more than 4 MB")
      }
      buffer += more
      position += wanted
    }
  }
}

/// Takes the lines of a file of vectors and keeps those wanted.
private struct VectorParser {
  private let path: String
  private let limit: Int
  private let wanted: [String]?
  private var places: [ExactWord: Int] = [:]
  private var dimension = 0
  private var line = 0
  private var found: [(place: Int, word: String, values: Range<Int>)] = []
  private var seen: Set<ExactWord> = []
  private var values: [Float] = []

  init(path: String, words: [String]?, limit: Int) {
    self.path = path
    self.limit = min(limit, Vocabulary.maximumCount)
    wanted = words
    for (place, word) in (words ?? []).enumerated() { places[ExactWord(word)] = place }
  }

  /// Takes a line; false if no more are needed.
  mutating func take(_ bytes: ArraySlice<UInt8>) throws(TextError) -> Bool {
    line += 1
    var bytes = bytes
    while let last = bytes.last, last == 0x20 || last == 0x0D { bytes.removeLast() }
    if line == 1 {
      let fields = bytes.split(separator: 0x20)
      if fields.count == 2, let count = whole(fields[0]), let size = whole(fields[1]), count >= 0 {
        try setDimension(size)
        return true
      }
      try setDimension(fields.count - 1)
    }
    guard !bytes.isEmpty else { return true }
    // Some words have spaces of their own, so the numbers are counted from the end.
    var split = bytes.endIndex
    for _ in 0..<dimension {
      guard let space = bytes[..<split].lastIndex(of: 0x20) else {
        throw fail("a word and \(dimension) numbers were expected")
      }
      split = space
    }
    guard split > bytes.startIndex else { throw fail("the word is missing") }
    guard split - bytes.startIndex <= Vocabulary.maximumWordBytes,
      let word = String(validating: bytes[..<split], as: UTF8.self)
    else { return true }
    let key = ExactWord(word)
    let place = wanted == nil ? found.count : places[key]
    guard let place, seen.insert(key).inserted else { return true }
    guard (found.count + 2) * dimension <= WordVectors.maximumElements else {
      throw fail("the table has more than \(WordVectors.maximumElements) numbers")
    }
    let begin = values.count
    for field in bytes[(split + 1)...].split(separator: 0x20, omittingEmptySubsequences: false) {
      guard let value = Float(String(decoding: field, as: UTF8.self)), value.isFinite else {
        throw fail("'\(String(decoding: field.prefix(20), as: UTF8.self))' is not a number")
      }
      values.append(value)
    }
    found.append((place, word, begin..<values.count))
    return found.count < (wanted?.count ?? limit)
  }

  /// The table of what was found.
  func finish() throws(TextError) -> WordVectors {
    guard !found.isEmpty else {
      throw .badVectors(
        path: path, line: 0,
        reason: wanted == nil ? "it holds no words" : "it holds none of the words wanted")
    }
    let ordered = found.sorted { $0.place < $1.place }
    var elements = [Float](repeating: 0, count: dimension)
    elements.reserveCapacity((ordered.count + 1) * dimension)
    for entry in ordered { elements += values[entry.values] }
    let missing = (wanted ?? []).filter { !seen.contains(ExactWord($0)) }
    return WordVectors(
      vocabulary: try Vocabulary(
        words: ordered.enumerated().map { (id: $0.offset + 1, word: $0.element.word) }, path: path),
      table: HostTensor([ordered.count + 1, dimension], elements), missing: missing)
  }

  private mutating func setDimension(_ size: Int) throws(TextError) {
    guard (1...WordVectors.maximumDimension).contains(size) else {
      throw fail("\(size) numbers for a word; 1 to \(WordVectors.maximumDimension) are read")
    }
    dimension = size
  }

  private func whole(_ field: ArraySlice<UInt8>) -> Int? {
    Int(String(decoding: field, as: UTF8.self))
  }

  private func fail(_ reason: String) -> TextError {
    .badVectors(path: path, line: line, reason: reason)
  }
}
