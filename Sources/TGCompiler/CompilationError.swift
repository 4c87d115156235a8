import TGDiagnostics
import TGIR
import TGPlan
import TGTensor

/// What is wrong with the options of a compilation, as opposed to a text or a file.
package enum CompilationError: Error, Hashable, Sendable {
  /// A vocabulary was given that no text input names.
  case unknownVocabulary(String, asked: [String])
  /// A vocabulary has larger ids than the embedding has rows: how many ids it needs, and how many
  /// of its words have no row.
  case vocabularyTooLarge(String, ids: Int, words: Int, rows: Int)
  /// Word vectors of another width than the graph's.
  case vectorWidth(String, found: Int, expected: Int)
  /// Word vectors, and no input that they could be for.
  case unaskedVectors
  /// What needs more memory than allowed, in bytes.
  case memory(String, needed: Int, allowed: Int)
  /// No function has all the weights it needs.
  case nothingToCompile(notes: [String])
  /// No function has the name; an objective may have it.
  case noFunction(String, functions: [String], isObjective: Bool)
}

extension CompilationError {
  /// What does not fit an input of the page, as a finding at that input; nil for what is wrong with
  /// the options.
  func finding(in functions: [GraphFunction]) -> Diagnostic? {
    let inputs = functions.flatMap(\.inputs)
    switch self {
    case .vocabularyTooLarge(_, _, _, let rows):
      return Diagnostic(
        "vocabulary-size", description, at: inputs.first { $0.rows == rows }?.range)
    case .vectorWidth(_, _, let expected):
      let input = inputs.first {
        $0.kind.takesVectors && $0.shape.dimensions.last == expected
      }
      return Diagnostic("vector-width", description, at: input?.range)
    case .unknownVocabulary, .unaskedVectors, .memory, .nothingToCompile, .noFunction: return nil
    }
  }
}

extension CompilationError: CustomStringConvertible {
  /// What was found, what was expected, and what to do.
  package var description: String {
    switch self {
    case .unknownVocabulary(let name, let asked):
      asked.isEmpty
        ? "the graph has no text input that a vocabulary `\(name)` could be for"
        : "no text input asks for a vocabulary `\(name)`; they ask for "
          + asked.map { "`\($0)`" }.joined(separator: ", ")
    case .vocabularyTooLarge(let path, let ids, let words, let rows):
      "\(path) has \(ids) ids, the embedding has \(rows) rows, so \(words) words have no row: is "
        + "this the vocabulary of these weights? a graph's parameter for it is often called "
        + "entries: --set entries=\(ids)"
    case .vectorWidth(let path, let found, let expected):
      "\(path) has vectors of \(found) numbers, the graph takes \(expected)"
    case .unaskedVectors:
      "no input takes word vectors: only those of the type Sequence do"
    case .memory(let what, let needed, let allowed):
      "\(what) takes at least \((needed + (1 << 20) - 1) >> 20) MB; --max-memory allows "
        + "\(allowed >> 20) MB"
    case .nothingToCompile(let notes):
      (["no function has all the weights that it needs"] + notes).joined(separator: "\n")
    case .noFunction(let name, let functions, let isObjective):
      (isObjective
        ? "`\(name)` is an objective, which only a plan can hold"
        : "the model has no function `\(name)`")
        + (functions.isEmpty
          ? "; it has no function"
          : "; its functions are " + functions.map { "`\($0)`" }.joined(separator: ", "))
    }
  }
}
