/// The first half of BERT's uncased tokenizer (Devlin et al. 2018): words and punctuation.
///
/// Control characters go, ideographs stand alone, white space separates, letters lose case and
/// accents, each punctuation sign is a token. The special tokens stay whole.
struct BasicTokenizer {
  private static let special: Set<String> = ["[UNK]", "[SEP]", "[PAD]", "[CLS]", "[MASK]"]
  private let accents = AccentTable()

  /// The tokens, in order; none is empty.
  func tokens(of text: String) -> [String] {
    var cleaned = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if scalar.properties.isWhitespace {
        cleaned.append(" ")
      } else if scalar.isIdeograph {
        cleaned.append(" ")
        cleaned.append(scalar)
        cleaned.append(" ")
      } else if !isDropped(scalar) {
        cleaned.append(scalar)
      }
    }
    var result: [String] = []
    for part in cleaned.split(separator: " ") {
      let word = String(part)
      if Self.special.contains(word) {
        result.append(word)
      } else {
        result += split(plain(word))
      }
    }
    return result
  }

  private func isDropped(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned: return true
    default: return scalar == "\u{FFFD}"
    }
  }

  /// Lower case, without accents.
  private func plain(_ word: String) -> String.UnicodeScalarView {
    var result = String.UnicodeScalarView()
    for scalar in word.lowercased().unicodeScalars {
      if scalar.properties.generalCategory == .nonspacingMark { continue }
      result.append(accents.base(of: scalar))
    }
    return result
  }

  private func split(_ word: String.UnicodeScalarView) -> [String] {
    var result: [String] = []
    var run = String.UnicodeScalarView()
    for scalar in word {
      if scalar.isBERTPunctuation {
        if !run.isEmpty { result.append(String(run)) }
        run = String.UnicodeScalarView()
        result.append(String(scalar))
      } else {
        run.append(scalar)
      }
    }
    if !run.isEmpty { result.append(String(run)) }
    return result
  }
}
