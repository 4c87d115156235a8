import ArgumentParser
import TGCommandLine

/// Runs a plan.
@main struct RunCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "tgrun",
    abstract: "Runs a plan on pictures and captions.",
    usage: """
      tgrun PLAN.tplan [picture.png ...] ["caption" ...] [-o OUT.png | --outdir DIR] [options]
      tgrun [PLAN.tplan] --replay OUT.png
      tgrun PLAN.tplan pictures/ --index-out INDEX.npy
      tgrun PLAN.tplan [picture.png] ["caption"] --index INDEX.npy [-o SHEET.png]
      """,
    discussion: """
      Pictures go to the plan's Image inputs and the rest to its Text inputs, in declared order; \
      noise is drawn from the seed. The same plan, inputs and seed give the same bytes, whatever \
      --threads.

      EXAMPLES:
        tgrun tagan.tplan bird.png "this bird has red wings" -o red.png
        tgrun birds.tplan "a small yellow bird" --seeds 0-35 --outdir samples
        tgrun birds.tplan --captions captions.txt --outdir samples
        tgrun edit.tplan "photos/*.jpg" --outdir edited --jpeg-quality 90
        tgrun encoder.tplan --input caption=ids.npy --output words=words.npy
        tgrun birds.tplan --show-words
        tgrun faces.tplan --latent code.safetensors --direction age.npy=-3:3:7 -o ages.png
        tgrun faces.tplan --interpolate seed:3 seed:9 --frames 5 -o between.png
        tgrun faces.tplan --grid 6x6 -o faces.png
        tgrun birds.tplan --interpolate "a red bird" "a blue bird" --film birds.png
        tgrun tirg.tplan --function look photos/ --index-out photos.npy
        tgrun tirg.tplan photos/a.png "make it red" --index photos.npy --without-query

      EXIT STATUS: 0 done, 64 usage, 65 bad input, 66 input missing, 69 not available, 70 our bug, \
      71 out of the memory budget, 73 output cannot be created, 74 input or output failed, 76 a \
      value became infinite or no number, or --replay gives another picture, 130 interrupted.

      ENVIRONMENT: TG_THREADS, TG_ISA (scalar, avx2, avx512 or avx512bf16), TG_PROGRESS (seconds between lines \
      about long work off a terminal), NO_COLOR. Completions for your shell: tgrun --generate-completion-script bash.
      """,
    version: "tgrun \(Version.number)")

  @OptionGroup(title: "Run") var options: RunOptions
  @OptionGroup(title: "Talk") var common: CommonOptions

  mutating func run(on console: Console) throws {
    if options.showWords {
      guard let plan = options.plan else {
        throw Failure(.usage, "no plan was given", hint: "tgrun --show-words PLAN.tplan")
      }
      try WordListing(path: plan, function: options.function).print(on: console)
      return
    }
    if options.search.isAsked {
      try SearchJob(options, console: console).run()
      return
    }
    var job = try Job(options, console: console)
    try job.run()
  }

  static func main() { start() }
}
