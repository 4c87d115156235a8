import TGDiagnostics
import TGIR

extension DifferentiationError {
  /// The finding for the user: the op that hands no gradient back and its line, or the variable
  /// that changes nothing.
  func diagnostic(in function: GraphFunction) -> Diagnostic {
    let objective = function.graph.name.split(separator: ".").first.map(String.init) ?? ""
    switch self {
    case .notDifferentiable(let mnemonic, let reason, let hint, let origin):
      return Diagnostic(
        "not-differentiable",
        "the gradient of `\(objective)` stops at `\(mnemonic)`: \(reason)",
        at: origin.ranges.first, hint: hint)
    case .unreached(let leaf):
      return Diagnostic(
        "not-differentiable", "`\(leaf.label)` does not change what `\(objective)` minimises",
        at: function.inputs.first { $0.name == leaf.label }?.range,
        hint: "name it after `over` only where the value depends on it")
    case .notAnObjective(let name, let found):
      return Diagnostic(
        "not-differentiable",
        "`\(name)` of `\(objective)` is \(found.map { "\($0)" } ?? "missing"), not one number",
        at: nil)
    }
  }
}
