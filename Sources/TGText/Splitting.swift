/// How a caption is cut into the strings that are looked up.
package enum Splitting: String, Hashable, Sendable, CaseIterable {
  /// Runs of word characters (letters, digits, `_`) of any script, as the regular expression `\w+`
  /// does, lower-cased. TAGAN, SISGAN and most others. Marks belong to the letter before them.
  case words = "words"
  /// The same, then what is not ASCII is dropped from each word: AttnGAN, DAMSM.
  case asciiWords = "asciiWords"
  /// Between white space, lower-cased: StackGAN's text files, VSE++ on pre-tokenised text.
  case whitespace = "whitespace"
  /// Between single spaces, letters kept as they are: AttnGAN's `eval.py`.
  case spaces = "spaces"
  /// What is not ASCII and ASCII punctuation dropped, lower-cased, between white space: TIRG.
  case stripped = "stripped"
  /// One character each, lower-cased: the PyTorch port of char-CNN-RNN.
  case characters = "characters"
  /// One character each, letters kept as they are: the Torch demos of char-CNN-RNN.
  case exactCharacters = "exactCharacters"
  /// BERT's uncased basic tokenizer and greedy longest match of word pieces: LXMERT, Oscar.
  case wordPiece = "wordPiece"

  /// True if each character of the caption is a token.
  package var isByCharacter: Bool { self == .characters || self == .exactCharacters }

  /// The strings to look up, in order; none is empty. For `wordPiece` these are BERT's basic tokens.
  func pieces(of caption: String) -> [String] {
    // Reed's caption files hold pairs of replacement characters where a space was.
    let text = Self.withSpacesForDamage(caption)
    switch self {
    case .words: return Self.wordRuns(text.lowercased())
    case .asciiWords:
      return Self.wordRuns(text.lowercased()).map(Self.ascii).filter { !$0.isEmpty }
    case .whitespace: return Self.betweenWhitespace(text.lowercased())
    case .spaces: return text.split(separator: " " as Character).map(String.init)
    case .stripped:
      let kept = Self.ascii(text.lowercased()).unicodeScalars.filter { !$0.isASCIIPunctuation }
      return Self.betweenWhitespace(String(String.UnicodeScalarView(kept)))
    case .characters: return text.lowercased().unicodeScalars.map { String($0) }
    case .exactCharacters: return text.unicodeScalars.map { String($0) }
    case .wordPiece: return BasicTokenizer().tokens(of: text)
    }
  }

  private static func withSpacesForDamage(_ text: String) -> String {
    guard text.unicodeScalars.contains("\u{FFFD}") else { return text }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if scalar == "\u{FFFD}" && result.last == "\u{FFFD}" {
        result.removeLast()
        result.append(" ")
      } else {
        result.append(scalar)
      }
    }
    return String(result)
  }

  private static func wordRuns(_ text: String) -> [String] {
    var result: [String] = []
    var run = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if scalar.isWordCharacter || (!run.isEmpty && scalar.isMark) {
        run.append(scalar)
      } else if !run.isEmpty {
        result.append(String(run))
        run = String.UnicodeScalarView()
      }
    }
    if !run.isEmpty { result.append(String(run)) }
    return result
  }

  private static func betweenWhitespace(_ text: String) -> [String] {
    text.unicodeScalars.split { $0.properties.isWhitespace }.map { String($0) }
  }

  private static func ascii(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.filter(\.isASCII)))
  }
}

extension Unicode.Scalar {
  /// A letter, a digit, another number sign or `_`: what `\w` matches in Python.
  var isWordCharacter: Bool {
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .decimalNumber, .letterNumber, .otherNumber:
      return true
    default:
      return self == "_" || properties.numericType != nil
    }
  }

  /// A mark that combines with the letter before it.
  var isMark: Bool {
    switch properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark: return true
    default: return false
    }
  }

  /// `!` to `/`, `:` to `@`, `[` to `` ` ``, `{` to `~`.
  var isASCIIPunctuation: Bool {
    switch value {
    case 33...47, 58...64, 91...96, 123...126: return true
    default: return false
    }
  }

  /// Punctuation as BERT sees it: every ASCII sign that is no letter or digit, and Unicode's P.
  var isBERTPunctuation: Bool {
    if isASCIIPunctuation { return true }
    switch properties.generalCategory {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
      .initialPunctuation, .finalPunctuation, .otherPunctuation:
      return true
    default:
      return false
    }
  }

  /// A Chinese character as BERT sees it: unified ideographs and their compatibility forms.
  var isIdeograph: Bool {
    switch value {
    case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F,
      0x2B820...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F:
      return true
    default:
      return false
    }
  }

  /// A letter of a script that is written without spaces between words.
  var isUnspaced: Bool {
    switch value {
    case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF, 0x3040...0x30FF: return true
    default: return isIdeograph
    }
  }
}
