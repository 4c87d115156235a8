import ArgumentParser
import TGCommandLine
import TGDirections
import TGInversion
import TGPlan
import TGSession
import TGTensor

/// `tgdirect learn PLAN`: what an objective finds without a picture of ours, such as a walk.
struct LearnCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "learn",
    abstract: "Learns a direction by an objective of the plan: a walk, or what an assessor wants.",
    discussion: """
      The page says what is learned: walk (steerability) and assess (GANalyze) take any generator, \
      tgc walk --part G=PAGE. What is a `shared var` there is one value for all items of a batch; \
      each round draws other codes for each item.

      EXAMPLES:
        tgc walk --set edit=zoom --weights G=netG.pth --batch 8 -o zoom.tplan
        tgdirect learn zoom.tplan -o zoom.npy
        tgdirect learn assess.tplan --steps 500 --seed 3 -o better.npy
      """)
  static let toolName = "tgdirect learn"

  @Argument(help: "The plan, a .tplan file made by tgc.", completion: .file(extensions: ["tplan"]))
  var plan: String

  @Option(help: ArgumentHelp("The objective; the first by default.", valueName: "O"))
  var objective: String?

  @Option(
    help: ArgumentHelp(
      "The variable that is the direction, where there are several.", valueName: "V"))
  var variable: String?

  @Option(
    help: ArgumentHelp(
      "How many items learn together; by default as many as the largest batch of the plan has.",
      valueName: "N"))
  var items: Int?

  @Option(help: ArgumentHelp("Rounds, a number for each loop.", valueName: "N[,N…]"))
  var steps: String?

  @Option(help: ArgumentHelp("The constant rate instead of the page's.", valueName: "R"))
  var rate: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The seed of what is drawn; negative for a random one.", valueName: "S"))
  var seed: SeedArgument = SeedArgument(0)

  @OptionGroup var inputs: InputOptions

  @Option(
    name: [.customShort("o"), .customLong("out")],
    help: ArgumentHelp(
      "Where the direction goes; all variables under their names into a .safetensors without "
        + "--variable if there are several.", valueName: "OUT.npy|OUT.safetensors"))
  var out: String

  @OptionGroup(title: "Machine") var machine: MachineOptions
  @OptionGroup(title: "Talk") var common: CommonOptions

  mutating func run(on console: Console) throws {
    let resolved = try machine.resolved(on: console)
    enforceMemoryLimit(resolved.budget)
    var results = try ResultFiles(
      out, suffixes: ["npy", "safetensors"], beside: ["json", "csv", "svg"], readFiles: [plan])
    let opened = try OpenedPlan(plan, options: machine, machine: resolved)
    let learning = try Learning(self, opened, console: console)
    let variable = try chosenVariable(of: learning.objective)
    try results.demandApart(from: learning.files)
    let outcome = try learning.run(console: console)
    guard !outcome.hasFailed else {
      throw Failure(
        .checkFailed, "a value became infinite or no number after \(outcome.rounds) rounds",
        hint: "try a smaller --rate, or another --seed")
    }
    let texts = [
      "tgraph.method": "learn", "tgraph.hash": opened.file.hash,
      "tgraph.objective": learning.objective.name,
    ]
    if let variable, let found = outcome.variables[variable] {
      try results.save(direction: found, metadata: texts)
    } else {
      try results.save(
        tensors: outcome.variables.sorted { $0.key < $1.key }.map { ($0.key, $0.value) },
        metadata: texts)
    }
    let curve = LossCurve(
      terms: learning.objective.loops.map(\.terms), records: outcome.records)
    try results.save(Array(curve.csv.utf8), as: "table", to: results.path("csv"))
    let title = "\(Path.stem(plan)): \(learning.objective.name)"
    try results.save(Array(curve.svg(title: title).utf8), as: "drawing", to: results.path("svg"))
    console.note("loss \(outcome.loss) after \(outcome.rounds) rounds")
    let lengths = outcome.variables.sorted { $0.key < $1.key }.map { name, value in
      (name, JSON.number(Vector.length(value.elements.map { Double($0) })))
    }
    try results.finish(
      [
        ("plan", .string(plan)), ("name", .string(opened.file.plan.name)),
        ("hash", .string(opened.file.hash)), ("objective", .string(learning.objective.name)),
        ("method", .string("learn")), ("seed", .string(String(learning.seed))),
        ("items", .integer(learning.items)), ("captions", .strings(learning.captions)),
        ("rounds", .integer(outcome.rounds)), ("loss", .number(Double(outcome.loss))),
        ("lengths", .pairs(lengths)),
      ], on: console)
  }

  /// The variable that is written; nil for all.
  private func chosenVariable(of objective: PlanObjective) throws -> String? {
    let names = objective.variables
    if let variable {
      guard names.contains(variable) else {
        throw Failure(
          .usage, "'\(objective.name)' has no variable '\(variable)'",
          hint: "it has \(names.joined(separator: ", "))")
      }
      return variable
    }
    guard names.count > 1 else { return names.first }
    guard Path.suffix(out) == "safetensors" else {
      throw Failure(
        .usage, "'\(objective.name)' has the variables \(names.joined(separator: ", "))",
        hint: "say which: --variable \(names[0]); or -o OUT.safetensors for all")
    }
    return nil
  }
}
