import ArgumentParser
import TGCommandLine
import TGImage

/// What `tgrun` can be told.
struct RunOptions: ParsableArguments {
  @Argument(help: "The plan, a .tplan file made by tgc.", completion: .file(extensions: ["tplan"]))
  var plan: String?

  @Argument(
    help: ArgumentHelp(
      "Pictures and captions, in the plan's order; which is which is seen from the files. For one "
        + "Image input many pictures, folders, patterns in quotes, lists (@list.txt): a run for each.",
      valueName: "picture.png | \"caption\""),
    completion: .file(extensions: PictureFormat.suffixes))
  var operands: [String] = []

  @Option(
    name: [.customShort("o"), .customLong("out")],
    help: ArgumentHelp(
      "Where the picture goes, .png or .jpg; - for the standard output. (default: <plan>-<seed>.png)",
      valueName: "OUT.png"))
  var out: String?

  @Option(
    help: ArgumentHelp(
      "Write all outputs into a folder, which is made if it is not there.", valueName: "DIR"),
    completion: .directory)
  var outdir: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The seed of what is drawn; negative for a random one.", valueName: "S"))
  var seed: SeedArgument?

  @Option(help: ArgumentHelp("Many seeds, such as 0-35,97: a picture for each.", valueName: "LIST"))
  var seeds: String?

  @Option(
    help: ArgumentHelp(
      "Many captions, one on a line; - for the standard input, where each is answered as it comes.",
      valueName: "FILE"))
  var captions: String?

  @OptionGroup var inputs: InputOptions

  @Option(
    help: ArgumentHelp(
      "Write an output as an array; no picture is written then unless asked for.",
      valueName: "NAME=FILE.npy"))
  var output: [String] = []

  @OptionGroup var pictures: PictureOptions

  @OptionGroup(title: "Edit codes") var edits: EditOptions

  @OptionGroup(title: "Films and sheets") var sheets: SheetOptions

  @OptionGroup(title: "Search") var search: SearchOptions

  @Option(help: ArgumentHelp("The function of the plan; the first by default.", valueName: "F"))
  var function: String?

  @OptionGroup var machine: MachineOptions

  @Flag(
    help: ArgumentHelp(
      "Say how long each instruction takes, how fast it is, the least that it can take on this "
        + "machine, and its line in the .tgraph."))
  var profile = false

  @Option(
    name: .customLong("profile-by"),
    help: ArgumentHelp(
      "The order of --profile: plan, time, or excess over the least time.", valueName: "ORDER"))
  var profileOrder: ProfileOrder?

  @Option(
    name: .customLong("repeat"),
    help: ArgumentHelp(
      "Compute the batch N times more, warm, and say how long a run takes, without reading and "
        + "writing.", valueName: "N"))
  var repeats: Int?

  @Flag(name: .customLong("show-tokens"), help: "Say what is made of each caption.")
  var showTokens = false

  @Flag(
    name: .customLong("show-words"),
    help: "List the words that the plan knows with their ids, and do nothing else.")
  var showWords = false

  @Flag(name: .customLong("strict-words"), help: "Refuse captions with unknown words.")
  var strictWords = false

  @Option(
    help: ArgumentHelp(
      "Draw the attention maps of an output over the picture, word by word, into a second one; of "
        + "the N most attended words the picture under each map.",
      valueName: "NAME[:N]"))
  var attention: [String] = []

  @Flag(
    name: .customLong("before-after"),
    help:
      "Write input and output pictures side by side too, into <name>-before-after.png (or .jpg).")
  var beforeAfter = false

  @Flag(
    name: .customLong("no-metadata"), help: "Do not write plan, caption and seed into pictures.")
  var noMetadata = false

  @Option(
    help: ArgumentHelp(
      "Repeat the run that a picture came from; writes <name>-replay.png (or .jpg) unless told "
        + "otherwise.", valueName: "OUT.png"),
    completion: .file(extensions: PictureFormat.suffixes))
  var replay: String?
}
