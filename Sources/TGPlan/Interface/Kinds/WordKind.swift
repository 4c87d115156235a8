internal import TGTensor

/// What `Text` and `Sequence` have in common.
package enum WordKind {
  /// The most words of a text.
  static let maximumWords = 65_536

  /// What stands in the parentheses; how captions are cut and what becomes of unknown words is the
  /// compiler's business.
  package static let labels = ["vocabulary", "tokenizer", "unknown"]

  static func vocabulary(
    _ type: some KindDeclaration, or standard: String
  ) throws -> String {
    guard type.sizes[0] <= maximumWords else {
      throw KindError("limit", "a text has at most \(maximumWords) words")
    }
    let stated = try type.word("vocabulary", of: nil)
    let name = stated ?? standard
    // A page may leave a vocabulary out where none is usual; it cannot state an empty one.
    guard name.isEmpty ? standard.isEmpty : PlanName.isBaseName(name) else {
      throw KindError(
        "convention", "a vocabulary is not called \"\(name)\"",
        hint: "a name of one line without `/`, as --vocabulary NAME=FILE has it",
        label: "vocabulary")
    }
    return name
  }

  static func members(_ vocabulary: String) -> [(String, JSON)] {
    [("vocabulary", .string(vocabulary))]
  }

  static func details(_ vocabulary: String) -> String {
    vocabulary.isEmpty ? "" : "vocabulary \(vocabulary)"
  }

  static func remedy(of item: InterfaceItem) -> String {
    item.isWordless ? "for captions, " + compilation(for: item) : "give a caption in quotes"
  }

  /// How a plan gets the words that an input lacks.
  package static func compilation(for item: InterfaceItem) -> String {
    if item.kind.source.words?.isVectors == true {
      return "compile it with them: tgc … --word-vectors FILE.vec; vectors are given by "
        + "--input \(item.name)=FILE.npy"
    }
    return "compile it with one: tgc … --vocabulary FILE; ids are given by "
      + "--input \(item.name)=FILE.npy"
  }
}
