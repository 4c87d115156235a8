package import TGMachine

/// What can execute plans: makes executors for functions of a loaded plan.
package protocol ExecutionTarget: Sendable {
  /// What bits depend on besides the plan and its inputs, for the records of a run: the same name, the
  /// same results on one machine.
  var name: String { get }

  /// Prepares a function.
  ///
  /// - Parameters:
  ///   - function: its number in the plan.
  ///   - plan: the checked plan with its weights.
  ///   - budget: the threads and the memory, besides weights, that it may take.
  /// - Throws: `RuntimeError`.
  func executor(
    for function: Int, of plan: LoadedPlan, within budget: Budget
  ) throws(RuntimeError) -> any PlanExecutor

  /// Measures what so many threads reach at best; takes some tenths of a second. Nil where nothing is
  /// known.
  ///
  /// - Throws: `outOfMemory`.
  func ceilings(threads: Int) throws(RuntimeError) -> Ceilings?
}

extension ExecutionTarget {
  package func ceilings(threads: Int) throws(RuntimeError) -> Ceilings? { nil }
}
