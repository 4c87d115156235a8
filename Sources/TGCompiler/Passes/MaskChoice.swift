import TGIR
import TGOps
import TGPlan
import TGTensor

/// Chooses the values of a graph of which `PackMasks` keeps bits, from an estimate of the memory in use.
///
/// The estimate: nodes run in order; a value needs its bytes from the node that makes it to the
/// last one that reads it. A view needs nothing and keeps what it sees alive, an operand of a
/// concatenation lies in the concatenation, and a result takes over the memory of an operand that a
/// program reads for the last time (`InPlace`). Inputs and outputs are there all the time and do not
/// count.
///
/// The choice is greedy: look at the moment when most memory is in use; of the values that are there
/// only because their signs are read later, take the largest; estimate again. It ends when nothing
/// worth an instruction is left at the highest point. Of the values taken, those after which the
/// highest point never fell are given up.
struct MaskChoice {
  /// The values, each with the last time at which more than its sign is read.
  private(set) var chosen: [Int: Int] = [:]

  private let graph: Graph
  /// For each value, the one in whose memory it lies.
  private let homes: [Int]
  /// What stays, by home; nil for leaves, outputs, and values that lie elsewhere.
  private var stays: [Stay?]
  /// For each node, the homes that its result may take over.
  private var dying: [[Int]]

  /// How long a value stays.
  private struct Stay {
    var birth: Int
    /// The last time at which more than the sign is read; where it is made if it never is.
    var lastRead: Int
    /// The last time at which the sign is read.
    var lastSign: Int?
    var byteCount: Int
    var maskBytes: Int

    /// True if from some time on only signs are read.
    var endsWithSigns: Bool { lastSign.map { $0 > lastRead } ?? false }
    func end(_ packed: Bool) -> Int { packed ? lastRead : max(lastRead, lastSign ?? lastRead) }
  }

  /// Chooses among values of at least `least` elements.
  init(_ graph: Graph, least: Int) {
    self.graph = graph
    homes = graph.homes
    stays = [Stay?](repeating: nil, count: graph.nodes.count)
    dying = [[Int]](repeating: [], count: graph.nodes.count)
    for index in graph.nodes.indices { record(index) }
    for output in graph.outputs { stays[homes[output.value.index]] = nil }
    choose(least)
  }

  private mutating func record(_ time: Int) {
    let node = graph.nodes[time]
    guard !node.op.isView, node.op.leaf == nil else { return }
    let signs = node.operandsReadBySignOnly { graph.shape($0) }
    for (index, operand) in node.operands.enumerated() {
      read(operand, onlySign: signs.contains(index), by: time)
    }
    let home = homes[time]
    guard stays[home] == nil else { return }
    let whole = graph.nodes[home].shape
    let bits = TensorType(.bits, whole).storedCount
    stays[home] = Stay(
      birth: time, lastRead: time, lastSign: nil, byteCount: 4 * whole.count,
      maskBytes: DType.bits.bytes(of: bits) ?? .max)
  }

  private mutating func read(_ operand: Value, onlySign: Bool, by time: Int) {
    let node = graph.nodes[time]
    let home = homes[operand.index]
    guard stays[home] != nil else { return }
    if onlySign, home == operand.index {
      stays[home]?.lastSign = time
    } else {
      stays[home]?.lastRead = time
    }
    let isFree = node.operands.enumerated().contains {
      homes[$1.index] == home && node.bitProgram?.operand($0) == nil
    }
    if graph.shape(operand) == node.shape && !isFree { dying[time].append(home) }
  }

  private mutating func choose(_ least: Int) {
    var (tried, rejected): ([Int: Int], Set<Int>) = ([:], [])
    var alive = profile(packed: [:])
    var lowest = alive.max() ?? 0
    while let peak = alive.indices.max(by: { alive[$0] < alive[$1] }) {
      let least = max(4 * least, alive[peak] / CostModel.maskedPart)
      let candidates = stays.indices.filter { home in
        guard let stay = stays[home], stay.endsWithSigns, stay.byteCount >= least else {
          return false
        }
        return stay.lastRead < peak && peak <= stay.end(false) && tried[home] == nil
          && !rejected.contains(home)
      }
      let best = candidates.max {
        (stays[$0]?.byteCount ?? 0, -$0) < (stays[$1]?.byteCount ?? 0, -$1)
      }
      guard let best, let stay = stays[best] else { return }
      tried[best] = stay.lastRead
      let next = profile(packed: tried)
      guard next[peak] < alive[peak] else {
        tried[best] = nil
        rejected.insert(best)
        continue
      }
      alive = next
      // What does not lower the highest point is not taken unless something after it does.
      if let highest = next.max(), highest < lowest { (lowest, chosen) = (highest, tried) }
    }
  }

  /// The bytes alive while each node runs, with bits of some values.
  private func profile(packed: [Int: Int]) -> [Int] {
    var change = [Int](repeating: 0, count: graph.nodes.count + 1)
    func add(_ count: Int, _ first: Int, _ last: Int) {
      change[first] += count
      change[last + 1] -= count
    }
    for (home, stay) in stays.enumerated() {
      guard let stay else { continue }
      let isPacked = packed[home] != nil
      add(stay.byteCount, stay.birth, stay.end(isPacked))
      if isPacked { add(stay.maskBytes, stay.birth, stay.end(false)) }
      let takesOver = dying[stay.birth].contains { other in
        stays[other].map {
          $0.byteCount == stay.byteCount && $0.end(packed[other] != nil) == stay.birth
        } ?? false
      }
      if home == stay.birth && takesOver { add(-stay.byteCount, home, home) }
    }
    var sum = 0
    return change.dropLast().map {
      sum += $0
      return sum
    }
  }
}
