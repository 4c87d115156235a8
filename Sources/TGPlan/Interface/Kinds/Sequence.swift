/// Vectors `[N, T, D]` of a sequence of words with lengths.
package struct SequenceKind: WordKind {
  package static let code = 2
  package static let word = "sequence"
  package static let isVectors = true
  package static let example = "Sequence[25, 300]: words, numbers of each"
  package static let usualVocabulary = ""

  package var vocabulary = ""

  package init() {}
}

extension InterfaceItem.Kind {
  /// Vectors of words; the name of the text resource that makes them of a caption (by
  /// `wordVectors`), or empty.
  package static func sequence(vocabulary: String) -> Self {
    Self(SequenceKind(vocabulary: vocabulary))
  }
}
