import TGExecution
import TGInversion
import TGMachine
import TGPlan
import TGRuntime
import TGSession
import TGTensor

/// An objective of a plan: what is minimised to find the code of a picture, by gradient descent through
/// the same plan.
///
/// ```swift
/// let inversion = try Inversion(plan)
/// let found = try inversion.run(["target": .picture(Picture(contentsOf: "me.png"))], rounds: 200)
/// try found.pictures["image"]?.write(to: "found.png")
/// ```
public final class Inversion {
  private let plan: Plan
  private let objective: PlanObjective
  private let session: TGSession.Session
  private let budget: Budget

  /// Prepares an objective.
  ///
  /// - Parameters:
  ///   - plan: the plan that it is of.
  ///   - objective: the name; nil for the plan's first.
  ///   - threads: how many threads compute; nil for as many as the machine has processors.
  ///   - memory: the most bytes that weights and working memory may take; nil for what the machine has.
  /// - Throws: `TGraphError` if the plan has none (`inverting` of `Plan.compile` adds one).
  public init(
    _ plan: Plan, objective: String? = nil, threads: Int? = nil, memory: Int? = nil
  ) throws(TGraphError) {
    let budget = Budget(threads, memory)
    let (form, session) = try TGraphError.from {
      let form = try plan.loaded.plan.objective(named: objective, space: nil)
      let session = try TGSession.Session(
        plan.loaded, function: form.loops[0].start, on: NativeTarget(), within: budget)
      return (form, session)
    }
    self.plan = plan
    self.objective = form
    self.session = session
    self.budget = budget
  }

  /// Minimises for one item.
  ///
  /// - Parameters:
  ///   - inputs: what is given, by name; what is drawn, or has a default, may be left out.
  ///   - seed: of what is drawn.
  ///   - rounds: the most rounds of each loop; nil for those of the page.
  ///   - progress: told the round and its loss; false ends the minimisation there.
  /// - Returns: the codes, and what the objective gives for them, such as the picture of the code.
  /// - Throws: `TGraphError`.
  public func run(
    _ inputs: [String: Input], seed: UInt64 = 0, rounds: Int? = nil,
    progress: (_ round: Int, _ loss: Float) -> Bool = { _, _ in true }
  ) throws(TGraphError) -> Output {
    try TGraphError.from {
      var settings = try InversionSettings(objective)
      if let rounds {
        try settings.replace(rounds: settings.rounds.map { _ in max(0, rounds) })
      }
      let given = try inputs.given(to: session.variants)
      let prepared = try session.prepare(
        given, items: [RunItem(seed: seed)], belongTogether: false)
      let size = prepared.chunks[0].size
      let used = try session.memoryBytes(batch: size)
      let functions = try ObjectiveFunctions(
        objective, of: plan.loaded, batch: size, on: NativeTarget(), within: budget.less(used))
      let started = try session.run(
        prepared.chunks[0], of: prepared, outputs: session.variants.form.outputs.map(\.name)
      ).results
      let run = try ObjectiveRun(functions, settings: settings, seeds: [seed], started: started)
      var round = 0
      while !run.isDone {
        try run.advance()
        round += 1
        let loss = run.items[0].records.last { !$0.losses.isEmpty }?.losses.last
        if !progress(round, loss ?? .nan) { try run.stop() }
      }
      let outputs = try FunctionVariants(of: plan.loaded.plan, named: objective.finish).form.outputs
      let found = try run.outcomes()[0]
      return Output(
        found.variables.merging(found.results) { _, result in result }, of: outputs,
        loss: found.loss)
    }
  }
}
