/// Words with the ids that a model knows them by.
///
/// Words are told apart by their bytes. A word that differs from an entry only in how accents are
/// composed is found all the same.
package struct Vocabulary: Hashable, Sendable {
  /// The most words.
  package static let maximumCount = 1_000_000
  /// The longest word, in bytes of UTF-8.
  package static let maximumWordBytes = 1024
  /// The largest id: float32 holds it exactly.
  package static let maximumID = 1 << 24

  /// The words, by ascending id.
  package let words: [String]
  /// Their ids, strictly ascending.
  package let ids: [Int]

  private let positions: [ExactWord: Int]
  private let equivalents: [String: Int]
  /// The most scalars of a word.
  let longestWord: Int

  /// Makes a vocabulary of pairs in any order.
  ///
  /// - Parameter path: the file that errors name.
  /// - Throws: `TextError.badVocabulary` if a word or id stands twice, a word is empty or longer
  ///   than `maximumWordBytes`, an id lies outside `0...maximumID`, or there are too many or none.
  package init(words: [(id: Int, word: String)], path: String = "vocabulary") throws(TextError) {
    func fail(_ reason: String) -> TextError {
      .badVocabulary(path: path, line: 0, reason: reason)
    }
    guard !words.isEmpty else { throw fail("it holds no words") }
    guard words.count <= Self.maximumCount else {
      throw fail("it holds \(words.count) words, at most \(Self.maximumCount) are read")
    }
    let sorted = words.sorted { $0.id < $1.id }
    var positions: [ExactWord: Int] = [:]
    var equivalents: [String: Int] = [:]
    positions.reserveCapacity(sorted.count)
    var longest = 1
    for (position, entry) in sorted.enumerated() {
      guard (0...Self.maximumID).contains(entry.id) else {
        throw fail("id \(entry.id) of '\(entry.word)' is not in 0...\(Self.maximumID)")
      }
      if position > 0, sorted[position - 1].id == entry.id {
        throw fail(
          "id \(entry.id) stands for both '\(sorted[position - 1].word)' and '\(entry.word)'")
      }
      guard !entry.word.isEmpty else { throw fail("the word with id \(entry.id) is empty") }
      guard entry.word.utf8.count <= Self.maximumWordBytes else {
        throw fail("the word with id \(entry.id) has more than \(Self.maximumWordBytes) bytes")
      }
      let previous = positions.updateValue(position, forKey: ExactWord(entry.word))
      if let previous {
        throw fail("'\(entry.word)' has the ids \(sorted[previous].id) and \(entry.id)")
      }
      if !entry.word.utf8.allSatisfy({ $0 < 0x80 }) {
        equivalents[entry.word] = equivalents[entry.word] ?? position
      }
      longest = max(longest, entry.word.unicodeScalars.count)
    }
    self.words = sorted.map(\.word)
    ids = sorted.map(\.id)
    self.positions = positions
    self.equivalents = equivalents
    longestWord = longest
  }

  /// The number of words.
  package var count: Int { words.count }

  /// One more than the largest id: the rows that an embedding needs.
  package var rows: Int { (ids.last ?? -1) + 1 }

  /// The id of a word; nil if it is not here.
  package func id(of word: String) -> Int? {
    (positions[ExactWord(word)] ?? equivalents[word]).map { ids[$0] }
  }

  /// The id of the first of some words that is here.
  func id(ofFirst words: [String]) -> Int? {
    for word in words {
      if let id = id(of: word) { return id }
    }
    return nil
  }

  /// The word of an id; nil if there is none.
  package func word(of id: Int) -> String? {
    var low = 0
    var high = ids.count
    while low < high {
      let middle = (low + high) / 2
      if ids[middle] < id { low = middle + 1 } else { high = middle }
    }
    return low < ids.count && ids[low] == id ? words[low] : nil
  }

  /// Two vocabularies are equal if their words and ids are, byte by byte.
  package static func == (a: Vocabulary, b: Vocabulary) -> Bool {
    a.ids == b.ids && a.words.elementsEqual(b.words) { $0.utf8.elementsEqual($1.utf8) }
  }

  /// Feeds the ids to a hasher.
  package func hash(into hasher: inout Hasher) { hasher.combine(ids) }
}

/// A word compared by its bytes, where `String` compares by canonical equivalence.
struct ExactWord: Hashable {
  private let word: String

  init(_ word: String) { self.word = word }

  static func == (a: ExactWord, b: ExactWord) -> Bool { a.word.utf8.elementsEqual(b.word.utf8) }

  func hash(into hasher: inout Hasher) {
    for byte in word.utf8 { hasher.combine(byte) }
  }
}
