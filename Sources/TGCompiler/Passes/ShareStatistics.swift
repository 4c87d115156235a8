package import TGIR
import TGOps
import TGPlan
import TGTensor

/// `normalize(x) → (x − mean x) · (variance(x) + ε)^(−1/2)` where the variance is asked for anyway, as
/// by the gradient.
///
/// The statistics are then computed once, and what is left is a map, which joins what comes before
/// and after it.
///
/// Effect on numbers: reassociating.
package struct ShareStatistics: Pass {
  package static let name = "ShareStatistics"
  package static let needs: Set<GraphForm> = [.equalNodesShared, .noEpilogues]
  package static let establishes: Set<GraphForm> = [.statisticsShared]
  package static let undoes: Set<GraphForm> = [.movesMerged]

  package init() {}

  package func run(_ graph: Graph) throws -> Graph {
    var known: Set<Node> = []
    for node in graph.nodes where (node.op as? Reduce)?.function == .variance { known.insert(node) }
    return try graph.rewritten { node, old, builder in
      guard let normalize = node.op as? Normalize, normalize.epilogue.isIdentity else { return nil }
      let axes = normalize.axes
      let variance = Reduce(.variance, axes: axes)
      let source = graph[old].operands
      let type = try variance.resultType(for: source.map { graph.type($0) })
      guard known.contains(Node(op: variance, operands: source, type: type)) else { return nil }
      let x = node.operands[0]
      let extents = node.shape.dimensions.enumerated().map { axes.contains($0) ? 1 : $1 }
      let spread = try builder.reshape(builder.insert(variance, [x]), extents)
      let mean = try builder.reshape(builder.insert(Reduce(.mean, axes: axes), [x]), extents)
      let raised = try builder.add(spread, builder.constant(normalize.epsilon))
      let scale = try builder.map(.reciprocalSquareRoot, raised)
      return try builder.multiply(scale, builder.subtract(x, mean))
    }
  }
}
