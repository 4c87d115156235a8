import ArgumentParser
import TGCommandLine

/// What `tgdissect` can be told.
struct DissectOptions: ParsableArguments {
  @Argument(
    help: "The plan of a generator or an encoder, made by tgc.",
    completion: .file(extensions: ["tplan"]))
  var plan: String

  @Argument(
    help: ArgumentHelp(
      "Captions for a generator; pictures, folders, patterns and lists for an encoder.",
      valueName: "\"caption\" | picture.png"))
  var operands: [String] = []

  @Option(
    help: ArgumentHelp(
      "A plan that takes a picture and gives maps of parts.", valueName: "PARTS.tplan"),
    completion: .file(extensions: ["tplan"]))
  var segmenter: String?

  @Option(
    help: ArgumentHelp(
      "For an encoder: a folder with NAME-parts.png for each picture NAME, and parts.txt.",
      valueName: "DIR"),
    completion: .directory)
  var masks: String?

  @Option(
    help: ArgumentHelp(
      "Where results go; the folder is made. (default: <plan>-dissected)", valueName: "DIR"),
    completion: .directory)
  var outdir: String?

  @Option(
    help: ArgumentHelp(
      "The function of the plan. (default: edit; for an encoder the first)", valueName: "F"))
  var function: String?

  @Option(help: ArgumentHelp("The output with the layer's maps.", valueName: "NAME"))
  var features: String?

  @Option(help: ArgumentHelp("The seeds of the sample.", valueName: "LIST"))
  var seeds = "0-499"

  @OptionGroup var inputs: InputOptions

  @Option(help: ArgumentHelp("Captions, one on a line, in turn for the seeds.", valueName: "FILE"))
  var captions: String?

  @Option(
    help: ArgumentHelp(
      "The share of places at which a unit is active, or iqr: the level of most information.",
      valueName: "SHARE|iqr"))
  var top = "0.005"

  @Option(
    name: .customLong("background"),
    help: ArgumentHelp("The segmenter's output that is no part.", valueName: "NAME"))
  var background = "rest"

  @Option(
    name: .customLong("part"),
    help: ArgumentHelp(
      "Measure the effect on this part; may be repeated. (default: all that a unit means)",
      valueName: "NAME"))
  var parts: [String] = []

  @Option(
    name: .customLong("sets"),
    help: ArgumentHelp("Sizes of the sets of units that are switched.", valueName: "N[,N...]"))
  var sets = "1,2,4,8,16"

  @Option(
    name: .customLong("effect-seeds"),
    help: ArgumentHelp("The seeds that effects are measured on.", valueName: "LIST"))
  var effectSeeds = "1000000-1000099"

  @Option(
    help: ArgumentHelp(
      "What units are set to when on: their mean where the part is, or high, above which they are "
        + "at 1 % of the places.", valueName: "mean|high"))
  var value: InsertedValue = .mean

  @Option(
    help: ArgumentHelp(
      "The side, in cells, of the square in which units are switched on and off. (default: an "
        + "eighth of the layer's)", valueName: "N"))
  var patch: Int?

  @Option(
    name: .customLong("mask"),
    help: ArgumentHelp(
      "Switch units on and off where this picture is light, instead of in a square drawn by chance.",
      valueName: "M.png"))
  var mask: String?

  @Option(
    help: ArgumentHelp("Pictures on each sheet; 0 for no sheets and strips.", valueName: "N"))
  var pictures = 8

  @Option(
    name: .customLong("sheets"),
    help: ArgumentHelp("Units of each part that have a sheet of their own.", valueName: "N"))
  var sheets = 2

  @Flag(name: .customLong("no-effects"), help: "Leave the effects out.")
  var skipsEffects = false
}

/// What units are set to when they are on.
enum InsertedValue: String, ExpressibleByArgument, CaseIterable {
  /// The mean of the unit where the part is.
  case mean
  /// The level above which the unit is at 1 % of all places.
  case high
}
