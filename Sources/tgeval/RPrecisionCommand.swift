import ArgumentParser
import TGCommandLine
import TGScores

/// `tgeval r-precision [PLAN.tplan]`
struct RPrecisionCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "r-precision",
    abstract: "How often pictures of a text-to-image plan find their caption among wrong ones.",
    discussion: """
      With a plan, pictures are made of captions and encoded; or vectors are given as arrays.

      EXAMPLES:
        tgeval r-precision birds.tplan --captions test.tsv --picture-encoder cnn.tplan \
      --text-encoder text.tplan
        tgeval r-precision --picture-vectors p.npy --text-vectors t.npy --classes classes.npy

      A line of --captions has the class of a picture, the picture and a caption of it, with \
      tabulators between them.
      """)

  static let toolName = "tgeval r-precision"

  @Argument(
    help: ArgumentHelp("The plan that makes pictures of captions.", valueName: "PLAN.tplan"),
    completion: .file(extensions: ["tplan"]))
  var plan: String?

  @OptionGroup(title: "Plans") var plans: RPrecisionPlans
  @OptionGroup(title: "Arrays") var arrays: RPrecisionArrays
  @OptionGroup(title: "Protocol") var rules: RPrecisionRules
  @OptionGroup(title: "Machine") var machine: MachineOptions
  @OptionGroup(title: "Talk") var common: CommonOptions

  mutating func run(on console: Console) throws {
    try rules.check()
    let score: Score
    switch (plan, arrays.pictures) {
    case (let plan?, nil):
      let resolved = try machine.resolved(on: console)
      enforceMemoryLimit(resolved.budget)
      var drawing = try CaptionedDrawing(
        plan, plans, rules: rules, machine: machine, resolved: resolved, console: console)
      score = try Interrupts(console: console, total: 1).guarding { try drawing.score() }
    case (nil, let pictures?):
      score = try VectorComparison(pictures, arrays, rules: rules).score()
    default:
      throw Failure(
        .usage, "either a plan or --picture-vectors is given",
        hint: "tgeval r-precision --help shows both")
    }
    try console.print([score])
  }
}

/// What a text-to-image plan is scored with.
struct RPrecisionPlans: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Lines of class, picture and caption of the test set, with tabulators between them.",
      valueName: "FILE"))
  var captions: String?

  @Option(
    name: .customLong("picture-encoder"),
    help: ArgumentHelp("The plan that encodes pictures.", valueName: "PLAN.tplan"),
    completion: .file(extensions: ["tplan"]))
  var pictureEncoder: String?

  @Option(
    name: .customLong("text-encoder"),
    help: ArgumentHelp("The plan that encodes captions.", valueName: "PLAN.tplan"),
    completion: .file(extensions: ["tplan"]))
  var textEncoder: String?

  @Option(
    name: .customLong("picture-encoder-output"),
    help: ArgumentHelp("Its output; 'code' by default.", valueName: "NAME"))
  var pictureOutput = "code"

  @Option(
    name: .customLong("text-encoder-output"),
    help: ArgumentHelp("Its output; 'sentence' by default.", valueName: "NAME"))
  var textOutput = "sentence"

  @Option(help: ArgumentHelp("How many pictures are made.", valueName: "N"))
  var pictures = 30_000
}

/// Vectors that were made elsewhere.
struct RPrecisionArrays: ParsableArguments {
  @Option(
    name: .customLong("picture-vectors"),
    help: ArgumentHelp("Codes of pictures, [N, D].", valueName: "FILE"))
  var pictures: String?

  @Option(
    name: .customLong("text-vectors"),
    help: ArgumentHelp("Codes of their captions, [N, D].", valueName: "FILE"))
  var texts: String?

  @Option(
    name: .customLong("wrong-vectors"),
    help: ArgumentHelp(
      "Codes of wrong captions, [N, K, D]; drawn from the other captions by default.",
      valueName: "FILE"))
  var wrong: String?

  @Option(
    help: ArgumentHelp(
      "The class of each picture, [N, 1], for wrong captions; its number by default.",
      valueName: "FILE"))
  var classes: String?
}

/// The numbers of the protocol.
struct RPrecisionRules: ParsableArguments {
  @Option(help: ArgumentHelp("Wrong captions for a picture.", valueName: "N"))
  var wrong = 99

  @Option(help: ArgumentHelp("Folds that the pictures are cut into.", valueName: "N"))
  var folds = 10

  @Flag(
    name: .customLong("whole-folds"),
    help: "Count every entry of a fold; the published code drops the last one of each.")
  var wholeFolds = false

  @Option(help: ArgumentHelp("The seed of all that is drawn, below 2^32.", valueName: "S"))
  var seed: UInt32 = 100

  /// How folds are taken.
  var folding: RPrecision.Folding { wholeFolds ? .whole : .published }

  /// - Throws: `Failure` of status `usage`.
  func check() throws(Failure) {
    guard wrong >= 1, folds >= 1 else {
      throw Failure(.usage, "--wrong and --folds count from 1")
    }
  }

  /// The score of pictures that were all looked at, with its protocol.
  ///
  /// - Parameter method: how vectors came to be; what follows is added.
  func score(_ precision: RPrecision, _ given: ScoreProtocol, wrong: Int) throws(Failure) -> Score {
    guard let shares = precision.folds(folds, folding, seed: seed) else {
      throw Failure(
        .badInput, "\(precision.hits.count) pictures do not fill \(folds) folds",
        hint: "give more pictures, or say --folds N")
    }
    var method = given
    let size = precision.hits.count / folds
    method.add("pictures", precision.hits.count)
    method.add("captions for a picture", "1 and \(wrong) wrong ones")
    method.add("similarity", "cosine; a tie counts as found")
    method.add("folds", folds)
    method.add(
      "entries of a fold",
      wholeFolds
        ? "\(size), all" : "\(size - 1) of \(size): the last is dropped, as the published code does"
    )
    method.add("seed", seed)
    let (mean, deviation) = spread(shares)
    return Score(
      name: method["score"] ?? "",
      values: [
        ("mean", 100 * mean), ("deviation", 100 * deviation), ("all", 100 * precision.share),
      ], method: method)
  }
}
