import TGIR
import TGOps
import TGPlan
import TGTensor

/// Cuts the graph of an objective into functions, one for each stage.
///
/// A node belongs to the latest stage among its inputs; nodes without inputs belong to every stage.
/// Where a stage reads a value of an earlier one, the value becomes a result of the earlier function
/// and an input of the later one. Thus what a round does not change is computed once, before the
/// loop. Moves (reshape, transpose, broadcast) are done again instead, and so are cheap functions of
/// little that make much of it (a map of noise times a strength for each channel): what is handed
/// over is small. Pictures are handed over channels-last, as the ops that use them see them.
struct StageCut {
  /// A function cut out: its graph, and its inputs in the order in which nodes need them.
  struct Piece {
    var graph: Graph
    var inputs: [GraphInterface]
  }

  private let graph: Graph
  private let batch: Int
  private let parts: ObjectiveParts
  /// The stage of each node; -1 for what depends on no input.
  private var stage: [Int] = []
  /// The names of values handed over, by node.
  private var names: [Int: String] = [:]
  /// What each stage puts out for later ones.
  private(set) var handedOver: [Int: [GraphOutput]] = [:]

  init(_ graph: Graph, batch: Int, parts: ObjectiveParts) {
    self.graph = graph
    self.batch = batch
    self.parts = parts
    for node in graph.nodes {
      if let input = node.op as? Input {
        stage.append(parts.stages[input.name] ?? 0)
      } else {
        stage.append(node.operands.map { stage[$0.index] }.max() ?? -1)
      }
    }
  }

  /// True if the value is computed in the function of a stage rather than taken from an earlier one.
  private func isOwn(_ index: Int, _ stage: Int) -> Bool {
    if self.stage[index] == stage || self.stage[index] < 0 { return true }
    switch graph.nodes[index].op {
    case is Broadcast, is Reshape, is Transpose: return true
    case is Input: return false
    case let map as Map where map.program.isCheap && expands(index): return true
    default: return graph.nodes[index].shape.dimensions.first != batch
    }
  }

  /// Whether a value is more than twice as much as what it is made of.
  private func expands(_ index: Int) -> Bool {
    let node = graph.nodes[index]
    return node.operands.reduce(0) { $0 + graph.shape($1).count } * 2 < node.shape.count
  }

  /// Cuts out the function of a stage. Later stages must have been cut before.
  mutating func piece(of stage: Int, name: String, outputs: [GraphOutput]) throws -> Piece {
    var needed = [Bool](repeating: false, count: graph.nodes.count)
    for output in outputs + (handedOver[stage] ?? []) { needed[output.value.index] = true }
    for index in graph.nodes.indices.reversed() where needed[index] && isOwn(index, stage) {
      for operand in graph.nodes[index].operands { needed[operand.index] = true }
    }
    var result = Piece(graph: Graph(name: name), inputs: [])
    var values = [Value?](repeating: nil, count: graph.nodes.count)
    for index in graph.nodes.indices where needed[index] {
      let node = graph.nodes[index]
      var op = node.op
      if !isOwn(index, stage) {
        let name = handOver(index)
        let isPicture = node.shape.rank == Transpose.toChannelsLast.permutation.count
        let shape =
          isPicture ? node.shape.permuted(Transpose.toChannelsLast.permutation) : node.shape
        result.inputs.append(GraphInterface(name: name, kind: .tensor, shape: shape))
        let value = try result.graph.insert(
          Input(name: name, shape: shape), [], origin: node.origin)
        values[index] =
          isPicture
          ? try result.graph.insert(Transpose.toChannelsFirst, [value], origin: node.origin) : value
        continue
      }
      if let input = op as? Input, let interface = parts.interfaces[input.name] {
        op = Input(name: interface.name, shape: input.shape)
        result.inputs.append(interface)
      }
      values[index] = try result.graph.insert(
        op, node.operands.compactMap { values[$0.index] }, origin: node.origin)
    }
    for output in outputs {
      guard let value = values[output.value.index] else { continue }
      result.graph.outputs.append(GraphOutput(name: output.name, value: value))
    }
    for output in handedOver[stage] ?? [] {
      guard var value = values[output.value.index] else { continue }
      if result.graph.shape(value).rank == Transpose.toChannelsLast.permutation.count {
        value = try result.graph.insert(
          Transpose.toChannelsLast, [value], origin: result.graph[value].origin)
      }
      result.graph.outputs.append(GraphOutput(name: output.name, value: value))
    }
    return result
  }

