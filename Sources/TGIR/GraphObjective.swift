package import TGDiagnostics
package import TGPlan

/// An objective as the elaborator hands it to the compiler: one graph of all that it computes, in
/// which inputs and outputs say at which moment they are known and what they are for.
///
/// The graph has outputs of these roles: `start` or `variable` at `once(after: k)`, what the variables
/// of loop k begin with; `loss`, `term` and `number` at `round(k)`; `variable` at `projection(k)`,
/// where loop k changes variables after the update; `value` at `once(after: n)`, n being the number of
/// loops, the results. Gradients are asked for by the loops' `variables`.
package struct GraphObjective: Sendable {
  /// The methods of its loops, as the plan will say them; functions have no names yet.
  package var form: PlanObjective
  /// Items computed at once.
  package var batch: Int
  /// All that is computed.
  package var graph: Graph
  /// What is given by the user or drawn once, in declared order: all inputs of the stage `given`.
  package var given: [GraphInterface]
  /// The inputs of later stages: variables, what is drawn in each round, the fraction of the rounds.
  package var later: [StagedInterface]
  /// The results, in declared order.
  package var results: [GraphInterface]
  /// The name in the declaration.
  package var range: SourceRange

  /// Makes an objective.
  package init(
    form: PlanObjective, batch: Int, graph: Graph, given: [GraphInterface],
    later: [StagedInterface], results: [GraphInterface], range: SourceRange
  ) {
    self.form = form
    self.batch = batch
    self.graph = graph
    self.given = given
    self.later = later
    self.results = results
    self.range = range
  }
}

/// The meaning of an input that is known from some stage on.
package struct StagedInterface: Hashable, Sendable {
  /// The stage.
  package var stage: GraphStage
  /// The meaning; its name and the stage are those of an `Input` node.
  package var item: GraphInterface

  /// Makes an input.
  package init(stage: GraphStage, item: GraphInterface) {
    self.stage = stage
    self.item = item
  }
}
