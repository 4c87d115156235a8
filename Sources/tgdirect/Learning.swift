import TGCommandLine
import TGExecution
import TGInversion
import TGMachine
import TGPlan
import TGSession
import TGTensor

/// An objective that is minimised over one batch of items.
struct Learning {
  let objective: PlanObjective
  let seed: UInt64
  /// How many items.
  let items: Int
  /// The captions given, by input.
  var captions: [String: String] { inputs.captions }
  /// The files that are read.
  var files: [String] { [plan.path] + inputs.files }
  private let plan: OpenedPlan
  private let start: Session
  private let inputs: Inputs
  private let settings: InversionSettings

  init(_ command: LearnCommand, _ plan: OpenedPlan, console: Console) throws {
    self.plan = plan
    objective = try plan.file.plan.objective(named: command.objective, space: nil)
    start = try plan.session(objective.loops[0].start)
    var inputs = Inputs(start.variants, isStrict: command.inputs.strict)
    try inputs.add(named: command.inputs.assignments(), console: console)
    guard inputs.rows == 1 else {
      throw Failure(
        .badInput, "'\(inputs.rowInput)' is given \(inputs.rows) rows, and all items share one",
        hint: "give an array of one row")
    }
    self.inputs = inputs
    seed = command.seed.drawn()
    items = try Self.items(command.items, objective, sizes: start.variants.sizes)
    var settings = try InversionSettings(objective)
    if let text = command.steps {
      let rounds = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
      guard rounds.allSatisfy({ (0...1_000_000_000).contains($0 ?? -1) }) else {
        throw Failure(.usage, "--steps \(text) is no number of rounds")
      }
      try settings.replace(rounds: rounds.compactMap(\.self))
    }
    if let rate = command.rate {
      guard rate.isFinite, rate > 0 else {
        throw Failure(.usage, "--rate \(rate) is no positive number")
      }
      try settings.replace(rates: [rate], of: objective)
    }
    self.settings = settings
  }

  /// How many items learn together: one, unless all that they learn is shared.
  private static func items(
    _ asked: Int?, _ objective: PlanObjective, sizes: [Int]
  ) throws -> Int {
    let largest = sizes.last ?? 1
    let isShared = objective.loops.allSatisfy { $0.shared == $0.variables }
    let count = asked ?? (isShared ? largest : 1)
    guard (1...largest).contains(count) else {
      throw Failure(
        .usage, "--items \(count) does not fit the largest batch of the plan, \(largest)",
        hint: "compile the page with --batch \(max(1, count))")
    }
    guard isShared || count == 1 else {
      throw Failure(
        .usage, "the items of '\(objective.name)' have variables of their own",
        hint: "say `shared var` in the page, or --items 1")
    }
    return count
  }

  /// Does all rounds; the outcome is that of the first item, whose variables are those of all.
  func run(console: Console) throws -> Outcome {
    let seeds = (0..<items).map { restartSeed(seed, restart: $0) }
    let prepared = try start.prepare(
      inputs.given, items: seeds.map { RunItem(seed: $0) }, belongTogether: false)
    // Items that learn together stand in one batch, also if a smaller one would take fewer runs.
    let size = start.variants.sizes.first { $0 >= items } ?? items
    let chunk = BatchPlan.Chunk(items: 0..<items, size: size)
    let started = try start.run(
      chunk, of: prepared, outputs: start.variants.form.outputs.map(\.name)
    ).results
    let functions = try ObjectiveFunctions(
      objective, of: plan.loaded, batch: size, on: plan.machine.target,
      within: plan.machine.budget.less(try start.memoryBytes(batch: size)))
    let run = try ObjectiveRun(functions, settings: settings, seeds: seeds, started: started)
    let total = run.roundsLeft
    var progress = try Progress(console: console, total: total)
    let interrupts = Interrupts(console: console, total: 1)
    let outcomes = try interrupts.guarding {
      while !run.isDone {
        try run.advance()
        progress.show(total - run.roundsLeft)
      }
      return try run.outcomes()
    }
    progress.end(total)
    do { try plan.loaded.verification?.demandUnchanged() } catch {
      throw SessionError.runtime(error)
    }
    guard let outcome = outcomes.first else {
      throw Failure(.internalError, "a batch has no items")
    }
    return outcome
  }
}
