import ArgumentParser
import TGCommandLine
import TGDirections
import TGImage
import TGPlan
import TGSession
import TGTensor

/// `tgdirect measure PLAN --direction D=-2:2:5`: what a direction changes.
struct MeasureCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "measure",
    abstract: "Measures what a direction changes, over many seeds.",
    discussion: """
      Each seed's code is moved by each amount, and its picture measured. Told is in how many seeds \
      the number rises, or falls, with every step; a sheet shows the first seeds.

      EXAMPLES:
        tgdirect measure faces.tplan --direction light.npy=-2:2:5 --measure grey --seeds 0-99
        tgdirect measure faces.tplan --direction closed.npy:3=-3:3:5 --scorer smile.tplan
        tgdirect measure faces.tplan --direction zoom.npy=-2:2:5 --measure area --demand 0.95
      """)
  static let toolName = "tgdirect measure"

  @OptionGroup var generator: GeneratorOptions
  @OptionGroup(title: "Score") var scorer: ScorerOptions

  @Option(
    help: ArgumentHelp(
      "How far the picture is moved or enlarged against the one of the amount nearest 0: "
        + Alignment.allCases.map(\.rawValue).joined(separator: ", ") + ".",
      valueName: "WHAT"))
  var against: Alignment?

  @Option(
    help: ArgumentHelp(
      "The direction and its amounts, as tgrun takes them.",
      valueName: "FILE[:COLUMN]=FIRST:LAST:COUNT[@LAYERS]"))
  var direction: [String] = []

  @Option(help: ArgumentHelp("The seeds.", valueName: "LIST"))
  var seeds = "0-99"

  @Option(help: ArgumentHelp("How many seeds the sheet shows; 0 for no sheet.", valueName: "N"))
  var show = 4

  @Option(
    help: ArgumentHelp(
      "End with status 76 unless the number rises with every step, or falls, in this share of the "
        + "seeds.", valueName: "SHARE"))
  var demand: Double?

  @Option(
    name: [.customShort("o"), .customLong("out")],
    help: ArgumentHelp(
      "Where the report goes; table, drawing and sheet beside it. (default: <plan>-<measure>.json)",
      valueName: "OUT.json"))
  var out: String?

  @OptionGroup(title: "Talk") var common: CommonOptions

  mutating func run(on console: Console) throws {
    let machine = try generator.machine.resolved(on: console)
    enforceMemoryLimit(machine.budget)
    try checkNumbers()
    guard let seeds = SeedList(seeds)?.seeds else {
      throw Failure(.usage, "--seeds \(seeds) is not of the form 0-99,120")
    }
    let plan = try OpenedPlan(generator.plan, options: generator.machine, machine: machine)
    let maker = try Generator(generator, plan: plan, console: console)
    let picture = try maker.mainPicture()
    let scorer = try Scorer(
      scorer, for: picture, machine: generator.machine, resolved: machine)
    guard let what = against?.rawValue ?? scorer?.name, against == nil || scorer == nil else {
      throw Failure(
        .usage, scorer == nil ? "nothing says what is measured" : "two things are measured",
        hint: "say one of --measure WHAT, --scorer P.tplan and --against WHAT")
    }
    let moves = try Moves(direction, of: maker)
    var results = try ResultFiles(
      out ?? "\(Path.stem(plan.path))-\(what.replacing(":", with: "-")).json",
      suffixes: ["json"], beside: ["csv", "svg"] + (show > 0 ? ["png"] : []),
      readFiles: [plan.path] + moves.files + (scorer?.files ?? []))
    try maker.demandDrawn()
    try maker.demandRoom(for: seeds.count * moves.amounts.count)
    let codes = try maker.codes(seeds.map { ($0, 0) })
    var items: [Generator.Item] = []
    for (seed, code) in zip(seeds, codes) {
      for frame in moves.amounts.indices {
        items.append(
          Generator.Item(seed: seed, code: try moves.edit.applied(to: code, frame: frame)))
      }
    }
    var values = StepValues(scorer, against: against, amounts: moves.amounts)
    var shown: [Picture] = []
    try maker.run(items, output: picture.name) { index, tensor in
      try values.take(tensor)
      if index < show * moves.amounts.count, let seen = picture.picture(of: tensor) {
        shown.append(seen)
      }
    }
    let numbers = try values.finished()
    let width = moves.amounts.count
    let steps = Steps(
      amounts: moves.amounts,
      values: seeds.indices.map { Array(numbers[$0 * width..<($0 + 1) * width]) })
    try tell(
      steps, of: what, seeds: seeds, shown: shown,
      members: maker.members
        + (scorer?.members ?? [("measure", .string(what))]), results: &results, console: console)
  }

  private func checkNumbers() throws {
    guard (0...100).contains(show) else {
      throw Failure(.usage, "--show \(show) is not between 0 and 100")
    }
    if let demand, !(0...1).contains(demand) {
      throw Failure(.usage, "--demand \(demand) is not between 0 and 1")
    }
  }

  private func tell(
    _ steps: Steps, of what: String, seeds: [UInt64], shown: [Picture],
    members: [(String, JSON)], results: inout ResultFiles, console: Console
  ) throws {
    var table = CSVTable(["seed"] + steps.amounts.map { "\(Float($0))" })
    for (seed, row) in zip(seeds, steps.values) {
      table.add(["\(seed)"] + row.map { "\($0)" })
    }
    try results.save(table.bytes, as: "table", to: results.path("csv"))
    let chart = Chart(
      title: "\(what): \(direction.joined(separator: " "))", axis: "amount",
      positions: steps.amounts,
      curves: steps.values.prefix(100).map { .init(values: $0) }
        + [.init(name: "mean", values: steps.means)])
    try results.save(Array(chart.svg.utf8), as: "drawing", to: results.path("svg"))
    if !shown.isEmpty {
      let bytes = try sheet(steps, seeds: seeds, shown: shown, what: what)
      try results.save(bytes, as: "picture", to: results.path("png"))
    }
    let (rising, falling) = (steps.rising, steps.falling)
    console.note(
      "\(what): rises with every step in \(rising) of \(seeds.count) seeds, falls in "
        + "\(falling); slope \(Float(steps.slope)) for an amount of 1")
    try results.finish(
      members + [
        ("directions", .strings(direction)), ("seeds", .string(self.seeds)),
        ("count", .integer(seeds.count)), ("amounts", .array(steps.amounts.map { .number($0) })),
        ("means", .array(steps.means.map { .number($0) })), ("rising", .integer(rising)),
        ("falling", .integer(falling)), ("slope", .number(steps.slope)),
      ], on: console)
    guard let demand, Double(max(rising, falling)) < demand * Double(seeds.count) else { return }
    throw Failure(
      .checkFailed,
      "\(what) rises with every step in \(rising) of \(seeds.count) seeds and "
        + "falls in \(falling); \(demand) of them were asked for",
      hint: "try other amounts; \(results.path("svg")) shows all seeds")
  }

  /// A row of pictures for each seed, its numbers under them.
  private func sheet(
    _ steps: Steps, seeds: [UInt64], shown: [Picture], what: String
  ) throws -> [UInt8] {
    let width = steps.amounts.count
    var sheet = ContactSheet(
      columns: width,
      title: "\(what), amounts "
        + steps.amounts.map { "\(Float($0))" }.joined(separator: ", "))
    for (index, picture) in shown.enumerated() {
      let value = steps.values[index / width][index % width]
      sheet.add(
        picture, heading: "seed \(seeds[index / width])", text: Quantity.fixed(value, 4))
    }
    guard let picture = sheet.picture else {
      throw Failure(.usage, "the sheet is too large", hint: "show fewer seeds: --show 1")
    }
    do { return try picture.encoded(as: .png) } catch { throw SessionError.picture(error) }
  }
}
