import ArgumentParser
import TGCommandLine

/// Learns directions in the space of codes, and measures what they do.
@main struct DirectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tgdirect",
    abstract: "Learns directions of a plan's codes, and measures what they change.",
    discussion: """
      What is written, .npy or .safetensors, is what tgrun --direction takes; beside it lie a report \
      (.json), a table (.csv) and a drawing (.svg).

      EXAMPLES:
        tgdirect closed netG.pth#main.0.weight --axis 0 -o closed.npy
        tgdirect pca faces.tplan --function synthesize --samples 20000 -o components.npy
        tgdirect boundary faces.tplan --measure grey --samples 2000 -o light.npy
        tgdirect project light.npy --out-of smile.npy -o only-light.npy
        tgdirect learn walk.tplan -o zoom.npy
        tgdirect differences pairs.tsv --words scenes.tplan:read -o change.npy
        tgdirect measure faces.tplan --direction light.npy=-2:2:5 --measure grey --seeds 0-99

      EXIT STATUS: 0 done, 64 usage, 65 bad input, 66 input missing, 69 not available, 70 our bug, \
      71 out of the memory budget, 73 output cannot be created, 74 input or output failed, 76 a \
      value became infinite or no number, or --demand is not met, 130 interrupted.

      ENVIRONMENT: TG_THREADS, TG_ISA (scalar, avx2 or avx512), TG_PROGRESS (seconds between lines \
      about long work off a terminal), NO_COLOR. Completions for your shell: tgdirect \
      --generate-completion-script bash.
      """,
    version: "tgdirect \(Version.number)",
    subcommands: [
      ClosedCommand.self, ComponentsCommand.self, BoundaryCommand.self, ProjectCommand.self,
      LearnCommand.self, DifferencesCommand.self, MeasureCommand.self, LayersCommand.self,
    ])

  static func main() { start() }
}
