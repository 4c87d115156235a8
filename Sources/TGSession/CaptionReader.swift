internal import TGText

/// Makes ids of captions, and remembers what it made: a caption is looked up before anything is
/// computed, bound for each item of a run, and shown beside its pictures.
final class CaptionReader {
  /// The most captions that are remembered; then all are forgotten, and it begins anew.
  static let limit = 1 << 16

  /// What makes the ids.
  let pipeline: TextPipeline
  /// How many captions were cut and looked up.
  private(set) var readings = 0
  private var known: [Key: Tokens] = [:]

  /// Captions are told apart by their bytes, as words are.
  private struct Key: Hashable {
    var bytes: [UInt8]
    var length: Int
  }

  /// Makes a reader that has read nothing yet.
  init(_ pipeline: TextPipeline) { self.pipeline = pipeline }

  /// What is made of a caption, as `TextPipeline.tokenize` says.
  func tokens(
    of caption: String, length: Int, strictWords: Bool = false
  ) throws(TextError) -> Tokens {
    let key = Key(bytes: Array(caption.utf8), length: length)
    if let tokens = known[key] {
      guard !strictWords || tokens.unknown.isEmpty else { throw .unknownWords(tokens.unknown) }
      return tokens
    }
    readings += 1
    let tokens = try pipeline.tokenize(caption, length: length, strictWords: strictWords)
    if known.count >= Self.limit { known = [:] }
    known[key] = tokens
    return tokens
  }
}
