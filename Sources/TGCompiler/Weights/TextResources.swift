import TGCheckpoint
import TGIR
import TGOps
import TGPlan
import TGTensor
package import TGText

/// A vocabulary file given on the command line, `[NAME=]FILE`.
package struct VocabularyFile: Hashable, Sendable {
  /// The vocabulary it is for; nil for the first that the graph names.
  package var name: String?
  /// The path.
  package var path: String

  /// Reads `[NAME=]FILE`.
  package init(argument: String) {
    if let equals = argument.firstIndex(of: "="), !argument[..<equals].contains("/") {
      name = String(argument[..<equals])
      path = String(argument[argument.index(after: equals)...])
    } else {
      path = argument
    }
  }
}

/// Reads vocabularies of every kind that text encoders come with.
package enum VocabularyReader {
  /// The words with their ids: a pickle of AttnGAN's four-part list or of a dictionary, JSON, or
  /// lines of text. `rows` is the size of the embedding that the ids are for, 0 if unknown.
  ///
  /// - Throws: `TextError` or `CheckpointError`.
  package static func read(path: String, rows: Int) throws -> Vocabulary {
    guard isPickle(path) else {
      return try Vocabulary.read(path: path, rows: rows > 0 ? rows : nil)
    }
    let value = try Checkpoint.readPlainData(path: path)
    for candidate in [value] + (value.items ?? []).reversed() {
      if let words = pairs(candidate) { return try Vocabulary(words: words, path: path) }
    }
    throw TextError.badVocabulary(
      path: path, line: 0, reason: "it holds no dictionary from words to ids")
  }

  private static func isPickle(_ path: String) -> Bool {
    [".pickle", ".pkl", ".p"].contains { path.hasSuffix($0) }
  }

  /// A dictionary from words to ids, or from ids to words.
  private static func pairs(_ value: PickleValue) -> [(id: Int, word: String)]? {
    guard let pairs = value.pairs, !pairs.isEmpty else { return nil }
    let found = pairs.compactMap { pair -> (id: Int, word: String)? in
      if let id = pair.value.int, let word = pair.key.string { return (id, word) }
      if let id = pair.key.int, let word = pair.value.string { return (id, word) }
      return nil
    }
    return found.count == pairs.count ? found : nil
  }
}

/// The tokenizers and vocabularies that go into a plan.
struct TextResources {
  /// What the plan stores.
  private(set) var resources: [Plan.TextResource] = []
  /// Remarks for the user.
  private(set) var notes: [String] = []
  private var known: [String: TextPipeline] = [:]

  /// Reads what the text inputs of `functions` ask for, and has word vectors, if given, take the
  /// place of sequence inputs.
  ///
  /// An input whose vocabulary was not given keeps working with ids; its name is cleared.
  ///
  /// - Throws: `TextError`, `CheckpointError`, or `CompilationError` for a vocabulary that nobody
  ///   asked for.
  mutating func resolve(
    _ functions: [GraphFunction], files: [VocabularyFile], vectors: String?
  ) throws -> [GraphFunction] {
    var result = functions
    let asked = functions.flatMap { $0.inputs.compactMap(\.vocabulary) }
    for file in files {
      if let name = file.name, !asked.contains(name) {
        throw CompilationError.unknownVocabulary(name, asked: Array(Set(asked)).sorted())
      }
    }
    guard files.isEmpty || !asked.isEmpty else {
      throw CompilationError.unknownVocabulary(files[0].name ?? files[0].path, asked: [])
    }
    for f in result.indices {
      for i in result[f].inputs.indices {
        guard let name = result[f].inputs[i].vocabulary else { continue }
        let file = files.first { ($0.name ?? asked.first) == name }
        let item = result[f].inputs[i]
        switch item.kind {
        case .text:
          let stored = try file.map { try pipeline(name, $0.path, item) } ?? alphabet(name, item)
          result[f].inputs[i].kind = .text(vocabulary: stored == nil ? "" : name)
          if stored == nil {
            note("no --vocabulary for `\(item.name)`: captions cannot be read, ids can be given")
          }
        case .sequence:
          guard let vectors else {
            result[f].inputs[i].kind = .sequence(vocabulary: "")
            note("no --word-vectors for `\(item.name)`: its vectors must be given by --input")
            continue
          }
          try replaceSequence(i, of: &result[f], name: name, vectors: vectors, file: file)
        default: continue
        }
      }
    }
    return result
  }

  private mutating func note(_ text: String) { if !notes.contains(text) { notes.append(text) } }

  private mutating func pipeline(_ name: String, _ path: String, _ item: GraphInterface) throws
    -> TextPipeline
  {
    if let pipeline = known[name] { return pipeline }
    let vocabulary = try VocabularyReader.read(path: path, rows: item.rows)
    let pipeline = try add(name, vocabulary, item)
    guard item.rows == 0 || pipeline.rows <= item.rows else {
      throw CompilationError.vocabularyTooLarge(path, words: pipeline.rows, rows: item.rows)
    }
    return pipeline
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
    _ index: Int, of function: inout GraphFunction, name: String, vectors: String,
    file: VocabularyFile?
  ) throws {
    var item = function.inputs[index]
    let words = try file.map { try VocabularyReader.read(path: $0.path, rows: 0).words }
    let read = try WordVectors.read(path: vectors, words: words)
    let width = item.shape.dimensions.last ?? 0
    guard read.table.shape[1] == width else {
      throw CompilationError.vectorWidth(vectors, found: read.table.shape[1], expected: width)
    }
    if !read.missing.isEmpty {
      note("\(read.missing.count) words of the vocabulary have no vector, \(read.missing[0]) first")
    }
    if known[name] == nil { _ = try add(name, read.vocabulary, item) }
    let ids = Shape(Array(item.shape.dimensions.dropLast()))
    function.graph = try function.graph.rewritten { node, _, builder in
      guard let input = node.op as? Input, input.name == item.name else { return nil }
      let table = try builder.constant(read.table)
      return try builder.insert(
        Gather(), [table, builder.insert(Input(name: item.name, shape: ids), [])])
    }
    item.kind = .text(vocabulary: name)
    item.shape = ids
    item.rows = read.table.shape[0]
    function.inputs[index] = item
  }
}

extension GraphInterface {
  /// The vocabulary that a text or sequence names.
  fileprivate var vocabulary: String? {
    switch kind {
    case .text(let name), .sequence(let name): name
    default: nil
    }
  }
}
