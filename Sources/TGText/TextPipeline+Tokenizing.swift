/// A caption as a model sees it.
package struct Tokens: Hashable, Sendable {
  /// The pieces that became ids, in order, special words included; unknown ones as they were read.
  package var pieces: [String] = []
  /// Their ids, as many.
  package var ids: [Int] = []
  /// The words that are not in the vocabulary, each once, in order.
  package var unknown: [UnknownWord] = []
  /// True if unknown words were left out rather than given an id.
  package var unknownAreDropped = false
  /// How many pieces were cut off to keep to the length.
  package var truncated = 0

  /// The number of ids.
  package var count: Int { ids.count }

  /// The ids filled up to a length; nil if there are more.
  package func padded(to length: Int, with padding: Int) -> [Int]? {
    guard ids.count <= length else { return nil }
    return ids + [Int](repeating: padding, count: length - ids.count)
  }

  /// The pieces with their ids, as `--show-tokens` prints them: `red=11 bird=27`.
  package var shown: String {
    zip(pieces, ids).map { "\($0)=\($1)" }.joined(separator: " ")
  }

  /// What the user should know: one sentence for each unknown word, and one for a cut.
  package var warnings: [String] {
    let fate = unknownAreDropped ? "is left out" : "is read as the unknown word"
    var result = unknown.prefix(16).map { "not in the vocabulary, \(fate): \($0)" }
    if unknown.count > 16 { result.append("and \(unknown.count - 16) more unknown words") }
    if truncated > 0 {
      result.append(
        "the caption is too long for the model: its last \(truncated) tokens are cut off")
    }
    return result
  }
}

extension TextPipeline {
  /// Cuts a caption and looks it up.
  ///
  /// A run of letters without spaces that is not in the vocabulary and holds letters of a script
  /// written without spaces (Chinese, kana, Thai) is cut by greedy longest match of the vocabulary's
  /// words, so 圆领短袖 is read as 圆领 短袖.
  ///
  /// - Parameters:
  ///   - length: the most ids wanted, the begin and end words among them; what is over is cut off
  ///     before the end word.
  ///   - strictWords: makes any unknown word an error.
  /// - Throws: `TextError` for a caption that `Caption.checked` refuses, an empty one, one without
  ///   any known word, or, if strict, with an unknown word.
  package func tokenize(
    _ caption: String, length: Int = .max, strictWords: Bool = false
  ) throws(TextError) -> Tokens {
    let text = try Caption.checked(caption)
    let strings = splitting.pieces(of: text)
    guard !strings.isEmpty else { throw .emptyCaption }
    var tokens = Tokens()
    tokens.unknownAreDropped = unknown == .drop
    var missing: [String] = []
    var known = 0
    for string in strings {
      for (piece, id) in lookUp(string) {
        if let id {
          known += 1
          tokens.pieces.append(piece)
          tokens.ids.append(id)
        } else {
          missing.append(piece)
          if case .id(let id) = unknown {
            tokens.pieces.append(piece)
            tokens.ids.append(id)
          }
        }
      }
    }
    tokens.unknown = described(missing)
    if strictWords && !missing.isEmpty { throw .unknownWords(tokens.unknown) }
    guard known > 0 else { throw .noKnownWord(words: tokens.unknown) }

    let frame = (first == nil ? 0 : 1) + (last == nil ? 0 : 1)
    let room = max(0, length - frame)
    if tokens.ids.count > room {
      tokens.truncated = tokens.ids.count - room
      tokens.ids.removeLast(tokens.truncated)
      tokens.pieces.removeLast(tokens.truncated)
    }
    if let first {
      tokens.ids.insert(first, at: 0)
      tokens.pieces.insert(vocabulary.word(of: first) ?? "<begin>", at: 0)
    }
    if let last {
      tokens.ids.append(last)
      tokens.pieces.append(vocabulary.word(of: last) ?? "<end>")
    }
    return tokens
  }

  /// The pieces of one string, with their ids where they have one.
  private func lookUp(_ string: String) -> [(piece: String, id: Int?)] {
    if splitting == .wordPiece { return wordPieces(of: string) }
    if let id = vocabulary.id(of: string) { return [(string, id)] }
    if !splitting.isByCharacter, string.unicodeScalars.contains(where: \.isUnspaced) {
      return longestMatches(in: string)
    }
    return [(string, nil)]
  }

  /// Greedy longest match from the left; what matches nowhere is gathered into unknown pieces.
  private func longestMatches(in string: String) -> [(piece: String, id: Int?)] {
    let scalars = Array(string.unicodeScalars)
    var result: [(piece: String, id: Int?)] = []
    var unmatched = String.UnicodeScalarView()
    var start = 0
    while start < scalars.count {
      var end = min(scalars.count, start + min(vocabulary.longestWord, 64))
      var found: (piece: String, id: Int)?
      while end > start, found == nil {
        let piece = String(String.UnicodeScalarView(scalars[start..<end]))
        if let id = vocabulary.id(of: piece) { found = (piece, id) } else { end -= 1 }
      }
      if let found {
        if !unmatched.isEmpty { result.append((String(unmatched), nil)) }
        unmatched = String.UnicodeScalarView()
        result.append((found.piece, found.id))
        start = end
      } else {
        unmatched.append(scalars[start])
        start += 1
      }
    }
    if !unmatched.isEmpty { result.append((String(unmatched), nil)) }
    return result
  }

  /// BERT's word pieces: greedy longest match, pieces after the first written with `##`; a word of
  /// more than 100 characters, or that cannot be made up of pieces, is unknown as a whole.
  private func wordPieces(of word: String) -> [(piece: String, id: Int?)] {
    let scalars = Array(word.unicodeScalars)
    guard scalars.count <= 100 else { return [(word, nil)] }
    var result: [(piece: String, id: Int?)] = []
    var start = 0
    while start < scalars.count {
      var end = scalars.count
      var found: (piece: String, id: Int)?
      while end > start, found == nil {
        let text = String(String.UnicodeScalarView(scalars[start..<end]))
        let piece = start == 0 ? text : "##" + text
        if let id = vocabulary.id(of: piece) { found = (piece, id) } else { end -= 1 }
      }
      guard let found else { return [(word, nil)] }
      result.append((found.piece, found.id))
      start = end
    }
    return result
  }

  /// Each unknown word once, the first few with suggestions.
  private func described(_ words: [String]) -> [UnknownWord] {
    var seen: Set<String> = []
    var result: [UnknownWord] = []
    for word in words where seen.insert(word).inserted {
      let suggestions =
        result.count < 8 && !splitting.isByCharacter ? vocabulary.nearest(to: word) : []
      result.append(UnknownWord(word: word, suggestions: suggestions))
    }
    return result
  }
}
