package import TGIR

/// Removes nodes that no output needs, and merges nodes that are equal.
///
/// Equal nodes (same op, same operands) are one after any rewriting, because the builder knows what
/// it has made: common subexpressions need no pass of their own.
///
/// Effect on numbers: bit-exact.
package struct EliminateDeadCode: Pass {
  package static let name = "EliminateDeadCode"

  package init() {}

  package func run(_ graph: Graph) throws -> Graph {
    let live = graph.live
    var builder = GraphBuilder(name: graph.name)
    var values = [Value?](repeating: nil, count: graph.nodes.count)
    for (index, node) in graph.nodes.enumerated() where live[index] {
      builder.origin = node.origin
      values[index] = try builder.insert(node.op, node.operands.compactMap { values[$0.index] })
    }
    for output in graph.outputs {
      guard let value = values[output.value.index] else { continue }
      builder.output(output.name, value)
    }
    return builder.graph
  }
}
