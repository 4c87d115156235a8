package import TGExecution
internal import TGKernels
package import TGMachine

/// The kernels of this machine, with one of its instruction sets.
package struct NativeTarget: ExecutionTarget {
  /// The instruction set of the kernels.
  package let isa: ISA

  /// Makes a target; an instruction set that the processor lacks is refused when an executor is made.
  package init(_ isa: ISA = .best()) { self.isa = isa }

  /// The name of the instruction set.
  package var name: String { isa.rawValue }

  /// Prepares a function, as `Executor` does.
  ///
  /// - Throws: `RuntimeError`.
  package func executor(
    for function: Int, of plan: LoadedPlan, within budget: Budget
  ) throws(RuntimeError) -> any PlanExecutor {
    try Executor(plan, function: function, isa: isa, within: budget)
  }

  /// The revision of the library that multiplies computed matrices, such as `0.3.21`, and the core
  /// that it computes for; nil where none is installed.
  package static var matrixLibrary: (revision: String, core: String)? { matrixLibraryRevision() }
}
