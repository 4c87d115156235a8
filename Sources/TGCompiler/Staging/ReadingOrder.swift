import TGIR
import TGOps
import TGTensor

/// In which order of the axes the readers of a later stage want what they are handed.
///
/// A transposition says so, and ops that commute with transpositions pass it on: the order in which
/// their other operands arrive, as `SinkTransposes` will move them through it, or else the order in
/// which their own result is read, by their own stage too. The first reader that says anything decides.
struct ReadingOrder {
  private let graph: Graph
  /// For each value that such ops make of a transposed one, the transposition.
  private let arrived: [[Int]?]
  /// How each value is read, by all stages.
  private var read: [[Int]?]
  /// How each value is read by later stages.
  private var readLater: [[Int]?]

  /// Looks at a graph with the stage of each value, and whether later stages compute it again.
  init(_ graph: Graph, stages: [GraphStage], repeats: [Bool]) {
    self.graph = graph
    arrived = Self.arrived(graph)
    read = [[Int]?](repeating: nil, count: graph.nodes.count)
    readLater = read
    let uses = graph.uses
    var isReadLater = [Bool](repeating: false, count: graph.nodes.count)
    for output in graph.outputs where output.stage > stages[output.value.index] {
      isReadLater[output.value.index] = true
    }
    for index in graph.nodes.indices.reversed() {
      for user in uses[Value(index)] {
        let order = order(of: Value(index), by: user, whoseResultIsRead: read[user.index])
        read[index] = read[index] ?? order
        if stages[user.index] > stages[index] {
          isReadLater[index] = true
          readLater[index] = readLater[index] ?? order
        } else if repeats[user.index] && isReadLater[user.index] {
          // Later stages compute the user again, for their own readers.
          isReadLater[index] = true
          readLater[index] =
            readLater[index]
            ?? self.order(
              of: Value(index), by: user, whoseResultIsRead: readLater[user.index])
        }
      }
    }
  }

  /// The permutation through which a value is read by later stages; nil if it is read as it is, or
  /// in ways that do not care.
  func order(of value: Value) -> [Int]? { readLater[value.index] }

  /// The permutation through which one node reads a value, given the one through which the node's
  /// result is read.
  private func order(of value: Value, by user: Value, whoseResultIsRead read: [Int]?) -> [Int]? {
    let node = graph[user]
    if let transpose = node.op as? Transpose {
      return read.map { $0.map { transpose.permutation[$0] } } ?? transpose.permutation
    }
    guard let order = arrived[user.index].map(inverse) ?? read,
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
