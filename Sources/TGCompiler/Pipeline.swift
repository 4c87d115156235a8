package import TGIR

/// A rewrite of a whole graph: a value in, a value out.
package protocol Pass: Sendable {
  /// The name, as in `--print-after NAME`.
  static var name: String { get }

  /// The rewritten graph, with the same outputs under the same names.
  ///
  /// - Throws: `TypeRuleError` or `RewriteError`, both bugs of the pass.
  func run(_ graph: Graph) throws -> Graph
}

/// How much the compiler may change.
package enum OptimizationLevel: Int, Hashable, Sendable, CaseIterable, Comparable {
  /// Nothing: the reference.
  case none = 0
  /// What leaves every bit as it is.
  case exact = 1
  /// What changes sums only by reassociating them.
  case reassociating = 2
  /// Also Winograd with large tiles; the same as `reassociating` until that exists.
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
  package init(
    level: OptimizationLevel, verifies: Bool = false,
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
      // summed kernels should be made of scaled ones.
      passes += [FoldScales(), SplitUpsampledConvolutions()]
      // The same for their gradients; then sums that differ by a factor, which a gradient asks for.
      passes += [MergeBlockSums(), ShareStatistics(), FactorReductions()]
      // A picture of one place has nothing to convolve; its scales are in the kernels by now.
      passes += [MultiplySinglePlaces()]
    }
    if level >= .exact {
      // Masks to where they are small, while they are still functions of their own.
      passes += [MaskBeforeUnpooling()]
      // Chains first, so that an epilogue takes in a whole chain at once; then what need not be
      // stored, before an epilogue stores it.
      passes += [FusePointwise(), RepeatMaps(keepsSums: level < .reassociating), FuseEpilogues()]
      // What no producer took in is computed where it is summed.
      if level >= .reassociating { passes += [FuseReductions()] }
      // Last: the order of what remains, and what of it is kept as signs.
      passes += [Schedule(), KeepSigns()]
    }
    self.passes = passes
    self.verifies = verifies
    self.observe = observe
  }

  /// Runs all passes.
  ///
  /// - Throws: what a pass or `observe` throws, or `RewriteError` if the verifier refuses its result.
  package func run(_ graph: Graph) throws -> Graph {
    var graph = graph
    let clock = ContinuousClock()
    for pass in passes {
      let start = clock.now
      graph = try pass.run(graph)
      let taken = start.duration(to: clock.now)
      try observe(
        type(of: pass).name, graph,
        Double(taken.components.attoseconds) * 1e-18
          + Double(taken.components.seconds))
      guard verifies else { continue }
      do {
        try graph.verify()
      } catch {
        throw RewriteError("after \(type(of: pass).name), node \(error.node): \(error.message)")
      }
    }
    return graph
  }
}
