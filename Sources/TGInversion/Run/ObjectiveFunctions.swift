package import TGExecution
package import TGMachine
package import TGPlan
internal import TGSession

/// The functions of an objective in one batch size, ready to run; all but the first `start`, which
/// a `Session` runs.
///
/// Each holds its memory as long as this object, so that nothing can fail for want of memory once a
/// minimisation has begun.
package final class ObjectiveFunctions {
  /// What they belong to.
  package let objective: PlanObjective
  /// How many items they compute at once.
  package let batch: Int
  /// For each loop what its `start` puts out.
  let starts: [[InterfaceItem]]
  private var functions: [String: StagedFunction] = [:]

  /// Prepares the functions.
  ///
  /// - Parameters:
  ///   - target: what computes.
  ///   - budget: the threads of each, and the most bytes that all of them may take together, besides
  ///     weights.
  /// - Throws: `InversionError`.
  package init(
    _ objective: PlanObjective, of loaded: LoadedPlan, batch: Int,
    on target: any ExecutionTarget, within budget: Budget
  ) throws(InversionError) {
    self.objective = objective
    self.batch = batch
    starts = objective.loops.map { loop in
      loaded.plan.functions.first { $0.name == loop.start && $0.batch == batch }?.outputs ?? []
    }
    var left = budget
    var prepared = PreparedValues()
    for name in objective.functions.dropFirst() where functions[name] == nil {
      let variant = try Self.variant(name, of: loaded, batch: batch)
      let rest = left
      func open(_ index: Int, besides taken: Int) throws(SessionError) -> any PlanExecutor {
        try Self.open(
          index, of: loaded, on: target, left: rest.less(taken), limit: budget.memory)
      }
      let staged: StagedFunction
      do {
        let executor = try open(variant.index, besides: 0)
        try prepared.fill(executor, of: loaded) { index throws(SessionError) in
          try open(index, besides: executor.memoryBytes)
        }
        staged = StagedFunction(executor)
      } catch { throw .session(error) }
      left = left.less(staged.memoryBytes)
      functions[name] = staged
    }
  }

  private static func variant(
    _ name: String, of loaded: LoadedPlan, batch: Int
  ) throws(InversionError) -> FunctionVariants.Variant {
    let variants: FunctionVariants
    do { variants = try FunctionVariants(of: loaded.plan, named: name) } catch {
      throw .session(error)
    }
    guard let variant = variants.variants.first(where: { $0.batch == batch }) else {
      throw .session(
        .batch(count: batch, sizes: variants.sizes, together: true, function: name))
    }
    return variant
  }

  private static func open(
    _ index: Int, of loaded: LoadedPlan, on target: any ExecutionTarget, left: Budget, limit: Int?
  ) throws(SessionError) -> any PlanExecutor {
    do {
      return try target.executor(for: index, of: loaded, within: left)
    } catch {
      guard case .overBudget(let needed, let allowed) = error, let limit else {
        throw .runtime(error)
      }
      let (sum, overflow) = needed.addingReportingOverflow(
        limit - allowed + loaded.plan.weightBytes)
      throw .memory(needed: overflow ? .max : sum, allowed: limit + loaded.plan.weightBytes)
    }
  }

  /// The bytes of memory besides weights.
  package var memoryBytes: Int { functions.values.reduce(0) { $0 + $1.memoryBytes } }

  /// Readies all functions for a new store.
  func forget() { for function in functions.values { function.forget() } }

  /// A function by its name.
  func function(_ name: String) throws(InversionError) -> StagedFunction {
    guard let function = functions[name] else {
      throw .session(.noSuchFunction(name, functions: functions.keys.sorted()))
    }
    return function
  }
}
