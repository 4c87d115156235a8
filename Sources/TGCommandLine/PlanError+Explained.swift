package import TGPlan

extension PlanError: Explained {
  package var exitStatus: ExitStatus { ExitStatus(rawValue: exitCode) ?? .badInput }

  package var message: String { description }

  package var hint: String? {
    switch exitStatus {
    case .missingInput: "say where the .tplan file is; tgc makes one of a .tgraph page"
    case .badInput: isForeign ? nil : "make the plan again with tgc, or fetch it again"
    case .memoryBudget where isAboutWork:
      "raise --max-work (in thousand millions), if the plan is meant to take so long"
    case .notAvailable: "make the plan again with this version of tgc"
    default: nil
    }
  }

  /// True of a file that says what it is: another one is meant.
  private var isForeign: Bool {
    guard case .notAPlan(let file) = problem else { return false }
    return file != .empty && file != .other
  }
}
