import ArgumentParser
import TGCommandLine

/// Finds what the units of a layer mean, and what they do.
@main struct DissectCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "tgdissect",
    abstract: "Finds which units of a layer mean which part of a picture, and what they cause.",
    usage: """
      tgdissect GENERATOR.tplan ["caption" ...] --segmenter PARTS.tplan [options]
      tgdissect ENCODER.tplan picture.png ... --masks DIR [options]
      """,
    discussion: """
      GAN dissection (Bau et al., ICLR 2019). Of a generator, the plan's function 'edit' is taken, \
      whose inputs 'units', 'places' and 'values' set units of a layer; pages with a setting 'tap' \
      have one. A segmenter says which pixel belongs to which part. Of an encoder, any output of maps \
      is taken, and the masks come from files. It writes units.csv, report.json, sheets of pictures, \
      and for a generator effects.csv, curves (.svg), and strips of pictures with units off.

      EXAMPLES:
        tgdissect scenes.tplan --captions captions.txt --segmenter parts.tplan --outdir units
        tgdissect scenes.tplan "a red bird" --segmenter parts.tplan --part crown --top 0.01
        tgdissect editor.tplan scenes --masks scenes --outdir units

      EXIT STATUS: 0 done, 64 usage, 65 bad input, 66 input missing, 70 our bug, 71 out of the \
      memory budget, 73 output cannot be created, 74 input or output failed, 76 a value became \
      infinite or no number, 130 interrupted.

      ENVIRONMENT: TG_THREADS, TG_ISA (scalar, avx2 or avx512), TG_PROGRESS (seconds between lines \
      about long work off a terminal), NO_COLOR. Completions for your shell: tgdissect --generate-completion-script bash.
      """,
    version: "tgdissect \(Version.number)")

  @OptionGroup(title: "Dissect") var options: DissectOptions
  @OptionGroup(title: "Machine") var machine: MachineOptions
  @OptionGroup(title: "Talk") var common: CommonOptions

  mutating func run(on console: Console) throws {
    let resolved = try machine.resolved(on: console)
    enforceMemoryLimit(resolved.budget)
    let request = try Request(options)
    var job = try Job(request, machine: resolved, options: machine, console: console)
    try Interrupts(console: console, total: nil).guarding { try job.run() }
  }

  static func main() { start() }
}
