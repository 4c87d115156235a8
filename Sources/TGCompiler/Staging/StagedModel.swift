package import TGDiagnostics
package import TGIR
import TGOps
import TGPlan
import TGSyntax

/// A model with all that it computes as functions: what passes, lowering and the plan work on.
package struct StagedModel: Sendable {
  /// The model as the elaborator gave it.
  package var model: GraphModel
  /// Its objectives as functions, with their gradients.
  package var objectives: [StagedObjective]

  /// The entry points, then the functions of the objectives.
  package var allFunctions: [GraphFunction] { model.functions + objectives.flatMap(\.functions) }

  /// Cuts the objectives of a model into functions and adds the gradients that they ask for. Weights
  /// need not be known.
  ///
  /// - Throws: `DiagnosticFailure` with everything that has no gradient, in the order of the text;
  ///   `TypeRuleError` or `RewriteError`, bugs of a rule.
  package init(_ model: GraphModel, sources: SourceTable) throws {
    self.model = model
    objectives = []
    var findings: [Diagnostic] = []
    for objective in model.objectives {
      var staged = try objective.cut()
      for index in staged.functions.indices {
        let function = staged.functions[index]
        do {
          staged.functions[index].graph = try function.differentiated()
        } catch let failure as DifferentiationFailure {
          let blamed = failure.errors.map { $0.diagnostic(of: objective, sources: sources) }
          for finding in blamed where !findings.contains(finding) { findings.append(finding) }
        }
      }
      objectives.append(staged)
    }
    guard findings.isEmpty else {
      let start = { (finding: Diagnostic) in (finding.range?.file ?? 0, finding.range?.start ?? 0) }
      throw DiagnosticFailure(findings.sorted { start($0) < start($1) })
    }
  }
}

extension GraphFunction {
  /// The graph with the gradients that the function is to put out, if it is to put out any.
  ///
  /// - Throws: `DifferentiationFailure`; `TypeRuleError` or `RewriteError`, bugs of a rule.
  fileprivate func differentiated() throws -> Graph {
    let leaves = outputs.compactMap { output in
      if case .gradient(let variable) = output.role { Leaf.input(variable) } else { nil }
    }
    guard !leaves.isEmpty, let loss = outputs.first(where: { $0.role == .loss }) else {
      return graph
    }
    return try Differentiate(objective: loss.name, towards: leaves).run(graph)
  }
}

extension DifferentiationError {
  /// The finding for the user: the call that hands no gradient back, or the variable that changes
  /// nothing.
  fileprivate func diagnostic(
    of objective: GraphObjective, sources: SourceTable
  ) -> Diagnostic {
    let name = objective.form.name
    switch self {
    case .notDifferentiable(let stop): return stop.finding(of: name, sources: sources)
    case .unreached(let leaf):
      return Diagnostic(
        "not-differentiable", "`\(leaf.label)` does not change what `\(name)` minimises",
        at: objective.later.first { $0.item.name == leaf.label }?.item.range,
        hint: "name it after `over` only where the value depends on it")
    case .notAnObjective(let output, let found):
      return Diagnostic(
        "not-differentiable",
        "`\(output)` of `\(name)` is \(found.map { "\($0)" } ?? "missing"), not one number",
        at: nil)
    }
  }
}
