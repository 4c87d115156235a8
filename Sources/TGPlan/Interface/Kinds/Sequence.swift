package import TGTensor

/// Vectors `[N, T, D]` of a sequence of words with lengths.
package struct SequenceKind: InterfaceKind {
  package static let code = 2
  package static let word = "sequence"
  package static let labels = WordKind.labels

  private var vocabulary = ""

  package init() {}

  fileprivate init(vocabulary: String) { self.vocabulary = vocabulary }

  package init(declared type: some KindDeclaration) throws {
    try type.demand(
      sizes: 2, of: Self.self, example: "Sequence[25, 300]: words, numbers of each")
    vocabulary = try WordKind.vocabulary(type, or: "")
  }

  package mutating func visit<Archive: PlanArchive>(
    _ archive: inout Archive
  ) throws(Archive.Failure) {
    try archive.string("vocabulary", &vocabulary)
  }

  package func check(_ item: InterfaceItem, by rules: KindRules) throws(PlanError) {
    try rules.rank(3, of: item)
    try rules.tokenizer(vocabulary)
  }

  package var source: InterfaceSource {
    .words(WordRule(vocabulary: vocabulary, isVectors: true))
  }

  package var members: [(String, JSON)] { WordKind.members(vocabulary) }

  package var details: String { WordKind.details(vocabulary) }

  package func demand(of item: InterfaceItem) -> String {
    vocabulary.isEmpty ? "vectors of words for '\(item.name)'" : "a caption for '\(item.name)'"
  }

  package func remedy(of item: InterfaceItem) -> String { WordKind.remedy(of: item) }
}

extension InterfaceItem.Kind {
  /// Vectors of words; the name of the text resource that makes them of a caption (by
  /// `wordVectors`), or empty.
  package static func sequence(vocabulary: String) -> Self {
    Self(SequenceKind(vocabulary: vocabulary))
  }
}
