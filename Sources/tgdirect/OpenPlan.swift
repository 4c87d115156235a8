import TGCommandLine
import TGExecution
import TGPlan
import TGSession

/// A plan that was read and checked, and what computes it.
struct OpenPlan {
  let path: String
  let file: PlanFile
  let loaded: LoadedPlan
  let machine: MachineOptions.Resolved

  init(_ path: String, options: MachineOptions, machine: MachineOptions.Resolved) throws {
    self.path = path
    self.machine = machine
    file = try PlanFile.load(path: path, limits: options.work.limits())
    do { loaded = try LoadedPlan(file, verifying: machine.verifiesWeights) } catch {
      throw SessionError.runtime(error)
    }
  }

  /// A function, ready to be run.
  func session(_ function: String?) throws -> Session {
    try Session(loaded, function: function, on: machine.target, within: machine.budget)
  }
}
