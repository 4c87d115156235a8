import TGIR
import TGOps
import TGTensor

/// Orders of a graph's nodes that go depth first from the outputs: a value is made shortly before it is
/// used.
///
/// A node that makes little of much (a sum over a picture) does not wait for its use: it follows the
/// last of its operands at once. Its operands then live no longer than without it, which in a
/// backward pass, whose sums are used last, is the difference between one activation and all.
enum DepthFirstOrder {
  /// Of a node's operands the one that needs most memory to make comes first.
  static func byNeed(_ graph: Graph) -> [Int] {
    var need: [Int] = []
    for node in graph.nodes {
      let together = node.operands.reduce(node.shape.count) { $0 + graph.shape($1).count }
      need.append(node.operands.map { need[$0.index] }.reduce(together, max))
    }
    return order(graph, by: need)
  }

  /// Of a node's operands the one comes first of which making takes most more bytes than keeping it: the
  /// order with the lowest peak where each value is used once (Sethi & Ullman 1970; Liu 1987).
  static func byResidue(_ graph: Graph, _ memory: LiveMemory) -> [Int] {
    var (peak, residue, kept): ([Int], [Int], [Int]) = ([], [], [])
    for (index, node) in graph.nodes.enumerated() {
      let own = memory.runs[index] ? 4 * node.shape.count : 0
      var (most, sum) = (0, 0)
      let operands = Set(node.operands.map(\.index))
      for operand in operands.sorted(by: { (-residue[$0], $0) < (-residue[$1], $1) }) {
        most = max(most, sum + peak[operand])
        sum += kept[operand]
      }
      peak.append(max(most, sum + own))
      kept.append(node.op.isView ? sum : own)
      residue.append(peak[index] - kept[index])
    }
    return order(graph, by: residue)
  }

  /// Depth first, operands with larger keys first.
  private static func order(_ graph: Graph, by key: [Int]) -> [Int] {
    var eager = EagerNodes(graph)
    var order: [Int] = []
    var placed = [Bool](repeating: false, count: graph.nodes.count)
    func append(_ index: Int) {
      placed[index] = true
      order.append(index)
    }
    // An explicit stack: unrolled recurrences are thousands of nodes deep.
    for output in graph.outputs {
      var stack = [(output.value.index, false)]
      while let (index, expanded) = stack.popLast() {
        if placed[index] { continue }
        if expanded {
          append(index)
          while let next = eager.next(after: order, placed) { append(next) }
          continue
        }
        stack.append((index, true))
        let operands = Set(graph.nodes[index].operands.map(\.index)).filter { !placed[$0] }
        let sorted = operands.sorted { (key[$0], $1) < (key[$1], $0) }
        stack += sorted.map { ($0, false) }
      }
    }
    return order
  }
}

/// Finds nodes that make little of much as soon as their operands are there.
private struct EagerNodes {
  private let graph: Graph
  private let uses: Uses
  /// The elements that a value keeps in the arena: those of what is behind a view, none of weights
  /// and inputs, which are there anyway.
  private var kept: [Int] = []
  /// How many nodes of the order have been looked at.
  private var seen = 0
  /// Nodes found and not yet taken, the next one last.
  private var found: [Int] = []

  init(_ graph: Graph) {
    self.graph = graph
    uses = graph.uses
    for node in graph.nodes {
      if node.op.isView {
        kept.append(node.operands.map { kept[$0.index] }.max() ?? 0)
      } else {
        kept.append(node.op.leaf == nil ? node.shape.count : 0)
      }
    }
  }

  /// The next node to be placed now, given those that are placed, in order; nil if there is none.
  mutating func next(after order: [Int], _ placed: [Bool]) -> Int? {
    while true {
      while let index = found.popLast() {
        if !placed[index] { return index }
      }
      guard seen < order.count else { return nil }
      for user in readers(of: order[seen], placed).reversed() {
        found += missing(for: user, placed)
      }
      seen += 1
    }
  }

  /// The nodes that read a value, perhaps through views, are eager, and have all they need.
  private func readers(of index: Int, _ placed: [Bool]) -> [Int] {
    var result: [Int] = []
    for user in uses[Value(index)].map(\.index) where !placed[user] {
      let node = graph.nodes[user]
      if node.op.isView {
        result += readers(of: user, placed)
      } else if !result.contains(user), isEager(node),
        node.operands.allSatisfy({ isThere($0, placed) })
      {
        result.append(user)
      }
    }
    return result
  }

  private func isEager(_ node: Node) -> Bool {
    CostModel.isLittle(node.shape.count, beside: node.operands.map { kept[$0.index] }.max() ?? 0)
  }

  private func isThere(_ value: Value, _ placed: [Bool]) -> Bool {
    let node = graph[value]
    return placed[value.index] || node.op.leaf != nil
      || (node.op.isView && node.operands.allSatisfy { isThere($0, placed) })
  }

  /// The node and what is not yet placed before it, the node first.
  private func missing(for index: Int, _ placed: [Bool]) -> [Int] {
    [index]
      + graph.nodes[index].operands.map(\.index).filter { !placed[$0] }.flatMap {
        missing(for: $0, placed)
      }
  }
}
