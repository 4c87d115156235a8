import TGCommandLine
import TGTensor

extension RunOptions {
  /// The plan of the command line, checked and mapped, within the limit of memory.
  func openedPlan(console: Console) throws -> OpenedPlan {
    let path = try planPath()
    let machine = try machine.resolved(on: console)
    enforceMemoryLimit(machine.budget)
    return try OpenedPlan(path, options: self.machine, machine: machine)
  }

  private func planPath() throws(Failure) -> String {
    guard let planPath = plan else {
      throw Failure(
        .usage, "no plan was given", hint: "tgrun PLAN.tplan picture.png \"caption\"; see --help")
    }
    if Path.suffix(planPath) != "tplan",
      let plan = operands.first(where: { Path.suffix($0) == "tplan" })
    {
      let rest = operands.filter { $0 != plan }
      throw Failure(
        .usage, "the plan comes first, and \(planPath) is named like none",
        hint: (["tgrun", plan, planPath] + rest).map { Path.quoted($0) }.joined(separator: " "))
    }
    return planPath
  }
}
