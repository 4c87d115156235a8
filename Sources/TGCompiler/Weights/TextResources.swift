import TGDiagnostics
import TGIR
import TGOps
import TGPlan
package import TGTensor
import TGText

/// A vocabulary file given on the command line.
package struct VocabularyFile: Sendable {
  /// The vocabulary it is for; nil for the first that the graph names.
  package let name: String?
  /// The file.
  package let file: GivenFile

  /// Names a file.
  package init(name: String? = nil, _ file: GivenFile) {
    self.name = name
    self.file = file
  }
}

/// The tokenizers and vocabularies that go into a plan.
struct TextResources {
  /// What the plan stores.
  private(set) var resources: [Plan.TextResource] = []
  /// Remarks for the user.
  private(set) var notes: [String] = []
  /// What is probably not what was meant.
  private(set) var warnings: [Diagnostic] = []
  private var known: [String: TextPipeline] = [:]

  /// Reads what the text inputs of `functions` ask for, and has word vectors, if given, replace
  /// sequence inputs.
  ///
  /// An input whose vocabulary was not given keeps working with ids; its name is cleared.
  ///
  /// - Throws: `TextError`, `CheckpointError`, or `CompilationError` for a vocabulary that nobody
  ///   asked for.
  mutating func resolve(
    _ functions: [GraphFunction], files: [VocabularyFile], vectors: GivenFile?
  ) throws -> [GraphFunction] {
    var result = functions
    let asked = functions.flatMap { $0.inputs.compactMap(\.vocabulary) }
    for file in files {
      if let name = file.name, !asked.contains(name) {
        throw CompilationError.unknownVocabulary(name, asked: Array(Set(asked)).sorted())
      }
    }
    guard files.isEmpty || !asked.isEmpty else {
      throw CompilationError.unknownVocabulary(files[0].name ?? files[0].file.path, asked: [])
    }
    let takesVectors = functions.contains { function in
      function.inputs.contains { $0.kind.takesVectors }
    }
    guard vectors == nil || takesVectors else { throw CompilationError.unaskedVectors }
    for f in result.indices {
      for i in result[f].inputs.indices {
        guard let name = result[f].inputs[i].vocabulary else { continue }
        let file = files.first { ($0.name ?? asked.first) == name }
        let item = result[f].inputs[i]
        if item.kind.takesIds {
          let stored = try file.map { try pipeline(name, $0.file, item) } ?? alphabet(name, item)
          result[f].inputs[i].kind = .text(vocabulary: stored == nil ? "" : name)
          if stored == nil {
            note("no --vocabulary for `\(item.name)`: captions cannot be read, ids can be given")
          }
        } else {
          guard let vectors else {
            result[f].inputs[i].kind = .sequence(vocabulary: "")
            note("no --word-vectors for `\(item.name)`: its vectors must be given by --input")
            continue
          }
          try replaceSequence(i, of: &result[f], name: name, vectors: vectors, file: file)
        }
      }
    }
    return result
  }

  private mutating func note(_ text: String) { if !notes.contains(text) { notes.append(text) } }

  private mutating func warn(_ id: String, _ message: String, hint: String? = nil) {
    let warning = Diagnostic(id, message, at: nil, severity: .warning, hint: hint)
    if !warnings.contains(warning) { warnings.append(warning) }
  }

  private mutating func pipeline(
    _ name: String, _ file: GivenFile, _ item: GraphInterface
  ) throws -> TextPipeline {
    let isNew = known[name] == nil
    let pipeline =
      try known[name] ?? add(name, VocabularyReader.read(file, rows: item.rows), item)
    guard item.rows > 0 else { return pipeline }
    guard pipeline.rows <= item.rows else {
      throw CompilationError.vocabularyTooLarge(
        file.path, ids: pipeline.rows,
        words: pipeline.vocabulary.ids.count { $0 >= item.rows }, rows: item.rows)
    }
    if isNew { compare(pipeline, with: item, path: file.path) }
    return pipeline
  }

  /// Warns of rows of the embedding that no word has. The row of the padding needs none.
  private mutating func compare(_ pipeline: TextPipeline, with item: GraphInterface, path: String) {
    let ids = Set(pipeline.vocabulary.ids).union([pipeline.padding])
    let empty = (0..<item.rows).filter { !ids.contains($0) }
    guard let first = empty.first, let last = empty.last else { return }
    let shown = first == last ? "id \(first)" : "ids from \(first) to \(last)"
    warn(
      "vocabulary-rows",
      "\(path) has \(pipeline.vocabulary.count) words, the embedding of `\(item.name)` has "
        + "\(item.rows) rows: \(empty.count) have no word (\(shown))",
      hint: "is this the whole vocabulary of these weights? tgrun --show-words lists what was read")
  }

  /// Characters need no file: without one they are those of char-CNN-RNN.
  private mutating func alphabet(_ name: String, _ item: GraphInterface) throws -> TextPipeline? {
    if let pipeline = known[name] { return pipeline }
    guard item.tokenizer == "characters" || item.tokenizer == "exactCharacters" else { return nil }
    let pipeline = try TextPipeline.characters(exactly: item.tokenizer == "exactCharacters")
    known[name] = pipeline
    resources.append(Plan.TextResource(name: name, bytes: pipeline.encode()))
    return pipeline
  }

  private mutating func add(_ name: String, _ vocabulary: Vocabulary, _ item: GraphInterface) throws
    -> TextPipeline
  {
    var pipeline = try TextPipeline(
      tokenizer: item.tokenizer.isEmpty ? nil : item.tokenizer, vocabulary: vocabulary)
    if item.unknown == "drop" { pipeline.unknown = .drop }
    known[name] = pipeline
    resources.append(Plan.TextResource(name: name, bytes: pipeline.encode()))
    return pipeline
  }

  /// `sequence → gather(table, text)`: the vectors become an embedding table of the plan, and the
  /// input takes words.
  private mutating func replaceSequence(
    _ index: Int, of function: inout GraphFunction, name: String, vectors: GivenFile,
    file: VocabularyFile?
  ) throws {
    var item = function.inputs[index]
    let words = try file.map { try VocabularyReader.read($0.file, rows: 0).words }
    let read = try VocabularyReader.vectors(vectors, words: words)
    let width = item.shape.dimensions.last ?? 0
    guard read.table.shape[1] == width else {
      throw CompilationError.vectorWidth(vectors.path, found: read.table.shape[1], expected: width)
    }
    for warning in read.warnings { warn("word-vectors", "\(vectors.path): \(warning)") }
    if let first = read.missing.first {
      let count = read.missing.count
      warn(
        "word-vectors",
        "\(vectors.path): \(count == 1 ? "1 word" : "\(count) words") of the vocabulary "
          + "\(count == 1 ? "has" : "have") no vector: '\(first)'"
          + (count == 1 ? "" : " is the first"))
    }
    if known[name] == nil { _ = try add(name, read.vocabulary, item) }
    let ids = Shape(Array(item.shape.dimensions.dropLast()))
    function.graph = try function.graph.rewritten { node, _, builder in
      guard let input = node.op as? Input, input.name == item.name else { return nil }
      let table = try builder.constant(read.table)
      return try builder.insert(
        Gather(), [table, builder.insert(Input(name: item.name, shape: ids, dtype: .int32), [])])
    }
    item.kind = .text(vocabulary: name)
    item.shape = ids
    item.rows = read.table.shape[0]
    function.inputs[index] = item
  }
}

extension GraphInterface {
  /// The vocabulary that a text or sequence names.
  fileprivate var vocabulary: String? { kind.source.words?.vocabulary }
}
