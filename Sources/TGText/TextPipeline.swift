/// From a caption to token ids: everything that a plan stores about a text input.
package struct TextPipeline: Hashable, Sendable {
  /// What becomes of a piece that is not in the vocabulary.
  package enum UnknownPolicy: Hashable, Sendable {
    /// It is left out, with a warning.
    case drop
    /// It becomes this id, with a warning.
    case id(Int)
  }

  /// How captions are cut.
  package var splitting: Splitting
  /// The words and their ids.
  package var vocabulary: Vocabulary
  /// The id that fills what is left of the length.
  package var padding: Int
  /// What becomes of unknown pieces.
  package var unknown: UnknownPolicy
  /// The id put before the caption, such as `[CLS]` or `[BOS]`.
  package var first: Int?
  /// The id put after it, such as `[SEP]` or `[EOS]`.
  package var last: Int?

  /// Makes a pipeline with everything stated.
  package init(
    splitting: Splitting, vocabulary: Vocabulary, padding: Int, unknown: UnknownPolicy,
    first: Int? = nil, last: Int? = nil
  ) {
    self.splitting = splitting
    self.vocabulary = vocabulary
    self.padding = padding
    self.unknown = unknown
    self.first = first
    self.last = last
  }

  /// The names of tokenizers that `init(tokenizer:vocabulary:)` reads.
  package static let tokenizers = Splitting.allCases.map(\.rawValue) + ["tagged"]

  /// Makes the pipeline that a tokenizer's name and the special words of a vocabulary call for.
  ///
  /// - `[PAD]`, `<pad>` is the padding; else `<end>` if its id is 0; else 0.
  /// - `[UNK]`, `<unk>` takes unknown words; without it they are left out.
  /// - `wordPiece` needs `[CLS]`, `[SEP]`, `[UNK]` and puts the first two around the caption.
  /// - `tagged` needs a begin (`[BOS]`, `<bos>`, `<start>`, `<s>`) and an end (`[EOS]`, `<eos>`,
  ///   `<end>`, `</s>`), puts them around, and cuts as `words` does.
  /// - `characters` and `exactCharacters` take any vocabulary of single characters; unknown ones
  ///   become the space in the first, and id 0 in the second, as in the programs they follow.
  ///
  /// - Parameter tokenizer: one of `tokenizers`; nil chooses: `wordPiece` or `tagged` where the
  ///   vocabulary has their special words, `characters` if no word is longer than one, else `words`.
  /// - Throws: `TextError.unfitTokenizer`.
  package init(tokenizer: String?, vocabulary: Vocabulary) throws(TextError) {
    let begin = vocabulary.id(ofFirst: ["[BOS]", "<bos>", "<BOS>", "<start>", "<s>"])
    let end = vocabulary.id(ofFirst: ["[EOS]", "<eos>", "<EOS>", "<end>", "</s>"])
    let cls = vocabulary.id(of: "[CLS]")
    let sep = vocabulary.id(of: "[SEP]")
    let unk = vocabulary.id(ofFirst: ["[UNK]", "<unk>", "<UNK>", "UNK"])
    let name: String
    if let tokenizer {
      name = tokenizer
    } else if cls != nil && sep != nil && unk != nil {
      name = "wordPiece"
    } else if begin != nil && end != nil {
      name = "tagged"
    } else {
      name = vocabulary.longestWord == 1 ? "characters" : "words"
    }
    func unfit(_ reason: String) -> TextError { .unfitTokenizer(name: name, reason: reason) }

    self.vocabulary = vocabulary
    padding =
      vocabulary.id(ofFirst: ["[PAD]", "<pad>", "<PAD>", "PAD"])
      ?? (vocabulary.id(of: "<end>") == 0 ? 0 : nil) ?? 0
    unknown = unk.map { .id($0) } ?? .drop
    if name == "tagged" {
      guard let begin, let end else {
        throw unfit("the vocabulary lacks begin and end words, such as [BOS] and [EOS]")
      }
      splitting = .words
      first = begin
      last = end
      return
    }
    guard let splitting = Splitting(rawValue: name) else {
      throw unfit(
        "there is none of this name; there are " + Self.tokenizers.joined(separator: ", "))
    }
    self.splitting = splitting
    switch splitting {
    case .wordPiece:
      guard let cls, let sep, unk != nil else {
        throw unfit("the vocabulary lacks [CLS], [SEP] or [UNK]")
      }
      first = cls
      last = sep
    case .characters:
      guard let space = vocabulary.id(of: " ") else {
        throw unfit("the vocabulary lacks the space")
      }
      padding = 0
      unknown = .id(space)
    case .exactCharacters:
      padding = 0
      unknown = .id(0)
    default:
      break
    }
  }

  /// The alphabet of char-CNN-RNN (Reed et al. 2016), 70 symbols with the ids 1 to 70; 0 stands for
  /// a column of zeros: padding, and what is not in the alphabet. The length is 201.
  package static func characters(exactly isExact: Bool = false) throws(TextError) -> TextPipeline {
    let alphabet =
      "abcdefghijklmnopqrstuvwxyz0123456789-,;.!?:'\"/\\|_@#$%^&*~`+-=<>()[]{} "
    var words: [(id: Int, word: String)] = []
    for (index, scalar) in alphabet.unicodeScalars.enumerated() {
      // The hyphen stands twice; the original's Lua table keeps the later position.
      if scalar == "-" && index == 36 { continue }
      words.append((index + 1, String(scalar)))
    }
    return try TextPipeline(
      tokenizer: isExact ? "exactCharacters" : "characters",
      vocabulary: Vocabulary(words: words, path: "alphabet"))
  }

  /// One more than the largest id that comes out: the rows that an embedding needs.
  package var rows: Int {
    var highest = max(vocabulary.rows - 1, padding, first ?? 0, last ?? 0)
    if case .id(let id) = unknown { highest = max(highest, id) }
    return highest + 1
  }
}
