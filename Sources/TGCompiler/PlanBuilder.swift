package import TGDiagnostics
package import TGIR
import TGOps
package import TGPlan
import TGTensor

/// Turns bound models into a plan: passes, lowering, one function after the other.
package struct PlanBuilder: Sendable {
  /// What the compiler did to one function, for `--report`.
  package struct FunctionReport: Hashable, Sendable {
    /// The function's name.
    package var name: String
    /// Its batch size.
    package var batch: Int
    /// Nodes before any pass, without weight expressions' parameters.
    package var nodesBefore: Int
    /// Instructions of the plan.
    package var instructions: Int
    /// Multiplications with additions as written in the graph.
    package var macsBefore: Int
    /// The same as executed.
    package var macsAfter: Int
    /// Those of them that compute gradients.
    package var macsBackward: Int
    /// The work after rewriting, as `PlanFunction.work` counts it.
    package var work: Int
    /// The arena, in bytes.
    package var arenaBytes: Int
  }

  /// A plan with the numbers of its weight section.
  package struct Result: Sendable {
    /// The plan; `weightBytes` is final.
    package var plan: Plan
    /// The weight section.
    package var store: WeightStore
    /// One report for each function.
    package var reports: [FunctionReport]
    /// The optimised graphs, in the order of the functions.
    package var graphs: [Graph]
  }

  private let level: OptimizationLevel
  private let verifies: Bool
  private let stopAfter: String?
  private let sources: SourceTable
  private let memory: CompileMemory
  private let observe: @Sendable (String, Graph, Double) -> Void

  /// Makes a builder. `stopAfter` is the label of the last pass (`Pipeline.labels`), nil for all;
  /// `observe` is told of every pass: its name, its graph, its seconds.
  package init(
    level: OptimizationLevel, verifies: Bool, stopAfter: String? = nil, sources: SourceTable,
    memory: CompileMemory = CompileMemory(),
    observe: @escaping @Sendable (String, Graph, Double) -> Void = { _, _, _ in }
  ) {
    self.level = level
    self.verifies = verifies
    self.stopAfter = stopAfter
    self.sources = sources
    self.memory = memory
    self.observe = observe
  }

  /// Compiles functions, in order; those of objectives with their gradients.
  ///
  /// - Throws: `DiagnosticFailure` for what no instruction can do; `CompilationError` for too much
  ///   memory; `RewriteError` for our own bugs.
  package func build(_ functions: [GraphFunction], name: String, binding: WeightBinding) throws
    -> Result
  {
    var result = Result(plan: Plan(name: name), store: WeightStore(), reports: [], graphs: [])
    var pipeline = Pipeline(level: level, verifies: verifies) { [memory, observe] in
      observe($0, $1, $2)
      try memory.demandRoom(after: $0)
    }
    if let stopAfter { try pipeline.stop(after: stopAfter) }
    for function in functions {
      let bound = try BindParameters(tensors: binding.tensors).run(function.graph)
      let graph = try pipeline.run(bound)
      let lowered = try lower(function, graph, into: &result.store)
      result.reports.append(report(function, bound: bound, lowered))
      result.plan.functions.append(lowered)
      result.graphs.append(graph)
    }
    result.plan.weightBytes = result.store.count * 4
    return result
  }

  private func lower(
    _ function: GraphFunction, _ graph: Graph, into store: inout WeightStore
  ) throws(DiagnosticFailure) -> PlanFunction {
    do {
      return try FunctionLowering.lower(function, graph: graph, into: &store, label: label)
    } catch {
      throw DiagnosticFailure([
        Diagnostic(
          "not-available", "no instruction can do this: \(error.message)",
          at: error.origin?.ranges.first ?? function.range)
      ])
    }
  }

  private func report(_ function: GraphFunction, bound: Graph, _ lowered: PlanFunction)
    -> FunctionReport
  {
    let live = bound.live
    let depends = bound.dependsOnInput
    let indices = bound.nodes.indices.filter { live[$0] && depends[$0] }
    return FunctionReport(
      name: lowered.name, batch: lowered.batch, nodesBefore: indices.count,
      instructions: lowered.instructions.count,
      macsBefore: indices.reduce(0) { sum, index in
        let node = bound.nodes[index]
        return sum
          + node.op.macs(operands: node.operands.map { bound.shape($0) }, result: node.shape)
      }, macsAfter: lowered.macs,
      macsBackward: lowered.instructions.reduce(0) { sum, placed in
        sum + (placed.label.contains(GradientStop.mark) ? placed.macs : 0)
      }, work: lowered.work, arenaBytes: lowered.arenaElements * 4)
  }

  /// How a node is called in listings: its op, its weight scope, and the line it comes from.
  private func label(_ node: Node) -> (label: String, source: String) {
    let mnemonic = type(of: node.op).mnemonic
    let name = node.origin.scope.isEmpty ? mnemonic : "\(mnemonic) \(node.origin.scope)"
    guard let range = node.origin.ranges.first, range.file < sources.files.count else {
      return (name, "")
    }
    let file = sources.files[range.file]
    let base = file.name.split(separator: "/").last.map(String.init) ?? file.name
    return (name, "\(base):\(file.position(of: range.start).line)")
  }
}
