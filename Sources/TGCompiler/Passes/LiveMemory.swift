import TGIR
import TGOps
import TGPlan
import TGTensor

/// An estimate of the memory that the values of a graph need, for any order of its nodes.
///
/// Nodes run in order; a value needs its bytes from the node that makes it to the last one that reads it,
/// an input from the start on, an output to the end. A view needs nothing and keeps what it sees alive,
/// an operand of a concatenation lies in the concatenation, and a result takes over the memory of an
/// operand that a program reads for the last time (`InPlace`). Weights do not count.
struct LiveMemory {
  /// For each value, the one in whose memory it lies.
  let homes: [Int]
  /// For each value, the bytes that it has of its own: none of what lies elsewhere, or is a weight.
  let bytes: [Int]
  /// For each node, the homes that it reads, each once; none of a node that no instruction makes.
  let reads: [[Int]]
  /// For each node, the homes that its result may take over once nobody reads them any more.
  let dying: [[Int]]
  /// The homes of inputs.
  let inputs: Set<Int>
  /// The homes of outputs.
  let outputs: Set<Int>
  /// For each node, whether an instruction makes it.
  let runs: [Bool]

  /// Looks at a graph once.
  init(_ graph: Graph) {
    let homes = graph.homes
    let nodes = graph.nodes
    runs = nodes.map { !$0.op.isView && $0.op.leaf == nil }
    bytes = nodes.indices.map { index in
      let node = nodes[index]
      guard homes[index] == index, node.op.leaf == nil || node.op.leaf == .input else { return 0 }
      let count = TensorType(node.type.dtype, node.shape).storedCount
      return node.type.dtype.bytes(of: count) ?? 0
    }
    var reads = [[Int]](repeating: [], count: nodes.count)
    var dying = reads
    for (index, node) in nodes.enumerated() where runs[index] {
      for (number, operand) in node.operands.enumerated() {
        let home = homes[operand.index]
        if home == homes[index], node.op is Concat { continue }
        if !reads[index].contains(home) { reads[index].append(home) }
        let isFree = node.operands.enumerated().contains {
          homes[$1.index] == home && node.bitProgram?.operand($0) == nil
        }
        guard graph.shape(operand) == node.shape, bytes[home] == bytes[index], !isFree,
          node.bitProgram?.operand(number) != nil
        else { continue }
        dying[index].append(home)
      }
    }
    (self.homes, self.reads, self.dying) = (homes, reads, dying)
    inputs = Set(nodes.indices.filter { nodes[$0].op.leaf == .input })
    outputs = Set(graph.outputs.map { homes[$0.value.index] })
  }

  /// The most bytes alive at one time if the nodes run in an order.
  func peak(_ order: some Collection<Int>) -> Int {
    var births = [Int?](repeating: nil, count: homes.count)
    var ends = [Int](repeating: 0, count: homes.count)
    for input in inputs { births[input] = 0 }
    for (time, index) in order.enumerated() where runs[index] {
      births[homes[index]] = min(births[homes[index]] ?? time, time)
      ends[homes[index]] = max(ends[homes[index]], time)
      for home in reads[index] { ends[home] = max(ends[home], time) }
    }
    for output in outputs { ends[output] = order.count }
    var changes = [Int](repeating: 0, count: order.count + 2)
    for (home, birth) in births.enumerated() {
      guard let birth, bytes[home] > 0 else { continue }
      changes[birth] += bytes[home]
      changes[ends[home] + 1] -= bytes[home]
    }
    for (time, index) in order.enumerated()
    where births[index] == time && dying[index].contains(where: { ends[$0] == time }) {
      changes[time] -= bytes[index]
      changes[time + 1] += bytes[index]
    }
    var (alive, most) = (0, 0)
    for change in changes {
      alive += change
      most = max(most, alive)
    }
    return most
  }
}

extension Graph {
  /// For each value, the one in whose memory it lies: what a view sees, the concatenation that an operand
  /// is stored in, else itself.
  var homes: [Int] {
    let placement = ConcatPlacement(self)
    let parents = nodes.enumerated().map { index, node in
      if node.op.isView { return node.operands[0].index }
      return placement.target(of: Value(index))?.concat.index ?? index
    }
    return parents.indices.map { index in
      var home = index
      while parents[home] != home { home = parents[home] }
      return home
    }
  }
}
