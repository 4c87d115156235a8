package import TGPlan

/// An objective as the elaborator hands it to the compiler: its functions, and what runs them.
package struct GraphObjective: Sendable {
  /// The order of its functions and the methods of its loops, as the plan will say them.
  package var form: PlanObjective
  /// The functions in the order of `form.functions`; those of role `gradient` lack their
  /// gradients, which `leaves` asks for.
  package var functions: [GraphFunction]

  /// Makes an objective.
  package init(form: PlanObjective, functions: [GraphFunction]) {
    self.form = form
    self.functions = functions
  }
}
