import ArgumentParser
import TGCommandLine
import TGImage

/// What `tginvert` can be told.
struct InvertOptions: ParsableArguments {
  @Argument(help: "The plan, a .tplan file made by tgc.", completion: .file(extensions: ["tplan"]))
  var plan: String

  @Argument(
    help: ArgumentHelp(
      "Pictures, folders of them, patterns in quotes, lists (@list.txt); captions.",
      valueName: "picture.png | \"caption\""),
    completion: .file(extensions: PictureFormat.suffixes))
  var operands: [String] = []

  @Option(
    name: [.customShort("o"), .customLong("out")],
    help: ArgumentHelp(
      "Where the code goes; the other files stand beside it. (default: <picture>-inverted)",
      valueName: "CODE.safetensors"),
    completion: .file(extensions: ["safetensors"]))
  var out: String?

  @Option(
    help: ArgumentHelp(
      "Write the files of all pictures into a folder, which is made if it is not there.",
      valueName: "DIR"),
    completion: .directory)
  var outdir: String?

  @Option(
    help: ArgumentHelp(
      "Also write the course of the inversion as a film, an animated PNG.", valueName: "FILM.png"),
    completion: .file(extensions: ["png"]))
  var film: String?

  @Option(
    name: .customLong("film-every"),
    help: ArgumentHelp(
      "A frame after each so many rounds. (default: each of the first ten, then fewer and fewer)",
      valueName: "N"))
  var filmEvery: Int?

  @Option(help: ArgumentHelp("The objective of the plan; the first by default.", valueName: "O"))
  var objective: String?

  @Option(
    help: ArgumentHelp(
      "The objective that minimises over this variable, such as w or w+.", valueName: "S"))
  var space: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The rounds; a number for each loop, such as 1000,1000. (default: the plan's)",
      valueName: "N"))
  var steps: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The rate of the method, instead of the plan's constant.", valueName: "R"))
  var rate: String?

  @Option(
    name: .customLong("init"),
    help: ArgumentHelp(
      "Where the variables begin: a start that the objective names, or a code file.",
      valueName: "NAME|FILE"))
  var initial: String?

  @Option(
    name: .customLong("continue-from"),
    help: ArgumentHelp(
      "Begin with the variables, moments and rounds of a file that --keep-state wrote.",
      valueName: "FILE"))
  var continueFrom: String?

  @Flag(name: .customLong("keep-state"), help: "Write moments and rounds into the code file too.")
  var keepState = false

  @Option(
    help: ArgumentHelp(
      "Begin so often, each time with another seed; the best is kept.",
      valueName: "N"))
  var restarts = 1

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The seed of what is drawn; negative for a random one.", valueName: "S"))
  var seed = SeedArgument(0)

  @Option(
    help: ArgumentHelp("The picture for the input 'mask'.", valueName: "M.png"),
    completion: .file(extensions: PictureFormat.suffixes))
  var mask: String?

  @Option(help: ArgumentHelp("A caption for the next Text input.", valueName: "TEXT"))
  var caption: [String] = []

  @OptionGroup var inputs: InputOptions

  @OptionGroup var pictures: PictureOptions

  @Option(
    name: .customLong("stop-loss"), parsing: .unconditional,
    help: ArgumentHelp("End when the loss is at most this.", valueName: "X"))
  var stopLoss: Double?

  @Option(
    help: ArgumentHelp(
      "End when the loss has not fallen for so many rounds, with the best code.", valueName: "N"))
  var patience: Int?

  @Option(
    help: ArgumentHelp(
      "Do only the i-th of n parts of the sorted pictures, on one machine of n.", valueName: "I/N"))
  var shard: String?

  @Option(
    name: .customLong("save-every"),
    help: ArgumentHelp("Save after so many rounds where the run stands.", valueName: "N"))
  var saveEvery = 50

  @Flag(help: "Go on with a run that was interrupted, given the same options.")
  var resume = false
}
