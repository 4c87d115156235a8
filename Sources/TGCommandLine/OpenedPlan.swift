package import TGExecution
package import TGPlan
package import TGSession

/// A plan of the command line, checked and mapped, with what computes it.
package struct OpenedPlan {
  /// The path as given.
  package let path: String
  /// The file.
  package let file: PlanFile
  /// What its functions are made of.
  package let loaded: LoadedPlan
  /// What computes.
  package let machine: MachineOptions.Resolved

  /// Opens a plan.
  ///
  /// - Throws: what `PlanFile.load` throws, and `SessionError.runtime` for damaged weights.
  package init(
    _ path: String, options: MachineOptions, machine: MachineOptions.Resolved
  ) throws {
    self.path = path
    self.machine = machine
    file = try PlanFile.load(path: path, limits: options.work.limits())
    do { loaded = try LoadedPlan(file, verifying: machine.verifiesWeights) } catch {
      throw SessionError.runtime(error)
    }
  }

  /// A function, ready to be run; nil for the default one.
  ///
  /// - Throws: `SessionError`.
  package func session(_ function: String?) throws(SessionError) -> Session {
    try Session(loaded, function: function, on: machine.target, within: machine.budget)
  }
}
