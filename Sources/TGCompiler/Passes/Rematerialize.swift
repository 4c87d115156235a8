package import TGIR
import TGOps
import TGPlan
import TGTensor

/// `map f(map g(a…), b…), map h(map g(a…), c…) → map (f ∘ g)(a…, b…), map (h ∘ g)(a…, c…)`: a value
/// that is cheap to compute is computed again by each of its readers (maps and reductions) instead of
/// being stored.
///
/// A value is repeated if each of its readers can take its map in, and if this makes no reader after
/// the first read more elements than it reads now. Instead of the value a reader then reads the
/// operands of its map; operands that the reader reads anyway, and those much smaller than the value
/// (vectors of channels), count as nothing. The first reader may read more, since the map that stored
/// the value read the same. Two examples from gradients: of a value normalised for the next layer the
/// backward pass then keeps what it was made of; of a difference of two pictures, the pictures.
///
/// A map that `FuseEpilogues` will join to the op before it is not repeated: as an epilogue it is
/// stored without being read again.
///
/// Effect on numbers: bit-exact in maps; in reductions that of `FuseReductions`, so with `keepsSums`
/// no reduction is changed.
package struct Rematerialize: Pass {
  package static let name = "Rematerialize"
  package static let needs: Set<GraphForm> = [.chainsFused, .noEpilogues]
  package static let undoes: Set<GraphForm> = [.singleFunctions]
  /// Whether reductions stay as they are.
  package var keepsSums: Bool

  package init(keepsSums: Bool = false) { self.keepsSums = keepsSums }

  package func run(_ graph: Graph) throws -> Graph {
    let uses = graph.uses
    var repeated: Set<Value> = []
    for index in graph.nodes.indices {
      let value = Value(index)
      let users = Set(uses[value]).sorted()
      guard users.count > 1, !uses.isOutput(value), isCheap(value, graph, uses),
        users.allSatisfy({ takes(value, $0, graph) }),
        users.dropFirst().allSatisfy({ added(to: $0, by: value, graph) <= graph.shape(value).count }
        )
      else { continue }
      repeated.insert(value)
    }
    return try graph.rewritten { node, old, builder in
      guard var fused = FusedProgram(reading: node) else { return nil }
      for (operand, produced) in zip(graph[old].operands, node.operands)
      where repeated.contains(operand) {
        guard let map = builder[produced].op as? Map,
          fused.absorb(map.program, builder[produced].operands, at: produced)
        else { continue }
        builder.origin = builder.origin.merged(with: builder[produced].origin)
      }
      guard fused.operands != node.operands else { return nil }
      return try builder.insert(node.op.carrying(fused.program), fused.operands)
    }
  }

  /// Whether a value is made by a cheap map that no op before it takes in as its epilogue.
  private func isCheap(_ value: Value, _ graph: Graph, _ uses: Uses) -> Bool {
    guard let map = graph[value].op as? Map, map.program.isCheap else { return false }
    return !graph[value].operands.contains { operand in
      graph[operand].op.carried?.isEpilogue == true && graph.shape(operand) == graph.shape(value)
        && uses[operand].allSatisfy { $0 == value }
    }
  }

  /// Whether a node can compute one of its operands itself.
  private func takes(_ value: Value, _ user: Value, _ graph: Graph) -> Bool {
    guard var fused = FusedProgram(reading: graph[user]), let map = graph[value].op as? Map,
      !(keepsSums && graph[user].op is Reduce)
    else { return false }
    let common = graph[user].operands.reduce([] as Shape) {
      $0.broadcast(with: graph.shape($1)) ?? $0
    }
    return common == graph.shape(value)
      && fused.absorb(map.program, graph[value].operands, at: value)
  }

  /// The elements that a node then reads and has not read before; vectors count as nothing.
  private func added(to user: Value, by value: Value, _ graph: Graph) -> Int {
    Set(graph[value].operands).subtracting(graph[user].operands).reduce(0) { sum, operand in
      let count = graph.shape(operand).count
      return CostModel.isLittle(count, beside: graph.shape(value).count) ? sum : sum + count
    }
  }
}

extension FusedProgram {
  /// What a map or a reduction makes of its operands at one position; nil of another op.
  init?(reading node: Node) {
    guard let carried = node.op.carried, !carried.isEpilogue else { return nil }
    self.init(program: carried.program, operands: node.operands)
  }
}
