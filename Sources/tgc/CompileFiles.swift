import TGCommandLine
import TGCompiler
import TGPlan
import TGTensor
import TGText

/// The files that a compilation reads besides its page, as the options name them.
struct CompileFiles {
  /// The most bytes that `--weights -` and `--word-vectors -` take.
  private static let limit = 8 << 30

  /// Files of weights.
  let weights: [WeightFile]
  /// Files of vocabularies.
  let vocabularies: [VocabularyFile]
  /// A file of word vectors.
  let wordVectors: GivenFile?

  /// Takes the options apart; what is piped into the command is read, unless only the page is
  /// checked.
  ///
  /// - Throws: `Failure`, of status `usage` if the standard input is named twice.
  init(_ options: CompileOptions, page: String) throws(Failure) {
    let weights = options.weights.map { FileArgument($0, parts: [.name, .prefix]) }
    let vocabularies = options.vocabulary.map { FileArgument($0, parts: .name) }
    let readers =
      (page == "-" ? ["the page"] : [])
      + weights.filter { $0.path == "-" }.map { _ in "--weights" }
      + vocabularies.filter { $0.path == "-" }.map { _ in "--vocabulary" }
      + (options.wordVectors == "-" ? ["--word-vectors"] : [])
    guard readers.count <= 1 else {
      throw Failure(
        .usage,
        "- stands for \(readers.joined(separator: " and ")), and the standard input is read once",
        hint: "say a file for the others")
    }
    let isChecked = options.check || options.shapes
    func file(_ path: String, limit: Int) throws(Failure) -> GivenFile {
      guard path == "-" else { return GivenFile(path: path) }
      let bytes = isChecked ? [] : try StreamInput.standardInput(limit: limit)
      return GivenFile(path: "standard input", contents: ByteRegion(bytes))
    }
    var weightFiles: [WeightFile] = []
    for argument in weights {
      weightFiles.append(
        WeightFile(
          root: argument.name, try file(argument.path, limit: Self.limit), subtree: argument.prefix)
      )
    }
    var vocabularyFiles: [VocabularyFile] = []
    for argument in vocabularies {
      vocabularyFiles.append(
        VocabularyFile(
          name: argument.name, try file(argument.path, limit: Vocabulary.maximumFileBytes)))
    }
    self.weights = weightFiles
    self.vocabularies = vocabularyFiles
    if let path = options.wordVectors {
      wordVectors = try file(path, limit: Self.limit)
    } else {
      wordVectors = nil
    }
  }

  /// All of them, in the order in which a plan names them.
  var all: [GivenFile] {
    weights.map(\.file) + vocabularies.map(\.file) + [wordVectors].compactMap(\.self)
  }
}
