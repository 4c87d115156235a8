package import TGTensor

extension Vocabulary {
  /// The largest vocabulary file, in bytes.
  package static let maximumFileBytes = 64 << 20

  /// Reads a vocabulary file: JSON if it begins with `{`, `["` or `[[`; else text.
  /// Values of other containers follow the rules of JSON (`init(_:path:rows:)`).
  ///
  /// - Text: one word in each line; empty lines may follow the last. If the first word is a special
  ///   one (`<pad>`, `<end>`, `[PAD]`, `[UNK]`, …), line n has the id n - 1: so are AttnGAN's lists
  ///   exported and BERT's `vocab.txt` made. Otherwise id 0 is kept for padding and line n has the
  ///   id n. Lines may also hold a word and its id, in either order.
  /// - JSON: a list of words, by the same two rules; a map from words to ids, or from ids to words;
  ///   members such as `word2idx` and `idx2word`, `stoi` and `itos`, `wordtoix` and `ixtoword`, which
  ///   must agree, a list among them having its indices as ids; also inside `vocab`, `vocabulary` or
  ///   `model` (`tokenizer.json`), or as an item of a list. Empty words in maps are left out.
  ///
  /// - Parameters:
  ///   - path: the name of the file, for errors.
  ///   - rows: the rows of the embedding that the ids are for, if known: a list of exactly so many
  ///     words begins with id 0, a list of one word less with id 1.
  /// - Throws: `TextError.badVocabulary`.
  package static func read(
    _ file: ByteRegion, path: String, rows: Int? = nil
  ) throws(TextError) -> Vocabulary {
    guard file.count <= maximumFileBytes, let bytes = file.bytes(0..<file.count) else {
      throw .badVocabulary(
        path: path, line: 0, reason: "it has more than \(maximumFileBytes >> 20) MB")
    }
    return try Vocabulary(contents: bytes, path: path, rows: rows)
  }

  /// Opens and reads a vocabulary file.
  ///
  /// - Throws: `TextError.missing`, `.badVocabulary`.
  package static func read(path: String, rows: Int? = nil) throws(TextError) -> Vocabulary {
    let file: MappedFile
    do { file = try MappedFile(path: path) } catch { throw TextError(error) }
    return try read(ByteRegion(file), path: path, rows: rows)
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
    if head.first == UInt8(ascii: "{")
      || ["[\"", "[["].contains(where: { head.elementsEqual($0.utf8) })
    {
      try self.init(json: Array(body), path: path, rows: rows)
    } else {
      try self.init(lines: body, path: path, rows: rows)
    }
  }

  private init(lines body: ArraySlice<UInt8>, path: String, rows: Int?) throws(TextError) {
    var words: [String] = []
    var lines: [ExactWord: Int] = [:]
    var rest = body.split(separator: 0x0A, omittingEmptySubsequences: false).map {
      $0.last == 0x0D ? $0.dropLast() : $0
    }
    while rest.last?.isEmpty == true { rest.removeLast() }
    guard rest.count <= Self.maximumCount else {
      throw .badVocabulary(path: path, line: 0, reason: "more than \(Self.maximumCount) lines")
    }
    if let words = try Self.columns(rest, path: path) {
      try self.init(words: words, path: path)
      return
    }
    for (index, line) in rest.enumerated() {
      func fail(_ reason: String) -> TextError {
        .badVocabulary(path: path, line: index + 1, reason: reason)
      }
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
      if let first = lines.updateValue(index + 1, forKey: ExactWord(word)) {
        throw fail("'\(word)' stands on line \(first) already; each word has one id")
      }
      words.append(word)
    }
    try self.init(list: words, path: path, rows: rows)
  }

  /// The words and ids of lines that have two columns, one of them all whole numbers; nil if not all
  /// lines have. Numbers that do not count through are no ids: they may be how often a word occurs.
  private static func columns(
    _ lines: [ArraySlice<UInt8>], path: String
  ) throws(TextError) -> [(id: Int, word: String)]? {
    var columns: [[String]] = [[], []]
    for line in lines {
      let fields = line.split(whereSeparator: { $0 == 0x20 || $0 == 0x09 })
      guard fields.count == 2 else { return nil }
      for (column, field) in fields.enumerated() {
        guard let text = String(validating: field, as: UTF8.self) else { return nil }
        columns[column].append(text)
      }
    }
    let numbers = columns.map { $0.compactMap { Int($0) } }
    let candidates = [1, 0].filter { numbers[$0].count == lines.count && !lines.isEmpty }
    guard !candidates.isEmpty else { return nil }
    for column in candidates {
      let low = numbers[column].min() ?? 0
      guard low == 0 || low == 1, Set(numbers[column]) == Set(low..<low + lines.count) else {
        continue
      }
      return Array(zip(numbers[column], columns[1 - column])).map { (id: $0, word: $1) }
    }
    throw .badVocabulary(
      path: path, line: 1,
      reason: "each line has a word and a number, and the numbers are no ids, which count through "
        + "from 0 or 1; keep the words only, if their lines are their ids")
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
    try self.init(WordValue(document), path: path, rows: rows)
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
  package init(_ error: MappedFileError) {
    switch error {
    case .cannotOpen(let path, let reason), .cannotMap(let path, let reason):
      self = .missing(path: path, reason: reason)
    case .notARegularFile(let path):
      self = .missing(path: path, reason: "it is not a regular file")
    }
  }
}
