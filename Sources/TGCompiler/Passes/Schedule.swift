package import TGIR
import TGTensor

/// Orders nodes so that few bytes are alive at once: of some orders the one with the lowest peak, as
/// `LiveMemory` estimates it.
///
/// Two orders go depth first from the outputs, so that a value is made shortly before it is used
/// (`DepthFirstOrder`); one is greedy (`FrugalOrder`); and one is as the graph is written. Of equal ones the
/// first is taken, which keeps what belongs together in the caches. Orders depend a little on how a graph
/// is written, so what was found is ordered again as long as the peak falls.
///
/// Effect on numbers: bit-exact.
package struct Schedule: Pass {
  package static let name = "Schedule"
  package static let establishes: Set<GraphForm> = [.scheduled]

  package init() {}

  package func run(_ graph: Graph) throws -> Graph {
    var (result, peak) = try Self.best(of: graph)
    while true {
      let next = try Self.best(of: result)
      guard next.peak < peak else { return result }
      (result, peak) = next
    }
  }

  /// Whether no order that the pass knows has a lower peak than the one in which a graph is written.
  static func isSatisfied(with graph: Graph) throws -> Bool {
    try best(of: graph).peak >= peakBytes(of: graph)
  }

  /// The graph in the best of the orders, and its peak.
  private static func best(of graph: Graph) throws -> (graph: Graph, peak: Int) {
    let (memory, live) = (LiveMemory(graph), graph.live)
    let orders = [
      DepthFirstOrder.byNeed(graph),
      DepthFirstOrder.byResidue(graph, memory),
      FrugalOrder.of(graph, memory),
      graph.nodes.indices.filter { live[$0] },
    ]
    let peaks = orders.map { memory.peak($0) }
    let best = orders.indices.min { peaks[$0] < peaks[$1] } ?? 0
    return (try graph.ordered(orders[best]), peaks[best])
  }

  /// The most bytes alive at one time if a graph runs in the order in which it is written, estimated.
  package static func peakBytes(of graph: Graph) -> Int {
    LiveMemory(graph).peak(graph.nodes.indices)
  }
}

extension Graph {
  /// The graph with some of its nodes, in another order.
  fileprivate func ordered(_ order: [Int]) throws -> Graph {
    var builder = GraphBuilder(name: name)
    var values = [Value?](repeating: nil, count: nodes.count)
    for index in order {
      let node = nodes[index]
      builder.origin = node.origin
      values[index] = try builder.insert(node.op, node.operands.compactMap { values[$0.index] })
    }
    for output in outputs {
      guard let value = values[output.value.index] else { continue }
      builder.output(output.moved(to: value))
    }
    return builder.graph
  }
}
