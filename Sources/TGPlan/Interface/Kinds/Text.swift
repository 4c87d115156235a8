/// Ids of words `[N, T]` with lengths, which a caption gives where the plan has a vocabulary.
package struct TextKind: WordKind {
  package static let code = 1
  package static let word = "text"
  package static let isVectors = false
  package static let example = "Text[25](vocabulary: \"captions\"): words"
  package static let usualVocabulary = "captions"

  package var vocabulary = ""

  package init() {}
}

extension InterfaceItem.Kind {
  /// Ids of words; the name of the text resource, or empty if only ids can be given.
  package static func text(vocabulary: String) -> Self { Self(TextKind(vocabulary: vocabulary)) }
}
