import ArgumentParser
import TGCommandLine
import TGDirections
import TGImage
import TGPlan
import TGSession
import TGTensor

/// `tgdirect pca PLAN`: the principal components of a plan's codes.
struct ComponentsCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "pca",
    abstract: "Principal components of codes that a mapping makes (GANSpace).",
    discussion: """
      Written is a matrix [D, K], the component of the largest variance in column 0, of length 1, \
      or with --in-deviations as long as its standard deviation.

      EXAMPLES:
        tgdirect pca faces.tplan --function synthesize --samples 20000 -o components.npy
        tgdirect pca faces.tplan --function synthesize --codes w.npy -o components.npy
      """)
  static let toolName = "tgdirect pca"

  @OptionGroup var generator: GeneratorOptions
  @OptionGroup var samples: SampleOptions

  @Option(help: ArgumentHelp("How many components.", valueName: "K"))
  var count = 10

  @Flag(
    name: .customLong("in-deviations"),
    help: "Make each component as long as the standard deviation along it.")
  var inDeviations = false

  @Option(
    name: [.customShort("o"), .customLong("out")],
    help: ArgumentHelp("Where the matrix goes.", valueName: "OUT.npy|OUT.safetensors"))
  var out: String

  @OptionGroup(title: "Talk") var common: CommonOptions

  mutating func run(on console: Console) throws {
    let machine = try generator.machine.resolved(on: console)
    enforceMemoryLimit(machine.budget)
    guard count >= 1 else { throw Failure(.usage, "--count \(count) is no number of components") }
    var results = try ResultFiles(
      out, suffixes: ["npy", "safetensors"], beside: ["json", "csv", "svg"],
      readFiles: [generator.plan] + samples.files)
    let plan = try OpenedPlan(generator.plan, options: generator.machine, machine: machine)
    let maker = try Generator(generator, plan: plan, console: console)
    guard !maker.isIsotropic || samples.codes != nil else {
      throw Failure(
        .usage,
        "the codes '\(maker.code.name)' of '\(maker.session.variants.form.name)' are noise, "
          + "of which every direction is alike",
        hint: "name a function that takes what a mapping makes: --function NAME; or give codes: "
          + "--codes FILE.npy")
    }
    let size = maker.code.itemShape.reduce(1, *)
    guard size <= CovarianceSum.largestSize else {
      throw Failure(
        .memoryBudget,
        "codes of \(size) numbers have too many directions; "
          + "\(CovarianceSum.largestSize) are the most",
        hint: "take the codes before they are spread over layers")
    }
    let taken = try samples.taken(for: maker, usual: 10_000)
    var sum = CovarianceSum(size: size)
    for code in taken.codes { sum.add(code) }
    guard let found = sum.components(min(count, size)) else {
      throw Failure(.checkFailed, "the codes have an infinite number or none")
    }
    let columns = zip(found.components, found.deviations).map { component, deviation in
      inDeviations ? component.map { $0 * deviation } : component
    }
    try results.save(
      direction: Directions(columns: columns).tensor, metadata: ["tgraph.method": "pca"])
    var table = CSVTable(["component", "deviation", "share"])
    for index in found.deviations.indices {
      table.add(["\(index)", "\(found.deviations[index])", "\(found.shares[index])"])
    }
    try results.save(table.bytes, as: "table", to: results.path("csv"))
    let chart = Chart(
      title: "share of the variance", axis: "component",
      positions: found.shares.indices.map { Double($0) },
      curves: [.init(name: "share", values: found.shares)])
    try results.save(Array(chart.svg.utf8), as: "drawing", to: results.path("svg"))
    try results.finish(
      maker.members + [
        ("method", .string("pca")), ("seed", .string(String(taken.seed))),
        ("samples", .integer(taken.count)), ("in_deviations", .bool(inDeviations)),
        ("deviations", .array(found.deviations.map { .number($0) })),
        ("shares", .array(found.shares.map { .number($0) })),
      ], on: console)
  }
}
