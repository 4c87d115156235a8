package import TGDiagnostics
package import TGIR
package import TGOps
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
    /// Multiplications with additions as written in the graph.
    package var macsBefore: Int
    /// Instructions of the plan.
    package var instructions = 0
    /// Multiplications with additions as executed.
    package var macsAfter = 0
    /// Those of them whose factors are bfloat16.
    package var macsNarrow = 0
    /// Those of them that compute gradients.
    package var macsBackward = 0
    /// The work after rewriting, as `PlanFunction.work` counts it.
    package var work = 0
    /// The most bytes alive at one time as the graph is written, estimated before `Schedule`; 0 where
    /// nodes are not ordered.
    package var peakAsWritten = 0
    /// The same after `Schedule`.
    package var peakOrdered = 0
    /// The most bytes alive at one instruction of the plan: no arena can be smaller.
    package var liveBytes = 0
    /// The arena, in bytes.
    package var arenaBytes = 0
    /// The weights that are made when the function is opened, in bytes.
    package var transformedWeightBytes = 0

    /// Adds what the finished function says.
    fileprivate mutating func complete(with lowered: PlanFunction) {
      instructions = lowered.instructions.count
      macsAfter = lowered.macs
      macsNarrow = lowered.instructions.reduce(0) { sum, placed in
        guard case .convolve(let convolution) = placed.instruction,
          convolution.precision == .bfloat16
        else { return sum }
        return sum + placed.macs
      }
      macsBackward = lowered.instructions.reduce(0) { sum, placed in
        sum + (placed.label.contains(GradientStop.mark) ? placed.macs : 0)
      }
      work = lowered.work
      liveBytes = MemoryMap(lowered).peakBytes
      arenaBytes = lowered.arenaBytes
      transformedWeightBytes = lowered.transformedWeightBytes
    }
  }

  /// Where the time went, in seconds.
  package struct Times: Hashable, Sendable {
    /// Passes over all functions.
    package var passes = 0.0
    /// Computing what depends on no input.
    package var folding = 0.0
    /// Choosing instructions, packing their weights and planning memory.
    package var lowering = 0.0
  }

  /// A plan with the numbers of its weight section.
  package struct Result: Sendable {
    /// The plan; `weightBytes` is final, `notes` name the weights that are stored otherwise than asked
    /// for.
    package var plan: Plan
    /// The weight section.
    package var store: WeightStore
    /// One report for each function.
    package var reports: [FunctionReport]
    /// The optimised graphs, in the order of the functions, if they were asked for.
    package var graphs: [Graph]
    /// Where the time went.
    package var times = Times()
  }

  private let level: OptimizationLevel
  private let isSmall: Bool
  private let verifies: Bool
  private let stopAfter: String?
  private let tiles: TileConvolutions.Choice?
  private let precision: ProductsType
  private let sources: SourceTable
  private let memory: CompileMemory
  private let weightsType: WeightsType
  private let keepsGraphs: Bool
  private let observe: @Sendable (String, Graph, Double) -> Void

  /// Makes a builder. `isSmall`, `tiles` and `precision` are as in `Pipeline`. `stopAfter` is the label of the last pass
  /// (`Pipeline.labels`), nil for all; `keepsGraphs` says whether the result has the graphs, with their
  /// numbers; `observe` is told of every pass: its name, its graph, its seconds.
  package init(
    level: OptimizationLevel, isSmall: Bool = false, verifies: Bool, stopAfter: String? = nil,
    tiles: TileConvolutions.Choice? = nil, precision: ProductsType = .f32, sources: SourceTable,
    memory: CompileMemory = CompileMemory(), weightsType: WeightsType = .f32,
    keepsGraphs: Bool = false,
    observe: @escaping @Sendable (String, Graph, Double) -> Void = { _, _, _ in }
  ) {
    self.level = level
    self.isSmall = isSmall
    self.verifies = verifies
    self.stopAfter = stopAfter
    self.tiles = tiles
    self.precision = precision
    self.sources = sources
    self.memory = memory
    self.weightsType = weightsType
    self.keepsGraphs = keepsGraphs
    self.observe = observe
  }

  /// Compiles functions, in order; those of objectives with their gradients.
  ///
  /// First the passes of all functions, which know of most weights only how they are made; then one
  /// function after the other is given its numbers and lowered. So each weight is computed once, and
  /// held no longer than by the last function that reads it.
  ///
  /// - Parameter weights: the tensors of the checkpoints, which the builder lets go.
  /// - Throws: `DiagnosticFailure` for what no instruction can do; `CompilationError` for too much
  ///   memory; `RewriteError` for our own bugs.
  package func build(
    _ functions: [GraphFunction], name: String, weights: consuming [ParameterKey: Weight]
  ) throws -> Result {
    var result = Result(
      plan: Plan(name: name), store: WeightStore(weightsType), reports: [], graphs: [])
    let pipeline = try pipeline()
    let clock = ContinuousClock()
    let (start, spent) = (clock.now, Weight.secondsSpent)
    var parts = try prepared(functions, consume weights)
    var graphs: [Graph] = []
    for (index, part) in parts.enumerated() {
      var report = report(part)
      graphs.append(
        try pipeline.run(part.graph) { pass, before, after in
          guard pass is Schedule else { return }
          report.peakAsWritten = Schedule.peakBytes(of: before)
          report.peakOrdered = Schedule.peakBytes(of: after)
        })
      result.reports.append(report)
      // It names tensors as they were read.
      parts[index].graph = Graph(name: part.graph.name)
    }
    // Some passes look at numbers, which are computed then.
    result.times.folding = Weight.secondsSpent - spent
    result.times.passes = (clock.now - start) / .seconds(1) - result.times.folding
    for (index, function) in parts.enumerated() {
      let (start, spent) = (clock.now, Weight.secondsSpent)
      let lowered = try lower(function, graphs[index], into: &result.store)
      let folding = Weight.secondsSpent - spent
      result.times.folding += folding
      result.times.lowering += (clock.now - start) / .seconds(1) - folding
      try memory.demandRoom(after: "packing")
      result.reports[index].complete(with: lowered)
      result.plan.functions.append(lowered)
      if keepsGraphs { result.graphs.append(graphs[index]) }
      graphs[index] = Graph(name: "")
    }
    result.plan.weightBytes = result.store.byteCount
    result.plan.notes = result.store.kept.map(\.note)
    return result
  }

  /// The functions with bound parameters, and what is cut out of them to be computed once. Functions
  /// that are run once anyway stay whole.
  private func prepared(
    _ functions: [GraphFunction], _ weights: consuming [ParameterKey: Weight]
  ) throws -> [GraphFunction] {
    let binding = BindParameters(consume weights)
    var (results, cutOut): ([GraphFunction], [GraphFunction]) = ([], [])
    for var function in functions {
      function.graph = try binding.run(function.graph)
      if function.role != .prepare, let cut = try PrepareCut(function.graph) {
        let known = cutOut.first { $0.graph.isEqual(to: cut.prepared) }
        let prepare = known ?? cut.function(of: function, beside: cutOut)
        if known == nil { cutOut.append(prepare) }
        function.graph = cut.rest
        (function.prepare, function.prepared) = (prepare.graph.name, cut.values)
      }
      results.append(function)
    }
    return results + cutOut
  }

  private func pipeline() throws(RewriteError) -> Pipeline {
    var pipeline = Pipeline(
      level: level, isSmall: isSmall, verifies: verifies, tiles: tiles, precision: precision
    ) {
      [memory, observe] in
      observe($0, $1, $2)
      try memory.demandRoom(after: $0)
    }
    if let stopAfter { try pipeline.stop(after: stopAfter) }
    return pipeline
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

  private func report(_ function: GraphFunction) -> FunctionReport {
    let graph = function.graph
    let (live, depends) = (graph.live, graph.dependsOnInput)
    let isLater = FoldConstants.postponed(graph)
    let nodes = graph.nodes.indices.filter { live[$0] && (depends[$0] || isLater[$0]) }
      .map { graph.nodes[$0] }
    return FunctionReport(
      name: graph.name, batch: function.batch, nodesBefore: nodes.count,
      macsBefore: nodes.reduce(0) { sum, node in
        sum + node.op.macs(operands: node.operands.map(graph.shape), result: node.shape)
      })
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

extension Graph {
  /// Computes the weights that the graph still has.
  func settleWeights() {
    let live = live
    for (index, node) in nodes.enumerated() where live[index] {
      (node.op as? Constant)?.weight.settle()
    }
  }
}
