import TGCheckpoint
package import TGTensor
package import TGText

/// Reads vocabularies and vectors of every kind that text encoders come with.
package enum VocabularyReader {
  /// The words with their ids, of a pickle, a file of torch.save, JSON, or lines of text: the rules
  /// stand at `Vocabulary.read`. `rows` is the size of the embedding that the ids are for, 0 if
  /// unknown.
  ///
  /// - Throws: `TextError` or `CheckpointError`.
  package static func read(_ file: GivenFile, rows: Int) throws -> Vocabulary {
    let bytes = try open(file)
    let rows = rows > 0 ? rows : nil
    if isPickle(bytes, path: file.path) {
      let value = try Checkpoint.readPlainData(bytes, path: file.path)
      return try Vocabulary(WordValue(value), path: file.path, rows: rows)
    }
    if let reason = ForeignText.reason(bytes) {
      throw TextError.badVocabulary(path: file.path, line: 0, reason: reason)
    }
    return try Vocabulary.read(bytes, path: file.path, rows: rows)
  }

  /// The vectors of the words asked for, or of all in the file.
  ///
  /// - Throws: `TextError`.
  package static func vectors(_ file: GivenFile, words: [String]?) throws(TextError) -> WordVectors
  {
    let bytes = try open(file)
    if let reason = ForeignText.reason(bytes) {
      throw TextError.badVectors(path: file.path, line: 0, reason: reason)
    }
    return try WordVectors.read(bytes, path: file.path, words: words)
  }

  private static func open(_ file: GivenFile) throws(TextError) -> ByteRegion {
    do { return try file.bytes() } catch { throw TextError(error) }
  }

  /// A pickle, an array of objects, or a file of torch.save. What begins with a letter may be a
  /// pickle of the oldest kind or a text; the name decides.
  private static func isPickle(_ file: ByteRegion, path: String) -> Bool {
    let head = file.prefix(6)
    if head.first == 0x80 || head.elementsEqual([0x93] + Array("NUMPY".utf8)) { return true }
    if ["(dp", "(lp", "}q", "]q", "ccop"].contains(where: { head.starts(with: $0.utf8) }) {
      return true
    }
    let suffixes = [".pickle", ".pkl", ".p", ".pth", ".pt"]
    guard suffixes.contains(where: { path.lowercased().hasSuffix($0) }) else { return false }
    // A list or an object of JSON, whatever it is called.
    return !["[\"", "{\""].contains { head.starts(with: $0.utf8) }
  }
}

extension WordValue {
  /// The values of a pickle; an array of one whole number counts as it.
  fileprivate init(_ value: PickleValue) {
    switch value {
    case .string(let text): self = .text(text)
    case .int(let value): self = .whole(value)
    case .list(let items), .tuple(let items):
      // Captions as ids: lists of numbers, and lists of such.
      let areCaptions =
        items.areNumbers || (items.count > 1000 && items.first?.items?.areNumbers ?? false)
      self = areCaptions ? .other : .list(items.map { WordValue($0) })
    case .dictionary(let pairs), .object(_, let pairs):
      self = .pairs(pairs.map { Pair(key: WordValue($0.key), value: WordValue($0.value)) })
    case .array(let array): self = array.wholeNumber.map { .whole($0) } ?? .other
    case .none, .bool, .float, .bytes, .set, .other: self = .other
    }
  }
}

extension NumpyArray {
  /// The value of an array of a single whole number.
  fileprivate var wholeNumber: Int? {
    switch elements {
    case .int64(let elements): elements.count == 1 ? Int(elements[0]) : nil
    case .float32: nil
    }
  }
}
