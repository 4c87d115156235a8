import ArgumentParser
import TGCommandLine
import TGScores
import TGTensor

/// `tgeval sets GENERATED [REALS]`
struct SetsCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "sets",
    abstract:
      "Scores a set of pictures, or of features, beside another: FID, KID, inception score, "
      + "precision and recall.",
    discussion: """
      A set is a folder, a pattern in quotes, a list (@list.txt), or an array of features [N, D] \
      (.npy, .safetensors).

      EXAMPLES:
        tgeval sets mine reals --plan inception.tplan --resize clean
        tgeval sets mine --scores classes --class-plan inception.tplan --class-plan-function classify \
      --class-plan-output unbiased
        tgeval sets mine.npy reals.npy --scores frechet,kernel,manifolds
      """)

  static let toolName = "tgeval sets"

  @Argument(
    help: ArgumentHelp(
      "The set that is scored, then the one that it is held against.",
      valueName: "SET"),
    completion: .file())
  var sets: [String]

  @OptionGroup(title: "Scores") var choice: SetOptions
  @OptionGroup(title: "Networks") var networks: SetNetworkOptions
  @OptionGroup(title: "Machine") var machine: MachineOptions
  @OptionGroup(title: "Talk") var common: CommonOptions

  mutating func run(on console: Console) throws {
    var job = try SetsJob(self, console: console)
    try Interrupts(console: console, total: 1).guarding { try job.run() }
  }
}

/// What a set can be scored by.
enum SetScore: String, CaseIterable {
  /// The Fréchet distance.
  case frechet
  /// The kernel distance.
  case kernel
  /// The inception score.
  case classes
  /// Precision and recall.
  case manifolds
}

/// Which scores of sets, and with which numbers.
struct SetOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Which scores: frechet, kernel, manifolds (precision and recall), classes (the inception "
        + "score). (default: frechet,kernel)", valueName: "LIST"))
  var scores: String?

  @Option(help: ArgumentHelp("Pairs of subsets of the kernel distance.", valueName: "N"))
  var subsets = 100

  @Option(
    name: .customLong("subset-size"),
    help: ArgumentHelp("Pictures in a subset of the kernel distance.", valueName: "N"))
  var subsetSize = 1000

  @Option(help: ArgumentHelp("Which neighbour is at the border of a ball.", valueName: "K"))
  var neighbours = 3

  @Option(help: ArgumentHelp("Splits of the inception score.", valueName: "N"))
  var splits = 10

  @Option(
    help: ArgumentHelp(
      "The seed, below 2^32, of subsets and of the order of pictures.", valueName: "S"))
  var seed: UInt32 = 2020

  @Flag(
    name: .customLong("keep-order"),
    help: "Split the pictures for the inception score in their order, not in one by chance.")
  var keepsOrder = false

  /// The scores asked for.
  ///
  /// - Throws: `Failure` of status `usage`.
  func chosen() throws(Failure) -> Set<SetScore> {
    guard subsets >= 1, subsetSize >= 2, neighbours >= 1, splits >= 1 else {
      throw Failure(
        .usage, "--subsets, --neighbours and --splits count from 1, --subset-size from 2")
    }
    var result: Set<SetScore> = []
    for word in (scores ?? "frechet,kernel").split(separator: ",") {
      guard let score = SetScore(rawValue: String(word)) else {
        throw Failure(
          .usage, "--scores \(word) is no score",
          hint: "scores are " + SetScore.allCases.map(\.rawValue).joined(separator: ", "))
      }
      result.insert(score)
    }
    guard !result.isEmpty else { throw Failure(.usage, "--scores names no score") }
    return result
  }
}

/// The networks that see the pictures of sets.
struct SetNetworkOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("The plan that makes features of pictures.", valueName: "PLAN.tplan"),
    completion: .file(extensions: ["tplan"]))
  var plan: String?

  @Option(
    name: .customLong("plan-function"),
    help: ArgumentHelp("Its function; the first by default.", valueName: "F"))
  var function: String?

  @Option(
    name: .customLong("plan-output"),
    help: ArgumentHelp(
      "The output that is the features; the only one by default.", valueName: "NAME"))
  var output: String?

  @Option(
    name: .customLong("class-plan"),
    help: ArgumentHelp(
      "The plan that makes logits of classes for the inception score.", valueName: "PLAN.tplan"),
    completion: .file(extensions: ["tplan"]))
  var classPlan: String?

  @Option(
    name: .customLong("class-plan-function"),
    help: ArgumentHelp("Its function; the first by default.", valueName: "F"))
  var classFunction: String?

  @Option(
    name: .customLong("class-plan-output"),
    help: ArgumentHelp("The output that is the logits; the only one by default.", valueName: "NAME")
  )
  var classOutput: String?

  @Option(
    help: ArgumentHelp("Logits of classes from an array [N, classes].", valueName: "FILE"),
    completion: .file(extensions: ["npy", "safetensors"]))
  var logits: String?

  @Option(
    help: ArgumentHelp(
      "Bring pictures to the size of the plan as clean-fid (clean), pytorch or tensorflow do it.",
      valueName: "KIND"))
  var resize = PictureResize.plan

  @Option(
    name: .customLong("features-out"),
    help: ArgumentHelp(
      "Write the features of the first set; .safetensors remembers how they were made.",
      valueName: "FILE"))
  var featuresOut: String?

  @Option(
    name: .customLong("reference-features-out"),
    help: ArgumentHelp("The same of the second set.", valueName: "FILE"))
  var referenceFeaturesOut: String?
}
