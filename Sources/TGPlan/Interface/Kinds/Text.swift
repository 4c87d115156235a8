package import TGTensor

/// Ids of words `[N, T]` with lengths, which a caption gives where the plan has a vocabulary.
package struct TextKind: InterfaceKind {
  package static let code = 1
  package static let word = "text"
  package static let labels = WordKind.labels

  private var vocabulary = ""

  package init() {}

  fileprivate init(vocabulary: String) { self.vocabulary = vocabulary }

  package init(declared type: some KindDeclaration) throws {
    try type.demand(sizes: 1, of: Self.self, example: "Text[25](vocabulary: \"captions\"): words")
    vocabulary = try WordKind.vocabulary(type, or: "captions")
  }

  package mutating func visit<Archive: PlanArchive>(
    _ archive: inout Archive
  ) throws(Archive.Failure) {
    try archive.string("vocabulary", &vocabulary)
  }

  package func check(_ item: InterfaceItem, by rules: KindRules) throws(PlanError) {
    try rules.rank(2, of: item)
    try rules.tokenizer(vocabulary)
  }

  package var source: InterfaceSource {
    .words(WordRule(vocabulary: vocabulary, isVectors: false))
  }

  package var members: [(String, JSON)] { WordKind.members(vocabulary) }

  package var details: String { WordKind.details(vocabulary) }

  package func demand(of item: InterfaceItem) -> String {
    vocabulary.isEmpty ? "ids of words for '\(item.name)'" : "a caption for '\(item.name)'"
  }

  package func remedy(of item: InterfaceItem) -> String { WordKind.remedy(of: item) }
}

extension InterfaceItem.Kind {
  /// Ids of words; the name of the text resource, or empty if only ids can be given.
  package static func text(vocabulary: String) -> Self { Self(TextKind(vocabulary: vocabulary)) }
}
