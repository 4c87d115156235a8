package import TGExecution
internal import TGPlan

/// What functions of a plan read that depends on no input (`PlanFunction.prepared`): computed when
/// it is first needed, once for all functions and batch sizes that read it.
package struct PreparedValues {
  /// The numbers of each value, by the function that computes it and its name.
  private var numbers: [String: [String: [Float]]] = [:]

  /// Nothing is computed yet.
  package init() {}

  /// Gives an executor, which keeps them, the values that its function reads.
  ///
  /// - Parameter open: makes an executor of the plan's function of a number.
  /// - Throws: what `open` throws, `SessionError.runtime`.
  package mutating func fill(
    _ executor: any PlanExecutor, of loaded: LoadedPlan,
    open: (Int) throws(SessionError) -> any PlanExecutor
  ) throws(SessionError) {
    let function = executor.function
    guard !function.prepared.isEmpty else { return }
    if numbers[function.prepare] == nil {
      numbers[function.prepare] = try computed(function.prepare, of: loaded, open: open)
    }
    for item in function.prepared {
      let elements = numbers[function.prepare]?[item.name] ?? []
      do { try executor.store(elements, into: item.view) } catch { throw .runtime(error) }
    }
  }

  private func computed(
    _ name: String, of loaded: LoadedPlan, open: (Int) throws(SessionError) -> any PlanExecutor
  ) throws(SessionError) -> [String: [Float]] {
    let index = loaded.plan.functions.firstIndex { $0.name == name && $0.batch == 1 }
    guard let index else { throw .runtime(.unsound("there is no function '\(name)'")) }
    let executor = try open(index)
    var results: [String: [Float]] = [:]
    do {
      try executor.run()
      try loaded.verification?.demandUnchanged()
      for output in executor.function.outputs {
        results[output.name] = try executor.fetch(output.view)
      }
    } catch { throw .runtime(error) }
    return results
  }
}
