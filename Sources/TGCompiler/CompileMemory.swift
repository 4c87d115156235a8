import TGIR
import TGPlan
import TGTensor

/// The memory that a compilation and its plan may take.
///
/// What a page needs at least is known before weights are read: each tensor as it is read, and the
/// inputs and outputs of a function. Passes make more of it (packed kernels, kernels in phases, for
/// each function), so what the process has taken is looked at after each of them.
package struct CompileMemory: Sendable {
  /// The most bytes; nil if nothing is said.
  package var limit: Int?
  /// The most bytes that this process has held at one time so far.
  package var peak: @Sendable () -> Int = { 0 }

  /// Any amount.
  package init() {}

  /// Refuses a model whose weights alone pass the limit.
  ///
  /// - Throws: `CompilationError.memory`.
  func demandRoom(for models: [StagedModel]) throws(CompilationError) {
    let weights = models.first?.model.parameters.reduce(0) { $0 + $1.shape.count } ?? 0
    let interfaces = models.flatMap(\.allFunctions).map { function in
      (function.inputs + function.outputs).reduce(0) { $0 + $1.shape.count }
    }
    try demand(4 * (weights + (interfaces.max() ?? 0)) + peak(), "compiling this page")
  }

  /// Refuses to go on once the process has taken more than the limit.
  func demandRoom(after pass: String) throws(CompilationError) {
    try demand(peak(), "compiling this page, up to \(pass),")
  }

  /// Refuses a plan whose weights, as stored and as transformed, and largest arena pass the limit.
  func demandRoom(for plan: Plan) throws(CompilationError) {
    for function in plan.functions {
      try demand(
        plan.weightBytes + function.transformedWeightBytes + function.arenaBytes,
        "running `\(function.name)` of the plan")
    }
  }

  private func demand(_ bytes: Int, _ what: String) throws(CompilationError) {
    guard let limit, bytes > limit else { return }
    throw .memory(what, needed: bytes, allowed: limit)
  }
}
