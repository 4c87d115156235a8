import ArgumentParser
import TGCommandLine
import TGCompiler
import TGTensor

/// What `tgc` writes instead of a plan.
enum Emission: String, ExpressibleByArgument, CaseIterable {
  /// The optimised graphs as text.
  case ir
  /// The plan as text.
  case plan
  /// The optimised graphs for Graphviz.
  case dot
  /// The page with the objective of `--invert` in it.
  case page
  /// The page that a network in ONNX becomes.
  case tgraph
  /// A function as an ONNX file.
  case onnx
}

/// A value of `-O`.
enum OptimizationChoice: Hashable, ExpressibleByArgument {
  /// A number, which may be no level.
  case level(Int)
  /// The default level with memory before time.
  case small

  init?(argument: String) {
    if argument == "s" {
      self = .small
    } else if let level = Int(argument) {
      self = .level(level)
    } else {
      return nil
    }
  }

  /// As it is written.
  var text: String {
    switch self {
    case .level(let level): "-O\(level)"
    case .small: "-Os"
    }
  }
}

extension WeightsType: ExpressibleByArgument {}

extension ProductsType: ExpressibleByArgument {}

/// What `tgc` can be told.
struct CompileOptions: ParsableArguments {
  @ArgumentParser.Argument(
    help: ArgumentHelp(
      "The page: a .tgraph file, the name of a page of --list, or - for the standard input; or a "
        + "network in ONNX."),
    completion: .file(extensions: ["tgraph", "onnx"]))
  var graph: String?

