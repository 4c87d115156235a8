import ArgumentParser
import TGCommandLine

/// Which function of which plan makes pictures of codes, and of what else.
struct GeneratorOptions: ParsableArguments {
  @Argument(help: "The plan, a .tplan file made by tgc.", completion: .file(extensions: ["tplan"]))
  var plan: String

  @Option(
    help: ArgumentHelp("The function that takes the codes; the first by default.", valueName: "F"))
  var function: String?

  @Option(
    help: ArgumentHelp(
      "The input whose codes are meant, where a function takes several.", valueName: "NAME"))
  var code: String?

  @Option(
    help: ArgumentHelp(
      "The function that makes the codes of noise; by default the only one that gives a result of "
        + "their name and shape.", valueName: "F"))
  var mapping: String?

  @OptionGroup var inputs: InputOptions
  @OptionGroup(title: "Machine") var machine: MachineOptions
}
