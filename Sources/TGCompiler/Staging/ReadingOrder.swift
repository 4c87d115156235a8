import TGIR
import TGOps
import TGTensor

/// In which order of the axes the readers of a later stage want what they are handed.
///
/// A transposition says so, and what works place by place passes on: the order in which its other
/// operands arrive, as `SinkTransposes` will move them through it, or else the order in which its own
/// result is read. The first reader that says anything decides.
struct ReadingOrder {
  private let graph: Graph
  /// For each value that is made of a transposed one, place by place, the transposition.
  private let arrived: [[Int]?]
  private var read: [[Int]?]

  /// Looks at a graph with the stage of each value, and whether later stages compute it again.
  init(_ graph: Graph, stages: [GraphStage], repeats: [Bool]) {
    self.graph = graph
    arrived = Self.arrived(graph)
    read = [[Int]?](repeating: nil, count: graph.nodes.count)
    let uses = graph.uses
    var isReadLater = [Bool](repeating: false, count: graph.nodes.count)
    for output in graph.outputs where output.stage > stages[output.value.index] {
      isReadLater[output.value.index] = true
    }
    for index in graph.nodes.indices.reversed() {
      let later = uses[Value(index)].filter {
        stages[$0.index] > stages[index] || (repeats[$0.index] && isReadLater[$0.index])
      }
      if !later.isEmpty { isReadLater[index] = true }
      for user in later where read[index] == nil {
        read[index] = order(of: Value(index), by: user)
      }
    }
  }

  /// The permutation through which a value is read by later stages; nil if it is read as it is, or
  /// in ways that do not care.
  func order(of value: Value) -> [Int]? { read[value.index] }

  /// The permutation through which one node reads a value.
  private func order(of value: Value, by user: Value) -> [Int]? {
    let node = graph[user]
    if let transpose = node.op as? Transpose {
      return read[user.index].map { $0.map { transpose.permutation[$0] } } ?? transpose.permutation
    }
    guard let order = arrived[user.index].map(inverse) ?? read[user.index],
      let sunk = node.op.transposed(
        order, operands: node.operands.map(graph.shape), result: node.shape)
    else { return nil }
    return zip(node.operands, sunk.permutations).first {
      $0 == value && $1.count == graph.shape(value).rank
    }?.1
  }

  private static func arrived(_ graph: Graph) -> [[Int]?] {
    var arrived: [[Int]?] = []
    arrived.reserveCapacity(graph.nodes.count)
    for node in graph.nodes {
      if let transpose = node.op as? Transpose {
        arrived.append(transpose.permutation)
        continue
      }
      let transposed = node.operands.filter { arrived[$0.index]?.count == node.shape.rank }
      guard let largest = transposed.max(by: { graph.shape($0).count < graph.shape($1).count }),
        let order = arrived[largest.index],
        node.op.transposed(
          inverse(order), operands: node.operands.map(graph.shape), result: node.shape) != nil
      else {
        arrived.append(nil)
        continue
      }
      arrived.append(order)
    }
    return arrived
  }
}
