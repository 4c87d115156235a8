import TGTensor

extension Graph {
  /// The values of all outputs in `Double`: every op's reference, node by node. Slow and trusted.
  ///
  /// `leaf` gives the value of nodes that have none of their own (inputs, unbound parameters); nil
  /// for all others.
  package func evaluated(leaf: (Node) -> ReferenceTensor?) -> [String: ReferenceTensor] {
    let live = live
    var values = [ReferenceTensor?](repeating: nil, count: nodes.count)
    for (index, node) in nodes.enumerated() where live[index] {
      values[index] =
        leaf(node) ?? node.op.reference(node.operands.compactMap { values[$0.index] })
    }
    var results: [String: ReferenceTensor] = [:]
    for output in outputs { results[output.name] = values[output.value.index] }
    return results
  }
}
