import ArgumentParser
import TGCommandLine

/// Scores pictures: against others one by one, as sets, and under captions.
@main struct EvalCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tgeval",
    abstract: "Scores pictures, each score with the protocol that it was computed by.",
    discussion: """
      EXAMPLES:
        tgeval pairs mine theirs --lpips lpips.tplan
        tgeval sets mine reals --plan inception.tplan --json > mine.json
        tgeval sets mine.safetensors reals.safetensors --scores frechet,kernel,manifolds
        tgeval r-precision birds.tplan --captions test.tsv --picture-encoder cnn.tplan \
      --text-encoder text.tplan
        tgeval compare mine.json others.json

      EXIT STATUS: 0 done, 64 usage, 65 bad input, 66 input missing, 69 not available, 70 our bug, \
      71 out of the memory budget, 73 output cannot be created, 74 input or output failed, 76 a \
      feature is infinite or no number, or scores of unequal protocols are compared, 130 \
      interrupted.
      """,
    version: "tgeval \(Version.number)",
    subcommands: [
      PairsCommand.self, SetsCommand.self, RPrecisionCommand.self, CompareCommand.self,
    ])

  static func main() { start() }
}
