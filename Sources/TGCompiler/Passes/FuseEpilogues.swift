package import TGIR
import TGOps
import TGPlan
import TGTensor

/// `map f(convolution(x, w), b…) → convolution(x, w) with epilogue f`, likewise for linear layers,
/// matrix products and normalizations: bias, folded norm, residual sum and activation run on the
/// results before they are stored.
///
/// Applies where the map is the only use and has the producer's shape. Of several producers in one
/// map the one made last is taken: the others are there before it.
///
/// Effect on numbers: bit-exact.
package struct FuseEpilogues: Pass {
  package static let name = "FuseEpilogues"
  package static let needs: Set<GraphForm> = [.chainsFused]
  package static let establishes: Set<GraphForm> = [.epiloguesFused]
  package static let undoes: Set<GraphForm> = [.noEpilogues]

  package init() {}

  package func run(_ graph: Graph) throws -> Graph {
    let uses = graph.uses
    return try graph.rewritten { node, old, builder in
      guard let map = node.op as? Map else { return nil }
      let candidates = zip(graph[old].operands, node.operands).filter { original, moved in
        uses.isRead(original, onlyBy: old) && builder.shape(moved) == node.shape
          && builder[moved].op.carried?.isEpilogue == true
      }
      guard let (_, produced) = candidates.max(by: { $0.1 < $1.1 }),
        let carried = builder[produced].op.carried
      else { return nil }
      let own = builder[produced].operands
      let inner = Array(own[carried.ownOperands...])
      var fused = FusedProgram(program: map.program, operands: node.operands)
      // Operand 0 of an epilogue is the result itself; give it a name of its own meanwhile.
      let result = produced
      if carried.program.isIdentity {
        fused = fused.movedToFront(result)
      } else {
        // What has no room stays an instruction of its own: what the op carries must not be lost.
        guard fused.absorb(carried.program, [result] + inner, at: result),
          fused.operands.contains(result)
        else { return nil }
        fused = fused.movedToFront(result)
      }
      guard fused.operands.first == result else { return nil }
      let op = builder[produced].op.carrying(fused.program)
      builder.origin = builder[produced].origin.merged(with: node.origin)
      return try builder.insert(op, Array(own[..<carried.ownOperands]) + fused.operands[1...])
    }
  }
}

extension FusedProgram {
  /// The same program with `value` as operand 0.
  func movedToFront(_ value: Value) -> FusedProgram {
    let order = [value] + operands.filter { $0 != value }
    let numbers = operands.compactMap { order.firstIndex(of: $0) }
    let steps = program.steps.map { step in
      PointwiseProgram.Step(
        step.function, step.arguments.map { $0 < numbers.count ? numbers[$0] : $0 },
        immediate: step.immediate)
    }
    return FusedProgram(
      program: PointwiseProgram(operandCount: order.count, steps: steps), operands: order)
  }
}