  @Option(
    name: [.customShort("o"), .customLong("out")],
    help: ArgumentHelp("Where the plan goes. (default: <graph>.tplan)", valueName: "P.tplan"),
    completion: .file())
  var out: String?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "A checkpoint (.pth, .ckpt, .safetensors, .onnx, .npz, .pkl, .t7, TensorFlow's .index, ncnn's "
        + ".param); several roots have one each. #PREFIX names a part of it. A file of the whole name "
        + "wins; - is the standard input.",
      valueName: "[ROOT=]FILE[#PREFIX]"), completion: .file())
  var weights: [String] = []

  @Option(
    name: .customLong("synthetic-weights"),
    help: ArgumentHelp("Weights of unit variance from a seed, without a file.", valueName: "SEED"))
  var syntheticWeights: UInt64?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "The words of a Text input: a pickle, JSON or a text with a word on a line. A file of the "
        + "whole name wins; - is the standard input.",
      valueName: "[NAME=]FILE"), completion: .file())
  var vocabulary: [String] = []

  @Option(
    name: .customLong("word-vectors"),
    help: ArgumentHelp(
      "Vectors of words for a Sequence input, as text; - is the standard input.",
      valueName: "FILE.vec"), completion: .file())
  var wordVectors: String?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Set a parameter of the model.", valueName: "NAME=VALUE"))
  var set: [String] = []

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Give a part that the model takes: a model of another page. --set NAME.X=VALUE sets its "
        + "parameters, --weights NAME=FILE are its weights.",
      valueName: "NAME=PAGE[:MODEL|FUNCTION]"),
    completion: .file(extensions: ["tgraph"]))
  var part: [String] = []

  @Option(
    name: .customLong("allow-imports"),
    help: ArgumentHelp(
      "Let pages import out of this folder, too, besides the page's own or the Graphs folder "
        + "around it.", valueName: "FOLDER"), completion: .directory)
  var allowImports: [String] = []

  @Option(help: ArgumentHelp("The batch sizes of the plan, such as 1,8.", valueName: "LIST"))
  var batch = "1"

  @Option(
    name: .customShort("O", allowingJoined: true),
    help: ArgumentHelp(
      "0: no rewriting; 1: the same bits, faster; 2: sums in another order; 3: the same as 2 today; "
        + "s: 2 without what takes more memory for weights.",
      valueName: "LEVEL"))
  var levels: [OptimizationChoice] = []

  @Option(help: ArgumentHelp("The model, if the page has several.", valueName: "NAME"))
  var model: String?

  @Option(
    defaultAsFlag: "", parsing: .next,
    help: ArgumentHelp(
      "Add an objective, by which tginvert turns pictures into codes, for the default function or "
        + "for this one.", valueName: "FUNCTION"))
  var invert: String?

  @Option(
    help: ArgumentHelp(
      "With --invert: compare pictures also by what a network sees, by the function of one or two "
        + "pictures of its page. Its weights are --weights features=FILE.",
      valueName: "PAGE[:FUNCTION]"), completion: .file(extensions: ["tgraph"]))
  var features: String?

  @Option(
    name: .customLong("weights-type"),
    help: ArgumentHelp(
      "How the plan stores large weights: f32, or f16, which takes half the room.",
      valueName: "f32|f16"))
  var weightsType = WeightsType.f32

  @Option(
    help: ArgumentHelp(
      "In which type the plan multiplies with weights: f32, or bf16, which takes half the time on "
        + "processors with AVX512_BF16 and loses most digits behind the third.",
      valueName: "f32|bf16"))
  var precision = ProductsType.f32

  @Option(help: ArgumentHelp("The licence of the weights, kept in the plan.", valueName: "TEXT"))
  var licence = ""

  @Option(help: ArgumentHelp("Where the weights come from, kept in the plan.", valueName: "TEXT"))
  var origin = ""

  @Option(
    name: .customLong("max-memory"),
    help: ArgumentHelp(
      "End with status 71 rather than take more memory, for compiling or in the plan.",
      valueName: "MB"))
  var maxMemory: Int?

  @Flag(help: "Infinite weights, and weights that are no numbers, are errors.")
  var strict = false

  @Flag(help: "Check the page and its shapes; read no weights, write nothing.")
  var check = false

  @Flag(help: "List the pages that are known by name, or those with a word in name or family.")
  var list = false

  @Flag(help: "Print the page with the shape of every line.")
  var shapes = false

  @Option(
    help: ArgumentHelp(
      "Write something else than a plan: the texts ir, plan, dot, with --invert the page that is "
        + "compiled, or an ONNX file of one function (default: <graph>.onnx).",
      valueName: "ir|plan|dot|page|onnx"))
  var emit: Emission?

  @Option(
    help: ArgumentHelp(
      "The function that --emit onnx exports, if not the first.", valueName: "NAME"))
  var function: String?

  @Option(
    name: .customLong("print-after"),
    help: ArgumentHelp("Print the graphs as they are after a pass.", valueName: "PASS"),
    completion: .list(
      Array(Set(Pipeline(level: .approximate).passes.map { type(of: $0).name })).sorted()))
  var printAfter: String?

  @Option(
    name: .customLong("stop-after"),
    help: ArgumentHelp(
      "Leave out the passes after this one; PASS#2 is its second run.", valueName: "PASS"),
    completion: .list(Pipeline(level: .approximate).labels))
  var stopAfter: String?

  @Flag(name: .customLong("verify-passes"), help: "Verify the graph after each pass.")
  var verifyPasses = false

  @Flag(
    help: ArgumentHelp(
      "Measure the forms of convolutions on this machine, on one thread, instead of estimating "
        + "which is the fastest. The plan keeps the choices and runs on any machine."))
  var tune = false

  @Flag(help: "Say what was done: operations, MACs before and after, memory, times.")
  var report = false

  /// Whether memory counts more than time.
  var isSmall: Bool { levels.contains(.small) }

  /// The level of `-O`.
  ///
  /// - Throws: `Failure` of status `usage` for what is no level, and for several that differ.
  func optimization() throws(Failure) -> OptimizationLevel {
    guard let choice = levels.first else { return .reassociating }
    if let other = levels.first(where: { $0 != choice }) {
      throw Failure(
        .usage, "\(choice.text) and \(other.text) are both given", hint: "say one of them")
    }
    guard case .level(let number) = choice else { return .reassociating }
    guard let level = OptimizationLevel(rawValue: number) else {
      throw Failure(
        .usage, "\(choice.text) is no level", hint: "levels are -O0 to -O3, and -Os")
    }
    return level
  }

  /// The path of the page. A name, which has neither slash nor point, is one of the library's, out of
  /// whose folder the page may then import.
  ///
  /// - Throws: `Failure` of status `usage` if there is no page, `missingInput` if none has the name.
  mutating func page(_ environment: Environment) throws(Failure) -> String {
    let graph = try givenPage(environment)
    guard PageLibrary.isName(graph) else { return graph }
    let library = try PageLibrary(environment)
    if let found = library[graph] {
      allowImports.append(found.folder)
      return found.path
    }
    // What is there is refused as no page.
    guard Path.exists(graph) else { throw library.refusal(of: graph) }
    return graph
  }

  /// Takes the page out of an option's values, if it was written behind them.
  private mutating func givenPage(_ environment: Environment) throws(Failure) -> String {
    if let graph { return graph }
    let library = try PageLibrary(environment)
    func isPage(_ text: String) -> Bool {
      text == "-" || Path.suffix(text) == "tgraph" && (!text.contains("=") || Path.exists(text))
        || library[text] != nil && !Path.exists(text)
    }
    if let last = weights.last, isPage(last) { return weights.removeLast() }
    if let last = vocabulary.last, isPage(last) { return vocabulary.removeLast() }
    if let last = set.last, isPage(last) { return set.removeLast() }
    if let last = part.last, isPage(last) { return part.removeLast() }
    if let name = invert, isPage(name) {
      invert = ""
      return name
    }
    throw Failure(
      .usage, "no page was given", hint: "tgc G.tgraph --weights FILE -o P.tplan; see tgc --help")
  }
}
