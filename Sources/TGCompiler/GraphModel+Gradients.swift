package import TGDiagnostics
package import TGIR
import TGOps
import TGPlan
import TGSyntax

extension GraphModel {
  /// The model with the gradients that its objectives ask for in their graphs; no function has
  /// `leaves` any more. Weights need not be known.
  ///
  /// - Throws: `DiagnosticFailure` with everything that has no gradient, in the order of the text;
  ///   `TypeRuleError` or `RewriteError`, bugs of a rule.
  package func differentiated(sources: SourceTable) throws -> GraphModel {
    var result = self
    var findings: [Diagnostic] = []
    for (index, objective) in objectives.enumerated() {
      for (part, function) in objective.functions.enumerated() where !function.leaves.isEmpty {
        let pass = Differentiate(
          objective: "loss", towards: function.leaves.map { Leaf.input($0) })
        do {
          result.objectives[index].functions[part].graph = try pass.run(function.graph)
          result.objectives[index].functions[part].leaves = []
        } catch let failure as DifferentiationFailure {
          let blamed = failure.errors.map {
            $0.diagnostic(of: objective.form.name, in: function, sources: sources)
          }
          for finding in blamed where !findings.contains(finding) { findings.append(finding) }
        }
      }
    }
    guard findings.isEmpty else {
      let place = { (finding: Diagnostic) in (finding.range?.file ?? 0, finding.range?.start ?? 0) }
      throw DiagnosticFailure(findings.sorted { place($0) < place($1) })
    }
    return result
  }
}

extension DifferentiationError {
  /// The finding for the user: the call that hands no gradient back, or the variable that changes
  /// nothing.
  fileprivate func diagnostic(
    of objective: String, in function: GraphFunction, sources: SourceTable
  ) -> Diagnostic {
    switch self {
    case .notDifferentiable(let stop): return stop.finding(of: objective, sources: sources)
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
