package import TGTensor

/// What `Text` and `Sequence` have in common: words of a caption, with their number.
package protocol WordKind: InterfaceKind {
  /// True for a vector for each word, false for an id.
  static var isVectors: Bool { get }
  /// A right type, and what its sizes are.
  static var example: String { get }
  /// The vocabulary where a page states none; empty if it may do without.
  static var usualVocabulary: String { get }
  /// The name of the plan's text resource; empty if only numbers can be given.
  var vocabulary: String { get set }
}

extension WordKind {
  /// The most words of a text.
  private static var maximumWords: Int { 65_536 }

  /// How captions are cut and what becomes of unknown words is the compiler's business.
  package static var labels: [String] { ["vocabulary", "tokenizer", "unknown"] }

  package init(declared type: some KindDeclaration) throws {
    try type.demand(sizes: Self.isVectors ? 2 : 1, of: Self.self, example: Self.example)
    guard type.sizes[0] <= Self.maximumWords else {
      throw KindError("limit", "a text has at most \(Self.maximumWords) words")
    }
    let name = try type.word("vocabulary", of: nil) ?? Self.usualVocabulary
    // A page may leave a vocabulary out where none is usual; it cannot state an empty one.
    guard name.isEmpty ? Self.usualVocabulary.isEmpty : PlanName.isBaseName(name) else {
      throw KindError(
        "convention", "a vocabulary is not called \"\(name)\"",
        hint: "a name of one line without `/`, as --vocabulary NAME=FILE has it",
        label: "vocabulary")
    }
    self.init(vocabulary: name)
  }

  init(vocabulary: String) {
    self.init()
    self.vocabulary = vocabulary
  }

  package mutating func visit<Archive: PlanArchive>(
    _ archive: inout Archive
  ) throws(Archive.Failure) {
    try archive.string("vocabulary", &vocabulary)
  }

  package func check(_ item: InterfaceItem, by rules: KindRules) throws(PlanError) {
    try rules.rank(Self.isVectors ? 3 : 2, of: item)
    try rules.tokenizer(vocabulary)
  }

  package var source: InterfaceSource {
    .words(WordRule(vocabulary: vocabulary, isVectors: Self.isVectors))
  }

  package var members: [(String, JSON)] { [("vocabulary", .string(vocabulary))] }

  package var details: String { vocabulary.isEmpty ? "" : "vocabulary \(vocabulary)" }

  package func demand(of item: InterfaceItem) -> String {
    guard vocabulary.isEmpty else { return "a caption for '\(item.name)'" }
    return "\(Self.isVectors ? "vectors" : "ids") of words for '\(item.name)'"
  }

  package func remedy(of item: InterfaceItem) -> String {
    vocabulary.isEmpty ? "for captions, " + item.howToGetWords : "give a caption in quotes"
  }
}

extension InterfaceItem {
  /// How a plan gets the words that an input lacks.
  package var howToGetWords: String {
    if kind.takesVectors {
      return "compile it with them: tgc … --word-vectors FILE.vec; vectors are given by "
        + "--input \(name)=FILE.npy"
    }
    return "compile it with one: tgc … --vocabulary FILE; ids are given by "
      + "--input \(name)=FILE.npy"
  }
}