  /// The name under which a value goes from its stage to later ones.
  private mutating func handOver(_ index: Int) -> String {
    if let name = names[index] { return name }
    let name = "kept.v\(names.count)"
    names[index] = name
    handedOver[stage[index], default: []].append(GraphOutput(name: name, value: Value(index)))
    return name
  }
}

extension Elaboration {
  /// The functions of an objective whose body has been elaborated; the builder's outputs are its
  /// results.
  func objectiveFunctions(
    _ declaration: FunctionDeclaration, _ inputs: [GraphInterface], _ results: [GraphInterface]
  ) throws -> GraphObjective {
    let name = declaration.name.name
    guard diagnostics.isEmpty else { throw ElaborationFailure.known }
    guard !objective.loops.isEmpty else {
      throw failure(
        "minimize", "`\(name)` minimises nothing", at: declaration.name.range,
        hint: "repeat 100 { minimize … over … using adam(rate: 0.01) }")
    }
    var form = PlanObjective(name: name, finish: "\(name).finish")
    form.documentation = declaration.documentation
    var cut = StageCut(builder.graph, batch: batch, parts: objective)
    var functions = [
      try function(
        &cut, stage: 3 * objective.loops.count, form.finish, .finish, builder.graph.outputs,
        results: results)
    ]
    for (index, parts) in objective.loops.enumerated().reversed() {
      var loop = parts.form
      let number = index == 0 ? "" : "\(index + 1)"
      if !parts.projected.isEmpty {
        let project = "\(name).project\(number)"
        loop.project = project
        functions.append(
          try function(&cut, stage: 3 * index + 2, project, .project, parts.projected))
      }
      loop.step = "\(name).step\(number)"
      var step = try function(&cut, stage: 3 * index + 1, loop.step, .gradient, parts.values)
      step.leaves = loop.variables
      for variable in loop.variables {
        guard let item = step.inputs.first(where: { $0.name == variable }) else {
          throw failure(
            "minimize", "`\(variable)` does not change what is minimised",
            at: declaration.name.range)
        }
        step.outputs.append(
          GraphInterface(name: "gradient.\(variable)", kind: .tensor, shape: item.shape))
      }
      functions.append(step)
      loop.start = "\(name).start\(number)"
      var start = try function(&cut, stage: 3 * index, loop.start, .prepare, parts.starts)
      if index == 0 { start.inputs = inputs + objective.samples }
      functions.append(start)
      form.loops.insert(loop, at: 0)
    }
    functions.reverse()
    for index in functions.indices { functions[index].range = declaration.name.range }
    return GraphObjective(form: form, functions: functions)
  }

  private func function(
    _ cut: inout StageCut, stage: Int, _ name: String, _ role: PlanFunction.Role,
    _ outputs: [GraphOutput], results: [GraphInterface] = []
  ) throws -> GraphFunction {
    let piece = try cut.piece(of: stage, name: name, outputs: outputs)
    let known = Set(results.map(\.name))
    let others = piece.graph.outputs.filter { !known.contains($0.name) }.map { output in
      GraphInterface(
        name: output.name, kind: .tensor, shape: piece.graph.shape(output.value))
    }
    return GraphFunction(
      graph: piece.graph, batch: batch, role: role, inputs: piece.inputs, outputs: results + others)
  }
}
