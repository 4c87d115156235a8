package import TGIR

/// A rewrite of a whole graph: a value in, a value out.
package protocol Pass: Sendable {
  /// The name, as in `--print-after NAME`.
  static var name: String { get }
  /// The forms that a graph must have so that the pass finds what it looks for.
  static var needs: Set<GraphForm> { get }
  /// The forms that the result has, besides those of every pass (`GraphForm.ofEveryPass`).
  static var establishes: Set<GraphForm> { get }
  /// The forms that the result may have lost.
  static var undoes: Set<GraphForm> { get }

  /// The rewritten graph, with the same outputs under the same names.
  ///
  /// - Throws: `TypeRuleError` or `RewriteError`, both bugs of the pass.
  func run(_ graph: Graph) throws -> Graph
}

extension Pass {
  /// Any graph will do.
  package static var needs: Set<GraphForm> { [] }
  /// Those of every pass.
  package static var establishes: Set<GraphForm> { [] }
  /// None.
  package static var undoes: Set<GraphForm> { [] }
}

/// How much the compiler may change.
package enum OptimizationLevel: Int, Hashable, Sendable, CaseIterable, Comparable {
  /// Nothing: the reference.
  case none = 0
  /// What leaves every bit as it is.
  case exact = 1
  /// What changes sums only by reassociating them.
  case reassociating = 2
  /// What loses more than reassociation does; the same as `reassociating` until there is something.
  case approximate = 3

  /// Orders by strength.
  package static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

/// The list of passes, in order, and what runs them.
package struct Pipeline: Sendable {
  /// The passes.
  package var passes: [any Pass]
  /// Called after each pass with its name, the graph, and how long it took in seconds.
  package var observe: @Sendable (String, Graph, Double) throws -> Void
  /// Whether the graph is verified after each pass.
  package var verifies: Bool

  /// The passes of a level, each where it stands for a reason.
  ///
  /// - Parameters:
  ///   - isSmall: whether memory counts more than time: no pass makes weights larger.
  ///   - tiles: chooses the forms of convolutions instead of the cost model.
  ///   - precision: in which type weights are multiplied, from `reassociating` on.
  package init(
    level: OptimizationLevel, isSmall: Bool = false, verifies: Bool = false,
    tiles: TileConvolutions.Choice? = nil, precision: ProductsType = .f32,
    observe: @escaping @Sendable (String, Graph, Double) throws -> Void = { _, _, _ in }
  ) {
    // Weight expressions must be numbers before anything can be packed: also at O0.
    var passes: [any Pass] = [FoldConstants()]
    if level >= .exact {
      // Layout first: every later pattern looks for neighbours, and transpositions hide them. What
      // is summed keeps its layout where every bit counts.
      let layout = SinkTransposes(keepsSums: level < .reassociating)
      passes += [SimplifyShapes(), layout, SimplifyShapes(), FoldConstants(), NarrowConstants()]
    }
    if level >= .reassociating {
      // Scales into weights while a norm is still a product and a sum; then enlargements, whose
      // summed kernels should be made of scaled ones, and of channels that vary.
      passes += [FoldScales(), HoistConstantChannels(), SplitUpsampledConvolutions()]
      // The same for their gradients; then sums that differ by a factor, which a gradient asks for,
      // and which may be of constants alone once it is taken out.
      passes += [MergeBlockSums(), ShareStatistics(), FactorReductions(), FoldConstants()]
      // A picture of one position has nothing to convolve; its scales are in the kernels by now.
      passes += [MultiplySinglePositions()]
    }
    if level >= .exact {
      // Masks to where they are small, while they are still functions of their own.
      passes += [MaskBeforeMaxPoolGradient()]
      // Chains first, so that an epilogue takes in a whole chain at once; then what need not be
      // stored, before an epilogue stores it.
      passes += [FuseElementwise()]
      passes += [Rematerialize(keepsSums: level < .reassociating), FuseEpilogues()]
      // What no producer took in is computed where it is summed.
      if level >= .reassociating { passes += [FuseReductions()] }
      // What products cost decides whether tiles pay.
      if level >= .reassociating, precision == .bf16 { passes += [NarrowProducts()] }
      // No pass behind it looks at what a convolution is made of.
      if level >= .reassociating, !isSmall { passes += [TileConvolutions(choice: tiles)] }
      // Last: the order of what remains, and what of it is kept as bits.
      passes += [Schedule(), PackMasks()]
    }
    self.passes = passes
    self.verifies = verifies
    self.observe = observe
  }

  /// What each pass is called, in order: its name, and from its second run on the number of the run,
  /// such as `FoldConstants#2`.
  package var labels: [String] {
    var runs: [String: Int] = [:]
    return passes.map { pass in
      let name = type(of: pass).name
      runs[name, default: 0] += 1
      let run = runs[name] ?? 1
      return run == 1 ? name : "\(name)#\(run)"
    }
  }

  /// Leaves out what comes after a pass, named by its label.
  ///
  /// - Throws: `RewriteError` if there is no such pass.
  package mutating func stop(after label: String) throws(RewriteError) {
    guard let last = labels.firstIndex(of: label) else {
      throw RewriteError("there is no pass \(label); the passes are \(labels)")
    }
    passes.removeSubrange((last + 1)...)
  }

  /// Runs all passes; `watch` is told of each: the pass, the graph before it and after it.
  ///
  /// - Throws: what a pass or `observe` throws, or `RewriteError` if a pass lacks a form that it needs
  ///   or the verifier refuses its result.
  package func run(
    _ graph: Graph, watch: (any Pass, Graph, Graph) -> Void = { _, _, _ in }
  ) throws -> Graph {
    try demandOrder()
    var graph = graph
    let clock = ContinuousClock()
    for pass in passes {
      let kind = type(of: pass)
      if verifies { try verify(graph, has: kind.needs, "before \(kind.name)") }
      let start = clock.now
      let before = graph
      graph = try pass.run(before)
      watch(pass, before, graph)
      try observe(kind.name, graph, (clock.now - start) / .seconds(1))
      guard verifies else { continue }
      do {
        try graph.verify()
      } catch {
        throw RewriteError("after \(kind.name), node \(error.node): \(error.message)")
      }
      try verify(
        graph, has: kind.establishes.union(GraphForm.ofEveryPass), "after \(kind.name)")
    }
    return graph
  }

  /// Refuses passes that stand where no pass before them has established what they need, or where one
  /// has undone it.
  private func demandOrder() throws(RewriteError) {
    var held = GraphForm.ofFrontEnd
    var undone: [GraphForm: String] = [:]
    for pass in passes {
      let kind = type(of: pass)
      if let missing = GraphForm.allCases.first(where: {
        kind.needs.contains($0) && !held.contains($0)
      }) {
        let reason = undone[missing].map { "which \($0) before it undoes" }
        throw RewriteError(
          "\(kind.name) needs the form \(missing), "
            + (reason ?? "which no pass before it establishes"))
      }
      for form in kind.undoes { undone[form] = kind.name }
      held = held.subtracting(kind.undoes).union(kind.establishes).union(GraphForm.ofEveryPass)
    }
  }

  private func verify(_ graph: Graph, has forms: Set<GraphForm>, _ moment: String) throws {
    for form in GraphForm.allCases where forms.contains(form) {
      guard try form.holds(in: graph) else {
        throw RewriteError("\(moment) the graph has not the form \(form)")
      }
    }
  }
}
