package import TGIR
import TGOps
package import TGPlan

/// An objective as functions: what a plan holds of it.
package struct StagedObjective: Sendable {
  /// The order of the functions and the methods of the loops, as the plan will say them.
  package var form: PlanObjective
  /// The functions in the order of `form.functions`; the graphs of those of the role
  /// `gradient` lack their gradients until `StagedModel` adds them.
  package var functions: [GraphFunction]
}

extension GraphObjective {
  /// The functions, one for each stage at which something is put out, and one for the end.
  ///
  /// - Throws: `TypeRuleError`, a bug.
  package func cut() throws -> StagedObjective {
    var pieces = try StageCut.cut(graph)
    let end = GraphStage.once(after: form.loops.count)
    if pieces.last?.stage != end {
      pieces.append(StageCut.Piece(stage: end, graph: Graph(name: "")))
    }
    var result = StagedObjective(form: form, functions: [])
    for piece in pieces {
      var function = function(of: piece)
      function.graph.name = named(piece.stage, in: &result.form)
      result.functions.append(function)
    }
    return result
  }

  /// Gives the function of a stage its name: `invert.step`, that of the third loop `invert.step3`.
  private func named(_ stage: GraphStage, in form: inout PlanObjective) -> String {
    func name(_ part: String, _ loop: Int) -> String {
      "\(form.name).\(part)" + (loop == 0 ? "" : "\(loop + 1)")
    }
    switch stage {
    case .constant, .once(form.loops.count):
      form.finish = name("finish", 0)
      return form.finish
    case .once(let loop):
      form.loops[loop].start = name("start", loop)
      return form.loops[loop].start
    case .round(let loop):
      form.loops[loop].step = name("step", loop)
      return form.loops[loop].step
    case .projection(let loop):
      let project = name("project", loop)
      form.loops[loop].project = project
      return project
    }
  }

  /// What the function of a stage is for.
  private func role(_ stage: GraphStage) -> PlanFunction.Role {
    switch stage {
    case .constant, .once(form.loops.count): .finish
    case .once: .prepare
    case .round: .gradient
    case .projection: .project
    }
  }

  /// The function of a stage, without a name.
  private func function(of piece: StageCut.Piece) -> GraphFunction {
    let graph = piece.graph
    let inputs = piece.stage == .given ? given : inputs(of: piece)
    var outputs = graph.outputs.map { output in
      results.first { output.role == .value && $0.name == output.name }
        ?? GraphInterface(
          name: output.name, kind: .tensor, role: output.role, shape: graph.shape(output.value))
    }
    if case .round(let loop) = piece.stage {
      outputs += gradients(of: form.loops[loop], at: piece.stage)
    }
    return GraphFunction(
      graph: graph, batch: batch, role: role(piece.stage), inputs: inputs, outputs: outputs,
      range: range)
  }

  /// What the inputs of a later stage mean, in the order of their nodes.
  private func inputs(of piece: StageCut.Piece) -> [GraphInterface] {
    piece.graph.nodes.compactMap { node in
      guard let input = node.op as? Input else { return nil }
      guard !piece.kept.contains(input.name) else {
        return GraphInterface(name: input.name, kind: .tensor, role: .kept, shape: input.shape)
      }
      return later.first { $0.stage == piece.stage && $0.item.name == input.name }?.item
    }
  }

  /// The gradients that a step is to put out: of variables that it does not even read too, which
  /// differentiation will refuse.
  private func gradients(of loop: PlanObjective.Loop, at stage: GraphStage) -> [GraphInterface] {
    loop.variables.compactMap { variable in
      later.first { $0.stage == stage && $0.item.name == variable }.map {
        GraphInterface(
          name: Differentiate.output(of: .input(variable)), kind: .tensor,
          role: .gradient(of: variable), shape: $0.item.shape)
      }
    }
  }
}
