import TGCompiler
import TGDiagnostics
import TGPlan
import TGSyntax
import TGTensor

extension Plan {
  /// Compiles a `.tgraph` page with its weights into a plan file, written whole or not at all.
  ///
  /// ```swift
  /// let plan = try Plan.compile(
  ///   "attngan.tgraph", weights: ["": "netG.pth", "text": "text_encoder.pth"],
  ///   vocabularies: ["": "captions.pickle"], to: "birds.tplan")
  /// ```
  ///
  /// - Parameters:
  ///   - page: the file; it may import pages of its folder, or of the nearest folder called `Graphs`.
  ///   - model: the model, if the page has several.
  ///   - settings: compile-time parameters, `["g": "48"]`.
  ///   - batches: the batch sizes that the plan has; at least one.
  ///   - weights: checkpoints, `.pth`, `.safetensors`, `.npz` …, by the part of the page that they are
  ///     for; the page's own is called "". `FILE#PREFIX` is a part of a file.
  ///   - syntheticWeights: a seed for weights of unit variance, to try a page without a checkpoint.
  ///   - vocabularies: files of words, by the names that the page has for them; the name of the first
  ///     may be "".
  ///   - inverting: adds an objective that finds the code of a picture for the function of this name,
  ///     "" for the first that draws pictures; nil adds none.
  ///   - path: where the plan goes.
  /// - Returns: the plan, opened.
  /// - Throws: `TGraphError` with every finding in page and weights, each with its line.
  @discardableResult
  public static func compile(
    _ page: String, model: String? = nil, settings: [String: String] = [:], batches: [Int] = [1],
    weights: [String: String] = [:], syntheticWeights: UInt64? = nil,
    vocabularies: [String: String] = [:], inverting: String? = nil, to path: String
  ) throws(TGraphError) -> Plan {
    var compilation = Compilation()
    compilation.model = model
    compilation.settings = settings.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    compilation.batches = batches
    compilation.weights = weights.sorted { $0.key < $1.key }.map {
      WeightFile($0.value, of: $0.key)
    }
    compilation.syntheticSeed = syntheticWeights
    compilation.vocabularies = vocabularies.sorted { $0.key < $1.key }.map {
      VocabularyFile(name: $0.key.isEmpty ? nil : $0.key, GivenFile(path: $0.value))
    }
    compilation.producer = "TGraph"
    let (sources, read) = try TGraphError.from { try PageFile(page).library() }
    return try TGraphError.from(sources: sources) {
      var library = try read.get()
      if let inverting {
        library = try InvertedPage(
          library, function: inverting.isEmpty ? nil : inverting,
          options: ElaborationOptions(model: model, settings: compilation.settings)
        ).library
      }
      _ = try compilation.run(library).built.write(to: path)
      return try Plan(contentsOf: path)
    }
  }
}

extension WeightFile {
  /// The file of a root, or a part of it; a file of the whole name wins.
  fileprivate init(_ text: String, of root: String) {
    let name = root.isEmpty ? nil : root
    guard !Path.exists(text), let sign = text.lastIndex(of: "#"), sign != text.startIndex else {
      self.init(root: name, GivenFile(path: text), subtree: nil)
      return
    }
    self.init(
      root: name, GivenFile(path: String(text[..<sign])),
      subtree: String(text[text.index(after: sign)...]))
  }
}
