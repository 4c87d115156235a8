import ArgumentParser
import TGCommandLine
import TGDirections

extension PictureMeasure: ExpressibleByArgument {}
extension Alignment: ExpressibleByArgument {}

/// What gives a number for a picture.
struct ScorerOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Measure the picture itself: "
        + PictureMeasure.allCases.map(\.rawValue).joined(separator: ", ") + ".",
      valueName: "WHAT"))
  var measure: PictureMeasure?

  @Option(
    help: ArgumentHelp(
      "A plan with a function that takes a picture and gives a number.", valueName: "P.tplan"),
    completion: .file(extensions: ["tplan"]))
  var scorer: String?

  @Option(
    name: .customLong("scorer-function"),
    help: ArgumentHelp("Its function; the first by default.", valueName: "F"))
  var function: String?

  @Option(
    name: .customLong("score"),
    help: ArgumentHelp(
      "The result that is the score, and which of its numbers, from 0.",
      valueName: "NAME[:INDEX]"))
  var output: String?
}
