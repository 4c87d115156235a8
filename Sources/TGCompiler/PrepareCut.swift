import TGIR
import TGOps
import TGPlan
import TGTensor

/// Cuts what depends on no input, but is more than the compiler computes itself, out of a function:
/// it becomes a function that is run once (`PlanFunction.prepare`).
///
/// What is handed over are the last such values, or what moves and repetitions of them are made of:
/// moves are done again instead.
struct PrepareCut {
  /// The function without that part; the values are inputs called as in `values`.
  private(set) var rest: Graph
  /// The part; its outputs are the values.
  private(set) var prepared: Graph
  /// The values handed over, in order.
  private(set) var values: [GraphInterface] = []

  /// Cuts a graph whose parameters are bound; nil if there is nothing to cut out.
  init?(_ graph: Graph) throws {
    let isLater = FoldConstants.postponed(graph)
    guard zip(isLater, graph.live).contains(where: { $0 && $1 }) else { return nil }
    rest = Graph(name: graph.name)
    prepared = Graph(name: "")
    var needed = [Bool](repeating: false, count: graph.nodes.count)
    for output in graph.outputs { needed[output.value.index] = true }
    let isHandedOver = { (index: Int) in isLater[index] && !graph.nodes[index].op.isView }
    for index in graph.nodes.indices.reversed() where needed[index] && !isHandedOver(index) {
      for operand in graph.nodes[index].operands { needed[operand.index] = true }
    }
    var names: [(value: Value, name: String)] = []
    var moved = [Value?](repeating: nil, count: graph.nodes.count)
    for (index, node) in graph.nodes.enumerated() where needed[index] {
      var (op, operands): (any Op, [Value]) = (
        node.op, node.operands.compactMap { moved[$0.index] }
      )
      if isHandedOver(index) {
        let name = "v\(names.count)"
        names.append((Value(index), name))
        values.append(GraphInterface(name: name, kind: .tensor, shape: node.shape))
        (op, operands) = (
          Input(name: Self.inputName(name), shape: node.shape, dtype: node.type.dtype), []
        )
      }
      moved[index] = try rest.insert(op, operands, origin: node.origin)
    }
    for output in graph.outputs {
      guard let value = moved[output.value.index] else { continue }
      rest.outputs.append(output.moved(to: value))
    }
    try cutOut(names, of: graph)
  }

  /// The part as a function, called after the one that it was cut out of.
  ///
  /// - Parameter others: what was cut out before. Another batch size of the owner has a part of its own
  ///   where it computes something else, such as for each item of the batch.
  func function(of owner: GraphFunction, beside others: [GraphFunction]) -> GraphFunction {
    var graph = prepared
    graph.name = owner.graph.name + ".prepare"
    if others.contains(where: { $0.graph.name == graph.name }) { graph.name += "\(owner.batch)" }
    return GraphFunction(
      graph: graph, batch: 1, role: .prepare, inputs: [], outputs: values, range: owner.range)
  }

  /// The name of the input that stands for a value: none that the language can give.
  static func inputName(_ value: String) -> String { "prepared \(value)" }

  private mutating func cutOut(_ names: [(value: Value, name: String)], of graph: Graph) throws {
    var needed = [Bool](repeating: false, count: graph.nodes.count)
    for (value, _) in names { needed[value.index] = true }
    for index in graph.nodes.indices.reversed() where needed[index] {
      for operand in graph.nodes[index].operands { needed[operand.index] = true }
    }
    var moved = [Value?](repeating: nil, count: graph.nodes.count)
    for (index, node) in graph.nodes.enumerated() where needed[index] {
      moved[index] = try prepared.insert(
        node.op, node.operands.compactMap { moved[$0.index] }, origin: node.origin)
    }
    for (value, name) in names {
      guard let value = moved[value.index] else { continue }
      prepared.outputs.append(GraphOutput(name: name, value: value))
    }
  }
}

extension Graph {
  /// Whether it computes the same, whatever its name: several functions and batch sizes then share
  /// one part.
  func isEqual(to other: Graph) -> Bool { nodes == other.nodes && outputs == other.outputs }
}
