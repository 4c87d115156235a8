import TGCompiler
import TGDiagnostics
import TGPlan
import TGSyntax
import TGTensor

/// An architecture as a `.tgraph` page, with what it is compiled with.
///
/// ```swift
/// var page = Page("attngan.tgraph")
/// page.weights = [Page.Weights("netG.pth"), Page.Weights("text_encoder.pth", root: "text")]
/// page.vocabularies = ["": "captions.pickle"]
/// let plan = try page.compile(to: "birds.tplan")
/// ```
public struct Page: Sendable {
  /// A file of weights.
  public struct Weights: Hashable, Sendable {
    /// The file, `.pth`, `.safetensors`, `.npz` …
    public var path: String
    /// The root of the page that it is for; nil for the page's own.
    public var root: String?
    /// A part of the file, such as `state_dict.netG`; nil to find it.
    public var part: String?

    /// Names a file.
    public init(_ path: String, root: String? = nil, part: String? = nil) {
      self.path = path
      self.root = root
      self.part = part
    }
  }

  /// The page's file; it may import pages of its folder, or of the nearest folder called `Graphs`.
  public var path: String
  /// The model, if the page has several.
  public var model: String?
  /// Compile-time parameters, `["g": "48"]`.
  public var settings: [String: String] = [:]
  /// The batch sizes that the plan has; at least one.
  public var batches = [1]
  /// The weights.
  public var weights: [Weights] = []
  /// A seed for weights of unit variance, to try a page without a checkpoint; `weights` is empty then.
  public var syntheticWeights: UInt64?
  /// Files of vocabularies, by the names that the page has for them; the name of the first may be "".
  public var vocabularies: [String: String] = [:]
  /// Adds an objective that finds the code of a picture for the function of this name, "" for the
  /// first that draws pictures; nil for none.
  public var inverts: String?

  /// Names a page.
  public init(_ path: String) { self.path = path }

  /// Compiles into a plan file, written whole or not at all.
  ///
  /// - Returns: the plan, opened.
  /// - Throws: `TGraphError` with every finding in page and weights, each with its line.
  @discardableResult
  public func compile(to plan: String) throws(TGraphError) -> Plan {
    let (sources, read) = try TGraphError.from { try PageFile(path).library() }
    return try TGraphError.from(sources: sources) {
      var library = try read.get()
      if let inverts {
        library = try InvertedPage(
          library, function: inverts.isEmpty ? nil : inverts,
          options: ElaborationOptions(model: model, settings: settingList)
        ).library
      }
      let result = try compilation.run(library)
      _ = try result.built.write(to: plan)
      return try Plan(contentsOf: plan)
    }
  }

  private var settingList: [(name: String, value: String)] {
    settings.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  private var compilation: Compilation {
    var compilation = Compilation()
    compilation.model = model
    compilation.settings = settingList
    compilation.batches = batches
    compilation.weights = weights.map {
      WeightFile(root: $0.root, GivenFile(path: $0.path), subtree: $0.part)
    }
    compilation.syntheticSeed = syntheticWeights
    compilation.vocabularies = vocabularies.sorted { $0.key < $1.key }.map {
      VocabularyFile(name: $0.key.isEmpty ? nil : $0.key, GivenFile(path: $0.value))
    }
    compilation.producer = "TGraph"
    return compilation
  }
}
