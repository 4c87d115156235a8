package import TGIR
import TGOps
import TGTensor

/// `op(transpose(x), …) → transpose(op′(x, …))`: the layout pass; likewise for reductions, whose
/// result has fewer axes.
///
/// Spatial ops stand between a transposition to channels-last and one back (see
/// `GraphBuilder+Spatial`). Moving the second one down through everything that works element by element
/// lets it meet the next op's first one, where the two cancel. Operands that are not transposed
/// (vectors, constants) are transposed instead, which for a vector of channels is a reshape and for
/// a constant happens now. What remains are transpositions at the graph's ends, which lowering
/// turns into strides.
///
/// Effect on numbers: reassociating, because reductions and normalizations sum what lies together
/// first; bit-exact with `keepsSums`: then no transposition passes a sum, and what a sum reads lies
/// as it would without this pass (`Graph.stays`).
package struct SinkTransposes: Pass {
  package static let name = "SinkTransposes"
  package static let needs: Set<GraphForm> = [.movesMerged]
  package static let establishes: Set<GraphForm> = [.transposesSunk]
  package static let undoes: Set<GraphForm> = [.constantsFolded, .movesMerged]
  /// Whether what sums read keeps its layout, and with it every bit.
  package var keepsSums: Bool

  package init(keepsSums: Bool = false) { self.keepsSums = keepsSums }

  package func run(_ graph: Graph) throws -> Graph {
    let stays = keepsSums ? graph.stays : [Bool](repeating: false, count: graph.nodes.count)
    return try graph.rewritten { node, old, builder in
      if stays[old.index] { return nil }
      if let transpose = node.op as? Transpose {
        return try turned(node.operands[0], transpose.permutation, &builder)
      }
      if let reduce = node.op as? Reduce { return try sunk(reduce, node, &builder) }
      guard let permutation = permutation(above: node, in: builder),
        let sunk = node.op.transposed(
          inverse(permutation), operands: node.operands.map { builder.shape($0) },
          result: node.shape)
      else { return nil }
      var operands: [Value] = []
      for (operand, order) in zip(node.operands, sunk.permutations) {
        let full = try builder.padded(operand, toRank: order.count)
        operands.append(try turned(full, order, &builder))
      }
      let value = try builder.insert(sunk.op, operands)
      return try builder.transposed(value, permutation)
    }
  }

  /// `reduce(transpose(x))` with the transposition after it; nil if there is none before it.
  private func sunk(_ reduce: Reduce, _ node: Node, _ builder: inout GraphBuilder) throws
    -> Value?
  {
    guard node.operands.count == 1,
      let order = (builder[node.operands[0]].op as? Transpose)?.permutation
    else { return nil }
    let inner = builder[node.operands[0]].operands[0]
    let kept = order.indices.filter { !reduce.axes.contains($0) }.map { order[$0] }
    let moved = Reduce(reduce.function, of: reduce.program, axes: reduce.axes.map { order[$0] })
    let sorted = kept.sorted()
    let value = try builder.insert(moved, [inner])
    return try builder.transposed(value, kept.compactMap { sorted.firstIndex(of: $0) })
  }

  /// A transposition. Of a map that makes much of little (noise times a strength for each channel) the
  /// operands are transposed instead, also where it was given axes of extent 1 in front: the map is then
  /// next to its readers again.
  private func turned(_ x: Value, _ permutation: [Int], _ builder: inout GraphBuilder) throws
    -> Value
  {
    var node = builder[x]
    if node.op is Reshape {
      let inner = builder[node.operands[0]]
      let missing = node.shape.rank - inner.shape.rank
      let padding = [Int](repeating: 1, count: max(missing, 0))
      if padding + inner.shape.dimensions == node.shape.dimensions { node = inner }
    }
    guard let map = node.op as? Map,
      node.operands.allSatisfy({ CostModel.widens(builder.shape($0), to: node.shape) })
    else { return try builder.transposed(x, permutation) }
    var operands: [Value] = []
    for operand in node.operands {
      let full = try builder.padded(operand, toRank: permutation.count)
      operands.append(try turned(full, permutation, &builder))
    }
    return try builder.insert(map, operands)
  }

  /// The order in which the largest transposed operand is seen, if it has the result's rank.
  private func permutation(above node: Node, in builder: GraphBuilder) -> [Int]? {
    var best: (count: Int, permutation: [Int])?
    for operand in node.operands {
      guard let transpose = builder[operand].op as? Transpose,
        transpose.permutation.count == node.shape.rank,
        builder.shape(operand).count > best?.count ?? 0
      else { continue }
      best = (builder.shape(operand).count, transpose.permutation)
    }
    return best?.permutation
  }
}

extension Graph {
  /// Whether no map, but those that keep their layout for a sum, has operands of its size that are all
  /// transposed in the same way.
  var hasSunkTransposes: Bool {
    let stays = stays
    return nodes.indices.allSatisfy { index in
      let node = nodes[index]
      guard node.op is Map, !stays[index] else { return true }
      let orders = node.operands.filter { shape($0) == node.shape }.map {
        (self[$0].op as? Transpose)?.permutation
      }
      return orders.isEmpty || orders.contains(nil) || Set(orders).count > 1
    }
  }

  /// For each value, whether it must lie as it does so that sums keep their order: the sums
  /// themselves, what they read, through all that may only be views of another value, and what holds
  /// one of these as a part.
  fileprivate var stays: [Bool] {
    var summed = nodes.map { node in
      switch node.op {
      case is Reduce, is Normalize, is SoftmaxOp, is MatMul, is Linear: true
      default: false
      }
    }
    for (index, node) in nodes.enumerated().reversed() where summed[index] {
      switch node.op {
      case is Map, is Conv2D: continue
      default: for operand in node.operands { summed[operand.index] = true }
      }
    }
    return nodes.indices.map { index in
      summed[index]
        || (nodes[index].op is Concat && nodes[index].operands.contains { summed[$0.index] })
    }
  }
}
