import ArgumentParser
import TGCommandLine
import TGDirections
import TGImage
import TGPlan
import TGSession
import TGTensor

/// `tgdirect layers PLAN --direction D`: in which layers of a code a direction does its work.
struct LayersCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "layers",
    abstract: "Which layers of a layered code a direction works in (HiGAN).",
    discussion: """
      Codes are moved along the direction in all layers, and in each alone; told is the mean of what \
      the score gains, a loss counting as 0. Written is the direction with the layers that gain at \
      least --keep of the largest gain: tgrun then moves these.

      EXAMPLES:
        tgdirect layers faces.tplan --direction light.npy --measure grey -o light.safetensors
      """)
  static let toolName = "tgdirect layers"

  @OptionGroup var generator: GeneratorOptions
  @OptionGroup(title: "Score") var scorer: ScorerOptions

  @Option(help: ArgumentHelp("The direction.", valueName: "FILE[#NAME]"))
  var direction: String

  @Option(parsing: .unconditional, help: ArgumentHelp("How far codes are moved.", valueName: "T"))
  var amount = 2.0

  @Option(help: ArgumentHelp("The seeds.", valueName: "LIST"))
  var seeds = "0-99"

  @Option(
    help: ArgumentHelp("The share of the largest gain that keeps a layer.", valueName: "SHARE"))
  var keep = 0.5

  @Option(
    name: [.customShort("o"), .customLong("out")],
    help: ArgumentHelp("Where the direction with its layers goes.", valueName: "OUT.safetensors"))
  var out: String

  @OptionGroup(title: "Talk") var common: CommonOptions

  mutating func run(on console: Console) throws {
    let machine = try generator.machine.resolved(on: console)
    enforceMemoryLimit(machine.budget)
    guard let seeds = SeedList(seeds)?.seeds else {
      throw Failure(.usage, "--seeds \(seeds) is not of the form 0-99,120")
    }
    guard keep > 0, keep <= 1, Float(amount).isFinite else {
      throw Failure(.usage, "--keep \(keep) is not between 0 and 1, or --amount is no number")
    }
    let file = FileArgument(direction, parts: .prefix)
    var results = try ResultFiles(
      out, suffixes: ["safetensors"], beside: ["json", "csv", "svg"],
      readFiles: [generator.plan, file.path] + [scorer.scorer].compactMap(\.self))
    let plan = try OpenedPlan(generator.plan, options: generator.machine, machine: machine)
    let maker = try Generator(generator, plan: plan, console: console)
    let shape = maker.code.itemShape
    guard shape.count > 1 else {
      throw EditingError.noLayers(path: file.path, maker.code)
    }
    guard
      let scorer = try Scorer(
        scorer, for: try maker.mainPicture(), machine: generator.machine, resolved: machine)
    else {
      throw Failure(
        .usage, "nothing says what is measured", hint: "say --measure WHAT or --scorer P.tplan")
    }
    let numbers = try Direction(file.path, subtree: file.prefix).spread(over: maker.code)
    try maker.demandDrawn()
    try maker.demandRoom(for: 2 * seeds.count)
    let codes = try maker.codes(seeds.map { ($0, 0) })
    let before = try scores(codes, seeds, maker, scorer)
    let size = numbers.count / shape[0]
    func gain(_ rows: [Int]) throws -> Double {
      let moved = codes.map { code in
        CodeArithmetic.moved(
          code, along: numbers, by: Float(amount), rows: rows, rowSize: size)
      }
      let after = try scores(moved, seeds, maker, scorer)
      return zip(before, after).reduce(0) { $0 + max(0, $1.1 - $1.0) } / Double(seeds.count)
    }
    let whole = try gain(Array(0..<shape[0]))
    let gains = try (0..<shape[0]).map { try gain([$0]) }
    let largest = gains.max() ?? 0
    guard largest > 0 else {
      throw Failure(
        .checkFailed, "no layer raises \(scorer.name)",
        hint: "the direction may point the other way: --amount \(-amount)")
    }
    let kept = gains.indices.filter { gains[$0] >= keep * largest }
    try results.save(
      direction: HostTensor(Shape([1] + shape), numbers),
      layers: kept.map(String.init).joined(separator: ","), metadata: ["tgraph.method": "layers"])
    var table = CSVTable(["layer", "gain"])
    for (layer, gain) in gains.enumerated() { table.add(["\(layer)", "\(gain)"]) }
    try results.save(table.bytes, as: "table", to: results.path("csv"))
    let chart = Chart(
      title: "\(scorer.name) gained in each layer", axis: "layer",
      positions: gains.indices.map { Double($0) }, curves: [.init(name: "gain", values: gains)])
    try results.save(Array(chart.svg.utf8), as: "drawing", to: results.path("svg"))
    try results.finish(
      maker.members + scorer.members + [
        ("method", .string("layers")), ("direction", .string(direction)),
        ("amount", .number(amount)), ("count", .integer(seeds.count)), ("all", .number(whole)),
        ("gains", .array(gains.map { .number($0) })), ("layers", .integers(kept)),
      ], on: console)
  }

  private func scores(
    _ codes: [[Float]], _ seeds: [UInt64], _ maker: Generator, _ scorer: Scorer
  ) throws -> [Double] {
    var scored = ScoredPictures(scorer)
    let items = zip(seeds, codes).map { Generator.Item(seed: $0, code: $1) }
    try maker.run(items, output: try maker.mainPicture().name) { _, picture in
      try scored.take(picture)
    }
    try scored.finish()
    return scored.scores
  }
}
