import ArgumentParser
import TGCommandLine
import TGImage
import TGPlan
import TGScores
import TGSession
import TGTensor

/// `tgeval pairs A B`
struct PairsCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "pairs",
    abstract: "Scores pictures against others of the same names: MSE, PSNR, SSIM, LPIPS.",
    discussion: """
      A and B are two pictures, or two folders, patterns or lists whose pictures have the same names.

      EXAMPLES:
        tgeval pairs mine.png original.png
        tgeval pairs mine originals --lpips lpips.tplan --json
      """)

  static let toolName = "tgeval pairs"

  @Argument(
    help: ArgumentHelp("The pictures that are scored.", valueName: "A"), completion: .file())
  var scored: String

  @Argument(
    help: ArgumentHelp("Those that they are held against.", valueName: "B"), completion: .file())
  var reference: String

  @Option(
    help: ArgumentHelp(
      "The window of SSIM: gaussian (11 x 11, sigma 1.5, as published) or uniform (7 x 7, "
        + "scikit-image's default).", valueName: "WINDOW"))
  var ssim = SimilarityWindow.gaussian

  @Option(
    help: ArgumentHelp(
      "Also a distance by a plan of two pictures, such as LPIPS.",
      valueName: "PLAN.tplan"),
    completion: .file(extensions: ["tplan"]))
  var lpips: String?

  @Option(
    name: .customLong("lpips-function"),
    help: ArgumentHelp("Its function; the first by default.", valueName: "F"))
  var lpipsFunction: String?

  @Option(
    name: .customLong("lpips-output"),
    help: ArgumentHelp("Its output; the only one by default.", valueName: "NAME"))
  var lpipsOutput: String?

  @Flag(name: .customLong("each"), help: "Print the scores of each pair too.")
  var printsEach = false

  @OptionGroup(title: "Machine") var machine: MachineOptions
  @OptionGroup(title: "Talk") var common: CommonOptions

  mutating func run(on console: Console) throws {
    let resolved = try machine.resolved(on: console)
    enforceMemoryLimit(resolved.budget)
    let pairs = try PicturePairs(scored, reference)
    let (function, output) = (lpipsFunction, lpipsOutput)
    let network = try lpips.map {
      try Network(
        $0, option: "--lpips", function: function, output: output, machine: machine,
        resolved: resolved)
    }
    let scorer = try PairScorer(window: ssim, network: network, console: console)
    let printsEach = printsEach
    try Interrupts(console: console, total: 1).guarding {
      var results: [PairScorer.Result] = []
      var progress = try Progress(console: console, total: pairs.pairs.count)
      for pair in pairs.pairs {
        results.append(try scorer.score(pair))
        progress.show(results.count)
      }
      progress.end(results.count)
      let each = zip(pairs.pairs, results).map { pair, result in
        JSON.pairs(
          [("a", .string(pair.scored)), ("b", .string(pair.reference))]
            + result.numbers.map { ($0.name, .number($0.value)) })
      }
      if printsEach, !console.isJSON {
        for (pair, result) in zip(pairs.pairs, results) {
          let numbers = result.numbers.map { "\($0.name) \(Score.digits($0.value))" }
          try console.print(([pair.scored] + numbers).joined(separator: "  "))
        }
      }
      try console.print(
        try scorer.scores(results, of: pairs), besides: printsEach ? [("pairs", .array(each))] : [])
    }
  }
}

extension SimilarityWindow: ExpressibleByArgument {}

/// Pictures of two operands, joined by their names.
struct PicturePairs {
  /// Two pictures.
  struct Pair: Hashable {
    let scored: String
    let reference: String
  }

  /// In the order of the names of the first.
  let pairs: [Pair]
  /// The first operand's pictures.
  let scored: PictureFiles
  /// The second one's.
  let reference: PictureFiles

  /// Joins two files, or files of equal names without their suffixes.
  ///
  /// - Throws: `Failure` of status `badInput` for a picture without its other.
  init(_ one: String, _ other: String) throws {
    scored = try PictureFiles(one)
    reference = try PictureFiles(other)
    if scored.paths == [one], reference.paths == [other] {
      pairs = [Pair(scored: one, reference: other)]
      return
    }
    let left = try Self.byName(scored)
    let right = try Self.byName(reference)
    try Self.demandAll(of: left, in: right, other)
    try Self.demandAll(of: right, in: left, one)
    pairs = scored.paths.compactMap { path in
      right[Path.stem(path)].map { Pair(scored: path, reference: $0) }
    }
  }

  private static func byName(_ files: PictureFiles) throws(Failure) -> [String: String] {
    var result: [String: String] = [:]
    for path in files.paths {
      if let twin = result.updateValue(path, forKey: Path.stem(path)) {
        throw Failure(
          .badInput, "\(twin) and \(path) have one name, so it is not known which is meant",
          hint: "take one of them away")
      }
    }
    return result
  }

  private static func demandAll(
    of some: [String: String], in others: [String: String], _ operand: String
  ) throws(Failure) {
    let alone = some.filter { others[$0.key] == nil }.map(\.value).sorted(by: Path.precedes)
    guard let first = alone.first else { return }
    let more = alone.count > 1 ? " and \(alone.count - 1) more" : ""
    throw Failure(
      .badInput, "\(operand) has no picture of the name of \(first)\(more)",
      hint: "pictures are paired by their names without .png or .jpg")
  }
}
