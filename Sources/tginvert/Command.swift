import ArgumentParser
import TGCommandLine

/// Minimises an objective of a plan.
@main struct InvertCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "tginvert",
    abstract: "Minimises an objective of a plan, such as the inversion of pictures into codes.",
    usage: """
      tginvert PLAN.tplan picture.png ... ["caption" ...] -o CODE.safetensors | --outdir DIR [options]
      """,
    discussion: """
      For each picture it writes the code (.safetensors), the reconstruction (.png), both pictures \
      side by side (.before-after.png), the losses (.svg, .csv) and a report (.json); with \
      --jpeg-quality pictures are .jpg. Pictures may be folders, patterns in quotes and lists \
      (@list.txt).

      EXAMPLES:
        tginvert faces.tplan photo.png -o photo.code.safetensors
        tginvert faces.tplan photo.png --restarts 8 --film course.png
        tginvert faces.tplan "photos/*.jpg" --space w+ --steps 500 --outdir codes
        tginvert faces.tplan photos --outdir codes --shard 2/4 --resume
        tginvert faces.tplan photo.png --mask hole.png --restarts 4 --seed 7 -o photo.code.safetensors

      Ctrl-C saves where the run stands; the same command with --resume goes on and ends with the \
      same bytes. Of many pictures the broken ones are left out and told at the end. One run at a \
      time writes one output.

      EXIT STATUS: 0 done, 64 usage, 65 bad input, 66 input missing, 69 not available, 70 our bug, \
      71 out of the memory budget, 73 output cannot be created, 74 input or output failed, 75 \
      stopped and can be resumed, 76 a value became infinite or no number, 130 interrupted with \
      nothing to resume.

      ENVIRONMENT: TG_THREADS, TG_ISA (scalar, avx2, avx512 or avx512bf16), TG_PROGRESS (seconds between lines \
      about long work off a terminal), NO_COLOR. Completions for your shell: tginvert --generate-completion-script bash.
      """,
    version: "tginvert \(Version.number)")

  @OptionGroup(title: "Invert") var options: InvertOptions
  @OptionGroup(title: "Machine") var machine: MachineOptions
  @OptionGroup(title: "Talk") var common: CommonOptions

  mutating func run(on console: Console) throws {
    let resolved = try machine.resolved(on: console)
    enforceMemoryLimit(resolved.budget)
    let request = try Request(options, limits: machine.work.limits(), console: console)
    var job = try Job(request, machine: resolved, console: console)
    try job.run()
  }

  static func main() { start() }
}
