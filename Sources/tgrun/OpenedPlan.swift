import TGCommandLine
import TGExecution
import TGPlan
import TGSession
import TGTensor

/// The plan of the command line, checked and mapped, with what will compute it.
struct OpenedPlan {
  /// The path as given.
  let path: String
  /// The file.
  let file: PlanFile
  private let loaded: LoadedPlan
  private let machine: MachineOptions.Resolved

  init(_ options: RunOptions, console: Console) throws {
    path = try Self.path(options)
    machine = try options.machine.resolved(on: console)
    enforceMemoryLimit(machine.budget)
    file = try PlanFile.load(path: path, limits: options.machine.work.limits())
    do { loaded = try LoadedPlan(file, verifying: machine.verifiesWeights) } catch {
      throw SessionError.runtime(error)
    }
  }

  /// A function of the plan, ready to be run; nil for the default one.
  func session(function: String?) throws -> Session {
    try Session(loaded, function: function, on: machine.target, within: machine.budget)
  }

  private static func path(_ options: RunOptions) throws(Failure) -> String {
    guard let planPath = options.plan else {
      throw Failure(
        .usage, "no plan was given", hint: "tgrun PLAN.tplan picture.png \"caption\"; see --help")
    }
    if Path.suffix(planPath) != "tplan",
      let plan = options.operands.first(where: { Path.suffix($0) == "tplan" })
    {
      let rest = options.operands.filter { $0 != plan }
      throw Failure(
        .usage, "the plan comes first, and \(planPath) is named like none",
        hint: (["tgrun", plan, planPath] + rest).map { Path.quoted($0) }.joined(separator: " "))
    }
    return planPath
  }
}
