/// Why a text, a vocabulary or word vectors cannot be used.
package enum TextError: Error, Hashable, Sendable {
  /// The caption has no character that a token could be made of.
  case emptyCaption
  /// The caption is longer than `Caption.maximumBytes`.
  case longCaption(bytes: Int)
  /// A control character at a byte offset.
  case controlCharacter(code: UInt32, offset: Int)
  /// The bytes are not UTF-8 from an offset on.
  case notUTF8(offset: Int)
  /// None of the words is in the vocabulary.
  case noKnownWord(words: [UnknownWord])
  /// Some words are not in the vocabulary, and the caller insists.
  case unknownWords([UnknownWord])
  /// The vocabulary cannot be read: file, line (0 if it has none) and reason.
  case badVocabulary(path: String, line: Int, reason: String)
  /// The word vectors cannot be read: file, line and reason.
  case badVectors(path: String, line: Int, reason: String)
  /// There is no such file or it may not be read.
  case missing(path: String, reason: String)
  /// A tokenizer does not go with the vocabulary, or is not known.
  case unfitTokenizer(name: String, reason: String)
  /// The stored form of a pipeline is damaged: byte offset and reason.
  case badEncoding(offset: Int, reason: String)
}

/// A word that is not in the vocabulary, with those of the vocabulary that look like it.
package struct UnknownWord: Hashable, Sendable, CustomStringConvertible {
  /// The word as it was looked up.
  package let word: String
  /// The nearest words of the vocabulary, nearest first, at most three.
  package let suggestions: [String]

  /// The word with its suggestions, as messages show it.
  package var description: String {
    guard let first = suggestions.first else { return "'\(word)'" }
    let others = suggestions.dropFirst().map { " or '\($0)'" }.joined()
    return "'\(word)' (did you mean '\(first)'\(others)?)"
  }
}

extension TextError {
  /// The sentence for the user.
  package var message: String {
    switch self {
    case .emptyCaption:
      return "the caption is empty"
    case .longCaption(let bytes):
      return "the caption has \(bytes) bytes; at most \(Caption.maximumBytes) are read"
    case .controlCharacter(let code, let offset):
      return "the caption has a control character (U+\(hex(code))) at byte \(offset)"
    case .notUTF8(let offset):
      return "the caption is not valid UTF-8 at byte \(offset)"
    case .noKnownWord(let words):
      return "no word of the caption is in the vocabulary: \(list(words))"
    case .unknownWords(let words):
      return "not in the vocabulary: \(list(words))"
    case .badVocabulary(let path, let line, let reason):
      return "\(path)\(line > 0 ? ":\(line)" : ""): not a vocabulary: \(reason)"
    case .badVectors(let path, let line, let reason):
      return "\(path)\(line > 0 ? ":\(line)" : ""): not word vectors: \(reason)"
    case .missing(let path, let reason):
      return "cannot read \(path): \(reason)"
    case .unfitTokenizer(let name, let reason):
      return "tokenizer '\(name)': \(reason)"
    case .badEncoding(let offset, let reason):
      return "the stored vocabulary is damaged at byte \(offset): \(reason)"
    }
  }

  /// The exit code of a command that ends with this error.
  package var exitCode: Int32 {
    if case .missing = self { return 66 }
    return 65
  }

  private func list(_ words: [UnknownWord]) -> String {
    let shown = words.prefix(8).map(\.description).joined(separator: ", ")
    return words.count > 8 ? shown + " and \(words.count - 8) more" : shown
  }

  private func hex(_ code: UInt32) -> String {
    let digits = String(code, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}
