/// The stored form of a pipeline: what a plan holds.
///
/// All numbers are unsigned LEB128 of at most four bytes. In order: the bytes `TGTX`, the version 1,
/// the splitting (its index in `Splitting.allCases`), padding, 1 + unknown id (0: drop), 1 + first
/// (0: none), 1 + last (0: none), the number of words; then for each word, by ascending id, the id
/// less the one before (less -1 for the first) and less 1, the number of bytes, and the bytes, UTF-8.
/// Nothing follows. Equal pipelines have equal bytes.
extension TextPipeline {
  private static let magic = Array("TGTX".utf8) + [1]

  /// The stored form.
  package func encode() -> [UInt8] {
    var bytes = Self.magic
    func put(_ value: Int) {
      var rest = value
      while rest >= 0x80 {
        bytes.append(UInt8(rest & 0x7F) | 0x80)
        rest >>= 7
      }
      bytes.append(UInt8(rest))
    }
    put(Splitting.allCases.firstIndex(of: splitting) ?? 0)
    put(padding)
    if case .id(let id) = unknown { put(id + 1) } else { put(0) }
    put(first.map { $0 + 1 } ?? 0)
    put(last.map { $0 + 1 } ?? 0)
    put(vocabulary.count)
    var previous = -1
    for (id, word) in zip(vocabulary.ids, vocabulary.words) {
      put(id - previous - 1)
      put(word.utf8.count)
      bytes.append(contentsOf: word.utf8)
      previous = id
    }
    return bytes
  }

  /// Reads the stored form; takes memory in proportion to the bytes given, whatever they claim.
  ///
  /// - Throws: `TextError.badEncoding`, or `.badVocabulary` for words that make no vocabulary.
  package init(decoding bytes: [UInt8]) throws(TextError) {
    var reader = Reader(bytes: bytes)
    guard bytes.starts(with: Self.magic) else {
      throw .badEncoding(offset: 0, reason: "it does not begin as a stored pipeline of version 1")
    }
    reader.position = Self.magic.count
    let limit = Vocabulary.maximumID
    let kind = try reader.number(upTo: Splitting.allCases.count - 1)
    padding = try reader.number(upTo: limit)
    let unknown = try reader.number(upTo: limit + 1)
    let first = try reader.number(upTo: limit + 1)
    let last = try reader.number(upTo: limit + 1)
    let count = try reader.number(upTo: Vocabulary.maximumCount)
    var words: [(id: Int, word: String)] = []
    var previous = -1
    for _ in 0..<count {
      previous += 1 + (try reader.number(upTo: limit))
      words.append((previous, try reader.word()))
    }
    guard reader.position == bytes.count else {
      throw .badEncoding(offset: reader.position, reason: "bytes follow the last word")
    }
    splitting = Splitting.allCases[kind]
    self.unknown = unknown == 0 ? .drop : .id(unknown - 1)
    self.first = first == 0 ? nil : first - 1
    self.last = last == 0 ? nil : last - 1
    vocabulary = try Vocabulary(words: words, path: "stored vocabulary")
  }

  private struct Reader {
    let bytes: [UInt8]
    var position = 0

    mutating func number(upTo limit: Int) throws(TextError) -> Int {
      let start = position
      var value = 0
      for shift in stride(from: 0, to: 28, by: 7) {
        guard position < bytes.count else {
          throw .badEncoding(offset: position, reason: "it ends too early")
        }
        let byte = bytes[position]
        position += 1
        value |= Int(byte & 0x7F) << shift
        guard byte & 0x80 == 0 else { continue }
        guard byte != 0 || shift == 0 else { break }
        guard value <= limit else {
          throw .badEncoding(offset: start, reason: "\(value) is more than \(limit)")
        }
        return value
      }
      throw .badEncoding(offset: start, reason: "a number is not written in the shortest way")
    }

    mutating func word() throws(TextError) -> String {
      let length = try number(upTo: Vocabulary.maximumWordBytes)
      guard length <= bytes.count - position else {
        throw .badEncoding(offset: position, reason: "a word ends behind the last byte")
      }
      let range = position..<position + length
      guard let word = String(validating: bytes[range], as: UTF8.self) else {
        throw .badEncoding(offset: position, reason: "a word is not UTF-8")
      }
      position += length
      return word
    }
  }
}
