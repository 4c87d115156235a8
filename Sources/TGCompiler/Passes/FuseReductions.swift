package import TGIR
import TGOps
import TGPlan
import TGTensor

/// `reduce(map f(a, b, …)) → reduce f(a, b, …)`: mean squared differences, sums of products and the
/// like are reduced as they are computed, and the map is never stored.
///
/// Applies where the reduction is the map's only use and no more than eight operands come together.
///
/// Effect on numbers: reassociating, because short runs are summed together once they lie together.
/// Where the reduced axes join to one in every operand, every bit stays.
package struct FuseReductions: Pass {
  package static let name = "FuseReductions"
  package static let needs: Set<GraphForm> = [.epiloguesFused]
  package static let undoes: Set<GraphForm> = [.singleFunctions]

  package init() {}

  package func run(_ graph: Graph) throws -> Graph {
    let uses = graph.uses
    return try graph.rewritten { node, old, builder in
      guard let reduce = node.op as? Reduce else { return nil }
      var fused = FusedProgram(program: reduce.program, operands: node.operands)
      let shape = try Map(reduce.program).resultShape(for: node.operands.map { builder.shape($0) })
      for (operand, produced) in zip(graph[old].operands, node.operands) {
        guard let map = builder[produced].op as? Map, uses.isRead(operand, onlyBy: old),
          builder.shape(produced) == shape,
          !builder[produced].operands.isEmpty,
          fused.absorb(map.program, builder[produced].operands, at: produced)
        else { continue }
        builder.origin = builder.origin.merged(with: builder[produced].origin)
      }
      guard fused.operands != node.operands else { return nil }
      return try builder.insert(
        Reduce(reduce.function, of: fused.program, axes: reduce.axes), fused.operands)
    }
  }
}
