extension Graph {
  /// For each value, whether its leading axis counts the items of the batch: whether its rows belong
  /// to one item each. Inputs say so, and each op of its result (`Op.isBatched`).
  package var batched: [Bool] {
    var batched: [Bool] = []
    batched.reserveCapacity(nodes.count)
    for node in nodes {
      batched.append(
        node.op.isBatched(
          node.operands.map { batched[$0.index] }, shapes: node.operands.map { shape($0) },
          result: node.shape))
    }
    return batched
  }
}
