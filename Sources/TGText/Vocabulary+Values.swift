/// How the values of a file become words with ids; the rules stand at `Vocabulary.read`.
extension Vocabulary {
  /// Makes a vocabulary of what a file holds.
  ///
  /// - Parameter rows: as of `Vocabulary.read`.
  /// - Throws: `TextError.badVocabulary`.
  package init(_ value: WordValue, path: String, rows: Int? = nil) throws(TextError) {
    if case .list(let items) = value, !items.isEmpty, items.allSatisfy({ $0.text != nil }) {
      try self.init(list: items.compactMap(\.text), path: path, rows: rows)
      return
    }
    guard let words = try WordMapping(path: path).words(of: value) else {
      throw .badVocabulary(path: path, line: 0, reason: Self.fault(of: value))
    }
    // An empty word stands for padding and is never looked up.
    try self.init(words: words.filter { !$0.word.isEmpty }, path: path)
  }

  /// Why a value is no vocabulary.
  private static func fault(of value: WordValue) -> String {
    switch value {
    case .list(let items):
      if items.isEmpty { return "it holds no words" }
      let index = items.firstIndex { $0.text == nil } ?? 0
      return "the list holds more than words: item \(index) is none"
    case .pairs(let pairs):
      guard let odd = pairs.first(where: { WordMapping.entry($0) == nil }) else {
        return pairs.isEmpty ? "it holds no words" : "it maps neither words to ids nor ids to words"
      }
      guard let name = odd.key.text else { return "a key is neither a word nor an id" }
      return odd.value.text == nil
        ? "'\(name)' is neither a word with an id nor an id with a word"
        : "'\(name)' is no id; words are mapped to ids or back"
    case .text, .whole, .other: return "it is neither a list of words nor a map of words and ids"
    }
  }
}

/// Finds words with their ids among values.
struct WordMapping {
  /// The file that errors name.
  let path: String

  /// The words of a value: a map of words and ids in either direction; one inside a member or an
  /// item; two maps under names such as `word2idx` and `idx2word`, which must agree. Nil if there is
  /// none.
  func words(of value: WordValue) throws(TextError) -> [(id: Int, word: String)]? {
    switch value {
    case .list(let items):
      let couples = items.compactMap { item -> WordValue.Pair? in
        guard case .list(let parts) = item, parts.count == 2 else { return nil }
        return WordValue.Pair(key: parts[0], value: parts[1])
      }
      if couples.count == items.count, let words = map(couples) { return words }
      // AttnGAN's list holds captions, then both maps.
      for item in items.reversed() {
        if case .pairs = item, let words = try words(of: item) { return words }
      }
      return nil
    case .pairs(let pairs):
      if let words = try named(pairs) { return words }
      if let words = map(pairs) { return words }
      for name in ["vocab", "vocabulary", "model"] {
        if let inner = pairs.first(where: { $0.key.text == name })?.value, inner.isContainer,
          let words = try words(of: inner)
        {
          return words
        }
      }
      return nil
    case .text, .whole, .other: return nil
    }
  }

  /// A word with its id, in the order of the file; nil for anything else.
  static func entry(_ pair: WordValue.Pair) -> (id: Int, word: String)? {
    if case .whole(let id) = pair.value, let word = pair.key.text { return (id, word) }
    if let id = pair.key.id, let word = pair.value.text { return (id, word) }
    return nil
  }

  private func map(_ pairs: [WordValue.Pair]) -> [(id: Int, word: String)]? {
    guard !pairs.isEmpty else { return nil }
    let entries = pairs.compactMap { Self.entry($0) }
    if entries.count == pairs.count { return entries }
    // Ids may be written as texts: "red": "3".
    let texts = pairs.compactMap { pair -> (id: Int, word: String)? in
      guard let word = pair.key.text, let id = pair.value.id else { return nil }
      return (id, word)
    }
    return texts.count == pairs.count ? texts : nil
  }

  /// The words of a list whose indices are the ids, or of a map.
  private func entries(_ value: WordValue) -> [(id: Int, word: String)]? {
    switch value {
    case .list(let items):
      let words = items.enumerated().compactMap { id, item in item.text.map { (id, $0) } }
      return words.count == items.count && !items.isEmpty ? words : nil
    case .pairs(let pairs): return map(pairs)
    case .text, .whole, .other: return nil
    }
  }

  /// The words of members whose names say what they map.
  private func named(_ pairs: [WordValue.Pair]) throws(TextError) -> [(id: Int, word: String)]? {
    func member(_ names: Set<String>) -> (name: String, words: [(id: Int, word: String)])? {
      for pair in pairs {
        guard let name = pair.key.text, names.contains(Self.plain(name)),
          let words = entries(pair.value)
        else { continue }
        return (name, words)
      }
      return nil
    }
    let ids = member(Self.toIDs)
    let words = member(Self.toWords)
    guard let ids else { return words?.words }
    guard let words else { return ids.words }
    return try agreed(ids, words)
  }

  /// The words of both maps. An entry of the map to ids that the other one does not know is only
  /// let pass where it cannot mislead: a word whose id is free, or one that was given the id of
  /// unknown words when it was looked up.
  private func agreed(
    _ ids: (name: String, words: [(id: Int, word: String)]),
    _ words: (name: String, words: [(id: Int, word: String)])
  ) throws(TextError) -> [(id: Int, word: String)] {
    func fail(_ id: Int, _ one: String, _ other: String) -> TextError {
      .badVocabulary(
        path: path, line: 0,
        reason: "`\(ids.name)` gives '\(one)' the id \(id), `\(words.name)` gives \(id) \(other)")
    }
    var wordOfID: [Int: String] = [:]
    for (id, word) in words.words { wordOfID[id] = word }
    var known: Set<ExactWord> = []
    var result = words.words
    for (id, word) in ids.words {
      known.insert(ExactWord(word))
      guard let there = wordOfID[id] else {
        result.append((id, word))
        continue
      }
      if ExactWord(there) != ExactWord(word), !there.isUnknownWord {
        throw fail(id, word, "to '\(there)'")
      }
    }
    if let lost = words.words.first(where: { !known.contains(ExactWord($0.word)) }) {
      throw .badVocabulary(
        path: path, line: 0,
        reason: "`\(words.name)` gives \(lost.id) to '\(lost.word)', which `\(ids.name)` lacks")
    }
    return result
  }

  /// A name without what only sets its parts apart.
  private static func plain(_ name: String) -> String {
    String(name.lowercased().filter { $0 != "_" && $0 != "-" })
  }

  private static let wordNames = [
    "word", "words", "w", "s", "str", "string", "token", "tok", "symbol", "char",
  ]
  private static let idNames = ["idx", "ix", "i", "id", "ids", "index", "indices", "ind"]

  /// `word2idx`, `wordtoix`, `stoi`, `token2id` …
  private static let toIDs = Set(
    wordNames.flatMap { word in idNames.flatMap { ["\(word)2\($0)", "\(word)to\($0)"] } })
  /// `idx2word`, `ixtoword`, `itos`, `id2token` …
  private static let toWords = Set(
    wordNames.flatMap { word in idNames.flatMap { ["\($0)2\(word)", "\($0)to\(word)"] } })
}

extension String {
  /// True for the word that stands for unknown ones.
  fileprivate var isUnknownWord: Bool {
    ["[UNK]", "<unk>", "<UNK>", "UNK", "unk"].contains { $0 == self }
  }
}
