package import TGIR
import TGTensor

/// Orders nodes depth first from the outputs, so that a value is made shortly before it is used and
/// few are alive at once. Of a node's operands the one that needs most memory to make comes first
/// (Sethi & Ullman 1970, applied to sizes).
///
/// Effect on numbers: bit-exact.
package struct Schedule: Pass {
  package static let name = "Schedule"

  package init() {}

  package func run(_ graph: Graph) throws -> Graph {
    let need = peakNeed(graph)
    var order: [Int] = []
    var placed = [Bool](repeating: false, count: graph.nodes.count)
    // An explicit stack: unrolled recurrences are thousands of nodes deep.
    for output in graph.outputs {
      var stack = [(output.value.index, false)]
      while let (index, expanded) = stack.popLast() {
        if placed[index] { continue }
        if expanded {
          placed[index] = true
          order.append(index)
          continue
        }
        stack.append((index, true))
        let operands = Set(graph.nodes[index].operands.map(\.index)).filter { !placed[$0] }
        let sorted = operands.sorted { (need[$0], $1) < (need[$1], $0) }
        stack += sorted.map { ($0, false) }
      }
    }
    var builder = GraphBuilder(name: graph.name)
    var values = [Value?](repeating: nil, count: graph.nodes.count)
    for index in order {
      let node = graph.nodes[index]
      builder.origin = node.origin
      values[index] = try builder.insert(node.op, node.operands.compactMap { values[$0.index] })
    }
    for output in graph.outputs {
      guard let value = values[output.value.index] else { continue }
      builder.output(output.name, value)
    }
    return builder.graph
  }

  /// An estimate of the elements alive while a node is made: the largest need among its operands,
  /// or all operands together.
  private func peakNeed(_ graph: Graph) -> [Int] {
    var need: [Int] = []
    for node in graph.nodes {
      let together = node.operands.reduce(node.shape.count) { $0 + graph.shape($1).count }
      need.append(node.operands.map { need[$0.index] }.reduce(together, max))
    }
    return need
  }
}
