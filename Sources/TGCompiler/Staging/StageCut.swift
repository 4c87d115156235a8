package import TGIR
import TGOps
import TGPlan
import TGTensor

/// `g → g₀, g₁, …`, one graph for each stage, such that running g₀, g₁, … in the order of time over a
/// store of named tensors gives every output of g.
///
/// A node belongs to the latest stage among its inputs; one that depends on no input is `constant`
/// and computed wherever it is needed. Where a stage reads a value of an earlier one, the value
/// becomes an output of the earlier graph, of the role `kept`, and an input of the later one. So what
/// a round does not change is computed once, before the loop.
///
/// What is handed over is small: moves (reshape, transpose, broadcast) are done again instead, and so
/// are cheap functions of little that make much of it (a map of noise times a strength for each
/// channel). A value whose rows are not the items' (`Graph.batched`) is computed again too, since
/// the store keeps rows of items. It lies as its readers want it (`ReadingOrder`).
///
/// Effect on numbers: none; a value that is handed over in another layout may be summed in another
/// order by `SinkTransposes`.
package struct StageCut {
  /// What is computed at one stage.
  package struct Piece: Sendable {
    /// The stage.
    package var stage: GraphStage
    /// What is computed: an ordinary function, whose inputs and outputs are all `given`. Inputs
    /// stand in the order in which nodes need them.
    package var graph: Graph
    /// The names of the inputs that an earlier piece hands over.
    package var kept: Set<String> = []
  }

  /// A value on its way from its stage to later ones.
  private struct HandOver {
    var name: String
    var value: Value
    var isChannelsLast: Bool
  }

  private let graph: Graph
  private let stages: [GraphStage]
  private let repeats: [Bool]
  private let reading: ReadingOrder
  /// What later stages asked for, in the order in which they did.
  private var handedOver: [HandOver] = []
  private var numbers: [Value: Int] = [:]

  private init(_ graph: Graph) {
    self.graph = graph
    stages = graph.stages
    repeats = graph.repeats
    reading = ReadingOrder(graph, stages: stages, repeats: repeats)
  }

  /// Cuts a graph. The pieces stand in the order of time; each has at least one output.
  ///
  /// - Throws: `TypeRuleError`, a bug.
  package static func cut(_ graph: Graph) throws -> [Piece] {
    var cut = StageCut(graph)
    var open = Set(graph.outputs.map(\.stage))
    var pieces: [Piece] = []
    // Later stages first: they say what earlier ones hand over.
    while let stage = open.max() {
      open.remove(stage)
      pieces.append(try cut.piece(of: stage))
      open.formUnion(cut.handedOver.map { cut.stages[$0.value.index] }.filter { $0 < stage })
    }
    return pieces.reversed()
  }

  /// Cuts out what is computed at a stage. Later stages must have been cut before.
  private mutating func piece(of stage: GraphStage) throws -> Piece {
    let results = graph.outputs.filter { $0.stage == stage }
    let handed = handedOver.filter { stages[$0.value.index] == stage }
    let needed = needed(for: results.map(\.value) + handed.map(\.value), at: stage)
    var piece = Piece(stage: stage, graph: Graph(name: "\(graph.name) \(stage)"))
    var values = [Value?](repeating: nil, count: graph.nodes.count)
    for index in graph.nodes.indices where needed[index] {
      let node = graph.nodes[index]
      guard isOwn(index, stage) else {
        values[index] = try taken(Value(index), into: &piece)
        continue
      }
      let input = (node.op as? Input).map { Input(name: $0.name, shape: $0.shape, dtype: $0.dtype) }
      values[index] = try piece.graph.insert(
        input ?? node.op, node.operands.compactMap { values[$0.index] }, origin: node.origin)
    }
    for output in results {
      guard let value = values[output.value.index] else { continue }
      piece.graph.outputs.append(GraphOutput(name: output.name, value: value, role: output.role))
    }
    for item in handed {
      guard var value = values[item.value.index] else { continue }
      if item.isChannelsLast {
        value = try piece.graph.insert(
          Transpose.toChannelsLast, [value], origin: piece.graph[value].origin)
      }
      piece.graph.outputs.append(GraphOutput(name: item.name, value: value, role: .kept))
    }
    return piece
  }

  /// For each node, whether the piece of a stage needs it in order to put values out.
  private func needed(for values: [Value], at stage: GraphStage) -> [Bool] {
    var needed = [Bool](repeating: false, count: graph.nodes.count)
    for value in values { needed[value.index] = true }
    for index in graph.nodes.indices.reversed() where needed[index] && isOwn(index, stage) {
      for operand in graph.nodes[index].operands { needed[operand.index] = true }
    }
    return needed
  }

  /// True if a node is computed in the piece of a stage rather than taken from an earlier one.
  private func isOwn(_ index: Int, _ stage: GraphStage) -> Bool {
    stages[index] == stage || stages[index] == .constant || repeats[index]
  }

  /// Adds the input by which a piece takes a value of an earlier stage.
  private mutating func taken(_ value: Value, into piece: inout Piece) throws -> Value {
    let item = handOver(value)
    let shape = graph.shape(value)
    let order = Transpose.toChannelsLast.permutation
    let origin = graph[value].origin
    piece.kept.insert(item.name)
    let input = try piece.graph.insert(
      Input(
        name: item.name, shape: item.isChannelsLast ? shape.permuted(order) : shape,
        dtype: graph.type(value).dtype), [], origin: origin)
    guard item.isChannelsLast else { return input }
    return try piece.graph.insert(Transpose.toChannelsFirst, [input], origin: origin)
  }

  /// Asks the stage of a value to put it out, once.
  private mutating func handOver(_ value: Value) -> HandOver {
    if let number = numbers[value] { return handedOver[number] }
    let item = HandOver(
      name: "kept.v\(handedOver.count)", value: value,
      isChannelsLast: reading.order(of: value) == Transpose.toChannelsLast.permutation)
    numbers[value] = handedOver.count
    handedOver.append(item)
    return item
  }
}

extension Graph {
  /// For each value, the latest stage among the inputs that it depends on.
  package var stages: [GraphStage] {
    var stages: [GraphStage] = []
    stages.reserveCapacity(nodes.count)
    for node in nodes {
      let own = (node.op as? Input)?.stage
      stages.append(own ?? node.operands.map { stages[$0.index] }.max() ?? .constant)
    }
    return stages
  }

  /// For each value, whether later stages compute it again rather than take it.
  fileprivate var repeats: [Bool] {
    let batched = batched
    return nodes.enumerated().map { index, node in
      switch node.op {
      case is Input: false
      case is Broadcast, is Reshape, is Transpose: true
      case let map as Map where map.program.isCheap && expands(node): true
      default: !batched[index]
      }
    }
  }

  /// Whether a value is more than twice as much as what it is made of.
  private func expands(_ node: Node) -> Bool {
    node.operands.reduce(0) { $0 + shape($1).count } * 2 < node.shape.count
  }
}
