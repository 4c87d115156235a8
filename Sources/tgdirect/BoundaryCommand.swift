import ArgumentParser
import TGCommandLine
import TGDirections
import TGImage
import TGPlan
import TGSession
import TGTensor

/// `tgdirect boundary PLAN`: the plane between codes of high and of low score.
struct BoundaryCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "boundary",
    abstract: "The normal of the plane between codes of high and low score (InterFaceGAN, HiGAN).",
    discussion: """
      Codes are drawn, their pictures scored, the surest at both ends taken, and a linear SVM trained \
      on a part of them. Told is how many of the others it divides rightly: of the ends, and of all \
      that lie between them.

      EXAMPLES:
        tgdirect boundary faces.tplan --measure grey --samples 2000 -o light.npy
        tgdirect boundary faces.tplan --scorer smile.tplan --score smiling -o smile.npy
        tgdirect boundary faces.tplan --codes w.npy --scores scores.csv:age -o age.npy
        tgdirect boundary faces.tplan --measure area --out-of light.npy -o size.npy
      """)
  static let toolName = "tgdirect boundary"

  @OptionGroup var generator: GeneratorOptions
  @OptionGroup var samples: SampleOptions
  @OptionGroup(title: "Score") var scorer: ScorerOptions

  @Option(
    help: ArgumentHelp(
      "Scores from a table (.npy, .csv, .json), a row for each code.", valueName: "FILE[:COLUMN]"))
  var scores: String?

  @Option(
    help: ArgumentHelp(
      "How many codes are taken at each end: a share of all, or a number.", valueName: "N"))
  var take = 0.1

  @Option(help: ArgumentHelp("The share of them that trains.", valueName: "SHARE"))
  var training = 0.7

  @Option(help: ArgumentHelp("How much a code on the wrong side costs.", valueName: "C"))
  var cost = 1.0

  @Option(
    name: .customLong("out-of"),
    help: ArgumentHelp(
      "A direction that is taken out of the boundary.", valueName: "FILE[#NAME]"))
  var others: [String] = []

  @Option(
    name: [.customShort("o"), .customLong("out")],
    help: ArgumentHelp("Where the direction goes.", valueName: "OUT.npy|OUT.safetensors"))
  var out: String

  @OptionGroup(title: "Talk") var common: CommonOptions

  mutating func run(on console: Console) throws {
    let machine = try generator.machine.resolved(on: console)
    enforceMemoryLimit(machine.budget)
    try checkNumbers()
    let otherFiles = others.map { FileArgument($0, parts: .prefix) }
    var results = try ResultFiles(
      out, suffixes: ["npy", "safetensors"], beside: ["json", "csv", "svg"],
      readFiles: [generator.plan] + samples.files + otherFiles.map(\.path)
        + [scorer.scorer, scores.map { ScoreTable.path($0) }].compactMap(\.self))
    let plan = try OpenedPlan(generator.plan, options: generator.machine, machine: machine)
    let maker = try Generator(generator, plan: plan, console: console)
    let conditions = try otherFiles.map { file in
      try Direction(file.path, subtree: file.prefix).spread(over: maker.code).map { Double($0) }
    }
    let table = try scores.map { try ScoreTable($0) }
    let scorer = table == nil ? try openScorer(for: maker, machine: machine) : nil
    let taken = try samples.taken(for: maker, usual: table?.scores.count ?? 2000)
    if let table, table.scores.count != taken.count {
      throw Failure(
        .badInput,
        "\(scores ?? "") has \(table.scores.count) scores, and there are "
          + "\(taken.count) codes")
    }
    let values = try table?.scores ?? score(taken, of: maker, by: scorer)
    var settings = Boundary.Settings()
    settings.taken = take
    settings.training = training
    settings.machine.cost = cost
    settings.machine.seed = taken.seed
    let boundary: Boundary
    do { boundary = try Boundary(taken.codes, scores: values, settings: settings) } catch {
      throw failure(error)
    }
    if !boundary.machine.hasConverged {
      console.warn(
        "the machine did not settle in \(boundary.machine.passes) passes",
        hint: "a smaller --cost settles earlier")
    }
    guard let normal = Vector.projected(boundary.normal, outOf: conditions) else {
      throw Failure(.badInput, "nothing is left of the boundary: --out-of says all of it")
    }
    let shape = Shape([1] + maker.code.itemShape)
    try results.save(
      direction: HostTensor(shape, normal.map { Float($0) }),
      metadata: ["tgraph.method": "boundary", "tgraph.hash": plan.file.hash])
    try tell(
      boundary, normal: normal, values: values, taken: taken, maker: maker, scorer: scorer,
      results: &results, console: console)
  }

  private func checkNumbers() throws {
    guard take > 0, take.isFinite else { throw Failure(.usage, "--take \(take) takes no codes") }
    guard training > 0, training < 1 else {
      throw Failure(.usage, "--training \(training) is not between 0 and 1")
    }
    guard cost > 0, cost.isFinite else { throw Failure(.usage, "--cost \(cost) is not positive") }
    let asked = [scores != nil, scorer.measure != nil, scorer.scorer != nil].count { $0 }
    guard asked == 1 else {
      throw Failure(
        .usage, asked == 0 ? "nothing says how codes are scored" : "codes are scored in two ways",
        hint: "say one of --measure WHAT, --scorer P.tplan and --scores FILE")
    }
  }

  private func openScorer(
    for maker: Generator, machine: MachineOptions.Resolved
  ) throws -> Scorer? {
    try Scorer(
      scorer, for: try maker.mainPicture(), machine: generator.machine, resolved: machine)
  }

  /// The score of each code's picture.
  private func score(
    _ taken: SampleOptions.Samples, of maker: Generator, by scorer: Scorer?
  ) throws -> [Double] {
    guard let scorer else { return [] }
    var pictures = ScoredPictures(scorer)
    let items = taken.codes.enumerated().map {
      Generator.Item(seed: taken.seed, noiseItem: $0.offset, code: $0.element)
    }
    try maker.run(items, output: try maker.mainPicture().name) { _, picture in
      try pictures.take(picture)
    }
    try pictures.finish()
    return pictures.scores
  }

  private func failure(_ fault: Boundary.Fault) -> Failure {
    switch fault {
    case .tooFew(let taken, let all):
      Failure(
        .usage, "--take \(take) of \(all) codes are \(taken) at each end, and 2 are the least",
        hint: "take more, or draw more --samples")
    case .allEqual(let score):
      Failure(.badInput, "the codes taken have all the score \(score)", hint: "take fewer: --take")
    case .noPlane: Failure(.badInput, "no plane divides the codes")
    }
  }

  private func tell(
    _ boundary: Boundary, normal: [Double], values: [Double], taken: SampleOptions.Samples,
    maker: Generator, scorer: Scorer?, results: inout ResultFiles, console: Console
  ) throws {
    let places = taken.codes.map { code in
      zip(normal, code).reduce(0) { $0 + $1.0 * Double($1.1) }
    }
    var table = CSVTable(["sample", "score", "place"])
    for (index, (value, place)) in zip(values, places).enumerated() {
      table.add(["\(index)", "\(value)", "\(place)"])
    }
    try results.save(table.bytes, as: "table", to: results.path("csv"))
    let chart = Chart(
      title: "score along the boundary's normal (means of twentieths)", axis: "place",
      positions: Twentieths(places, values).places,
      curves: [.init(name: "score", values: Twentieths(places, values).values)])
    try results.save(Array(chart.svg.utf8), as: "drawing", to: results.path("svg"))
    func accuracy(_ found: Boundary.Accuracy) -> JSON {
      .pairs([
        ("count", .integer(found.count)), ("accuracy", .number(found.share)),
        ("positive", .number(found.positive)), ("negative", .number(found.negative)),
      ])
    }
    console.note(
      "accuracy \(Quantity.fixed(100 * boundary.validation.share, 1)) % of "
        + "\(boundary.validation.count) codes held back, "
        + "\(Quantity.fixed(100 * boundary.remaining.share, 1)) % of "
        + "\(boundary.remaining.count) between the ends")
    try results.finish(
      maker.members + (scorer?.members ?? [("scores", .string(scores ?? ""))]) + [
        ("method", .string("boundary")), ("seed", .string(String(taken.seed))),
        ("samples", .integer(taken.count)), ("trained", .integer(boundary.trained)),
        ("passes", .integer(boundary.machine.passes)),
        ("intercept", .number(boundary.machine.intercept)),
        ("validation", accuracy(boundary.validation)),
        ("remaining", accuracy(boundary.remaining)), ("out_of", .strings(others)),
        ("kept", .number(Vector.product(boundary.normal, normal))),
      ], on: console)
  }
}

/// Samples in the order of their place, in twenty groups of nearly one size: the mean place and value
/// of each.
private struct Twentieths {
  let places: [Double]
  let values: [Double]

  init(_ places: [Double], _ values: [Double]) {
    let order = places.indices.sorted {
      places[$0] == places[$1] ? $0 < $1 : places[$0] < places[$1]
    }
    let count = min(20, order.count)
    let groups = (0..<count).map { group in
      order[group * order.count / count..<(group + 1) * order.count / count]
    }
    func means(_ numbers: [Double]) -> [Double] {
      groups.map { group in group.reduce(0) { $0 + numbers[$1] } / Double(group.count) }
    }
    self.places = means(places)
    self.values = means(values)
  }
}
