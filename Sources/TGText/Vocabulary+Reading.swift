internal import TGTensor

extension Vocabulary {
  /// The largest vocabulary file, in bytes.
  package static let maximumFileBytes = 64 << 20

  /// Reads a vocabulary file: JSON if its first character is `[` and the second `"`, or `{`; else
  /// text.
  ///
  /// - Text: one word in each line. If the first word is a special one (`<pad>`, `<end>`, `[PAD]`,
  ///   `[UNK]`, …), line n has the id n - 1: so are AttnGAN's lists exported and BERT's `vocab.txt`
  ///   made. Otherwise id 0 is kept for padding and line n has the id n.
  /// - JSON: a list of words, by the same two rules, or an object from words to ids, or from ids to
  ///   words; also as the member `vocab`, or `vocab` of `model`, where a `tokenizer.json` has it.
  ///
  /// - Parameter rows: the rows of the embedding that the ids are for, if known: a list of exactly
  ///   so many words begins with id 0, a list of one word less with id 1.
  /// - Throws: `TextError.missing`, `.badVocabulary`.
  package static func read(path: String, rows: Int? = nil) throws(TextError) -> Vocabulary {
    let file: MappedFile
    do {
      file = try MappedFile(path: path)
    } catch {
      throw TextError(error)
    }
    guard file.count <= maximumFileBytes, let bytes = file.bytes(0..<file.count) else {
      throw .badVocabulary(
        path: path, line: 0, reason: "it has more than \(maximumFileBytes >> 20) MB")
    }
    return try Vocabulary(contents: bytes, path: path, rows: rows)
  }

  /// Makes a vocabulary of the contents of a file; see `read(path:rows:)`.
  ///
  /// - Throws: `TextError.badVocabulary`.
  package init(
    contents bytes: [UInt8], path: String, rows: Int? = nil
  ) throws(TextError) {
    let isMarked = bytes.starts(with: [0xEF, 0xBB, 0xBF])
    let body = bytes.dropFirst(isMarked ? 3 : 0)
    let head = body.prefix(4096).filter { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }.prefix(2)
    if head.starts(with: [UInt8(ascii: "{")]) || head.elementsEqual("[\"".utf8) {
      try self.init(json: Array(body), path: path, rows: rows)
    } else {
      try self.init(lines: body, path: path, rows: rows)
    }
  }

  private init(lines body: ArraySlice<UInt8>, path: String, rows: Int?) throws(TextError) {
    if body.starts(with: "version https://git-lfs".utf8) {
      throw .badVocabulary(path: path, line: 1, reason: "it is a Git LFS pointer: git lfs pull")
    }
    var words: [String] = []
    var lines = body.split(separator: 0x0A, omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    guard lines.count <= Self.maximumCount else {
      throw .badVocabulary(path: path, line: 0, reason: "more than \(Self.maximumCount) lines")
    }
    for (index, line) in lines.enumerated() {
      func fail(_ reason: String) -> TextError {
        .badVocabulary(path: path, line: index + 1, reason: reason)
      }
      let line = line.last == 0x0D ? line.dropLast() : line
      guard line.count <= Self.maximumWordBytes else {
        throw fail("a word has more than \(Self.maximumWordBytes) bytes")
      }
      guard let word = String(validating: line, as: UTF8.self) else {
        throw fail("it is not UTF-8")
      }
      guard !word.isEmpty else { throw fail("the line is empty; each line holds one word") }
      guard
        !word.unicodeScalars.contains(where: { $0.value < 0x21 && $0 != " " || $0.value == 0x7F }),
        word == " " || !word.contains(" ")
      else { throw fail("each line holds one word, without spaces or control characters") }
      words.append(word)
    }
    try self.init(list: words, path: path, rows: rows)
  }

  /// Makes a vocabulary of a list, the ids by the rules of `read(path:rows:)`.
  ///
  /// - Throws: `TextError.badVocabulary`.
  package init(list: [String], path: String, rows: Int? = nil) throws(TextError) {
    let isSpecial = list.first.map { $0.isSpecialWord } ?? false
    var begin = isSpecial ? 0 : 1
    if rows == list.count { begin = 0 } else if rows == list.count + 1 { begin = 1 }
    try self.init(
      words: list.enumerated().map { (id: $0.offset + begin, word: $0.element) }, path: path)
  }

  private init(json bytes: [UInt8], path: String, rows: Int?) throws(TextError) {
    func fail(_ reason: String) -> TextError {
      .badVocabulary(path: path, line: 0, reason: reason)
    }
    let document: JSON
    do throws(JSONError) {
      document = try JSON(parsing: bytes, depth: 16)
    } catch {
      throw fail(error.description)
    }
    switch document["model"]?["vocab"] ?? document["vocab"] ?? document {
    case .array(let values):
      var list: [String] = []
      for value in values {
        guard case .string(let word) = value else { throw fail("the list holds more than words") }
        list.append(word)
      }
      try self.init(list: list, path: path, rows: rows)
    case .object(let members):
      var words: [(id: Int, word: String)] = []
      for member in members {
        switch member.value {
        case .integer(let id): words.append((id, member.name))
        case .string(let word):
          guard let id = Int(member.name), String(id) == member.name else {
            throw fail("'\(member.name)' is no id; an object maps words to ids or back")
          }
          words.append((id, word))
        default:
          throw fail("'\(member.name)' is neither a word with an id nor an id with a word")
        }
      }
      try self.init(words: words, path: path)
    default:
      throw fail("it is neither a list nor an object")
    }
  }
}

extension String {
  /// True for `<pad>`, `[UNK]` and the like: one word in angle or square brackets.
  fileprivate var isSpecialWord: Bool {
    guard count > 2 else { return false }
    return hasPrefix("<") && hasSuffix(">") || hasPrefix("[") && hasSuffix("]")
  }
}

extension TextError {
  /// What went wrong when a file was opened.
  init(_ error: MappedFileError) {
    switch error {
    case .cannotOpen(let path, let reason), .cannotMap(let path, let reason):
      self = .missing(path: path, reason: reason)
    case .notARegularFile(let path):
      self = .missing(path: path, reason: "it is not a regular file")
    }
  }
}
