import TGIR

/// An order of a graph's nodes in which each step takes the node that adds least to the bytes alive: what
/// it makes, less what nobody reads after it.
///
/// It looks no further than one step, but sees values that several nodes read, of which an order depth
/// first knows nothing.
struct FrugalOrder {
  private let memory: LiveMemory
  /// The nodes placed so far.
  private var order: [Int] = []
  /// For each node, how many of its operands are not placed yet.
  private var missing: [Int]
  /// For each home, how many nodes that are not placed yet read it.
  private var readers: [Int]
  private var isBorn: [Bool]
  /// Nodes that run and whose operands are all placed, by number.
  private var ready: [Int] = []

  /// The order.
  static func of(_ graph: Graph, _ memory: LiveMemory) -> [Int] {
    let live = graph.live
    let uses = graph.uses
    var search = FrugalOrder(graph, memory, live)
    var free = graph.nodes.indices.filter { live[$0] && search.missing[$0] == 0 }
    while true {
      // Views and leaves cost nothing.
      while let index = free.popLast() {
        if memory.runs[index] {
          search.ready.append(index)
        } else {
          search.place(index)
          free += search.freed(by: index, uses)
        }
      }
      guard let next = search.cheapest() else { return search.order }
      search.place(next)
      free += search.freed(by: next, uses)
    }
  }

  private init(_ graph: Graph, _ memory: LiveMemory, _ live: [Bool]) {
    self.memory = memory
    missing = graph.nodes.map { Set($0.operands).count }
    isBorn = graph.nodes.map { $0.op.leaf != nil }
    readers = [Int](repeating: 0, count: graph.nodes.count)
    for index in graph.nodes.indices where live[index] {
      for home in memory.reads[index] { readers[home] += 1 }
    }
  }

  private mutating func place(_ index: Int) {
    order.append(index)
    guard memory.runs[index] else { return }
    isBorn[memory.homes[index]] = true
    for home in memory.reads[index] { readers[home] -= 1 }
  }

  /// The nodes that miss nothing any more once a node is placed.
  private mutating func freed(by index: Int, _ uses: Uses) -> [Int] {
    Set(uses[Value(index)]).sorted().reversed().compactMap { user in
      missing[user.index] -= 1
      return missing[user.index] == 0 ? user.index : nil
    }
  }

  /// Takes the node that adds least out of `ready`; of equal ones the first.
  private mutating func cheapest() -> Int? {
    let costs = ready.map { (cost(of: $0), $0) }
    guard let best = costs.indices.min(by: { costs[$0] < costs[$1] }) else { return nil }
    return ready.remove(at: best)
  }

  private func cost(of index: Int) -> Int {
    let home = memory.homes[index]
    let made = isBorn[home] ? 0 : memory.bytes[home]
    return memory.reads[index].reduce(made) { sum, other in
      readers[other] == 1 && !memory.outputs.contains(other) ? sum - memory.bytes[other] : sum
    }
  }
}
