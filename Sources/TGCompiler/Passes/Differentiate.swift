package import TGIR
import TGOps
import TGPlan
package import TGTensor

/// What an objective is differentiated towards.
package enum Leaf: Hashable, Sendable {
  /// An input of the graph.
  case input(String)
  /// A tensor of a checkpoint.
  case parameter(root: String, name: String)

  /// What the gradient's output is called after: an input's name; `ROOT/NAME` of a parameter, so
  /// `/NAME` of one of the model's own file.
  package var label: String {
    switch self {
    case .input(let name): name
    case .parameter(let root, let name): "\(root)/\(name)"
    }
  }

  /// Whether a node is this leaf.
  fileprivate func isMade(by op: any Op) -> Bool {
    switch self {
    case .input(let name): (op as? Input)?.name == name
    case .parameter(let root, let name):
      (op as? Parameter).map { $0.root == root && $0.name == name } ?? false
    }
  }
}

/// Why a gradient cannot be had: everything that stands in its way.
package struct DifferentiationFailure: Error, Hashable, Sendable {
  /// What was found, from the objective back to the leaves; at least one.
  package var errors: [DifferentiationError]

  /// Makes a failure of what was found.
  package init(errors: [DifferentiationError]) { self.errors = errors }
}

/// One reason why a gradient cannot be had.
package enum DifferentiationError: Hashable, Sendable {
  /// An op between a leaf and the objective hands nothing back: its name (the functions, of a map),
  /// why, what to do about it, and where it stands.
  case notDifferentiable(op: String, reason: String, hint: String?, origin: Origin)
  /// The objective does not depend on the leaf, or only through `detach` and conditions.
  case unreached(Leaf)
  /// The graph has no output of that name with the shape `[N]` or `[]`; what it has instead, if
  /// anything.
  case notAnObjective(String, found: Shape?)
}

/// Adds the gradients of an objective: for each leaf an output `gradient.LABEL` of the leaf's shape.
///
/// Reverse accumulation (Linnainmaa 1970): from the objective back to the leaves, each op's rule
/// (`Op.pullback`) turns the cotangent of its result into those of its operands; what flows into one
/// value is added in a fixed order, from its last use to its first. Only what lies between a leaf
/// and the objective is visited. The objective is one number, or one for each item: then the
/// gradient is that of their sum, for an input that items do not share each item's own. The result
/// is made of ordinary ops and can be differentiated again.
///
/// Runs before any optimisation. Effect on numbers: the outputs that were there stay as they are.
package struct Differentiate: Pass {
  package static let name = "Differentiate"
  /// What stands before the scope of a node that computes a gradient.
  package static let mark = "∂ "
  /// The output that is differentiated, of shape `[N]` or `[]`.
  package var objective: String
  /// Towards what.
  package var leaves: [Leaf]
  /// What stands before the point in the names of the outputs.
  package var prefix: String

  /// Makes a differentiation. A second one of the same leaves needs another prefix.
  package init(objective: String, towards leaves: [Leaf], prefix: String = "gradient") {
    self.objective = objective
    self.leaves = leaves
    self.prefix = prefix
  }

  /// The graph with the gradients.
  ///
  /// - Throws: `DifferentiationFailure`; `TypeRuleError` or `RewriteError`, bugs of a rule.
  package func run(_ graph: Graph) throws -> Graph {
    let graph = try graph.rewritten { _, _, _ in nil }
    guard let output = graph.outputs.first(where: { $0.name == objective }),
      graph.shape(output.value).rank <= 1
    else {
      throw DifferentiationFailure(errors: [
        .notAnObjective(
          objective,
          found: graph.outputs.first { $0.name == objective }.map { graph.shape($0.value) })
      ])
    }
    let places = leaves.map { leaf in graph.nodes.firstIndex { leaf.isMade(by: $0.op) } }
    var reversal = Reversal(graph, towards: places.compactMap(\.self))
    try reversal.run(from: output.value)
    var unreached: [DifferentiationError] = []
    for (leaf, place) in zip(leaves, places) {
      if let place, let gradient = try reversal.cotangent(of: place) {
        reversal.builder.output("\(prefix).\(leaf.label)", gradient)
      } else {
        unreached.append(.unreached(leaf))
      }
    }
    // Where the walk was stopped, a leaf may have been reached but for that.
    let errors = reversal.stops.isEmpty ? unreached : reversal.stops
    guard errors.isEmpty else { throw DifferentiationFailure(errors: errors) }
    return reversal.builder.graph
  }
}

/// The walk from an objective back to the leaves.
private struct Reversal {
  let graph: Graph
  var builder: GraphBuilder
  /// The ops that handed nothing back.
  private(set) var stops: [DifferentiationError] = []
  /// For each node, whether a leaf is among what it is made of.
  private var depends: [Bool]
  /// For each node, what its uses handed back so far.
  private var contributions: [[Value]]

  init(_ graph: Graph, towards places: [Int]) {
    self.graph = graph
    builder = GraphBuilder(extending: graph)
    depends = []
    contributions = [[Value]](repeating: [], count: graph.nodes.count)
    let leaves = Set(places)
    for (index, node) in graph.nodes.enumerated() {
      depends.append(leaves.contains(index) || node.operands.contains { depends[$0.index] })
    }
  }

  mutating func run(from objective: Value) throws {
    builder.origin = graph[objective].origin.reversed
    let ones = HostTensor(graph.shape(objective), repeating: 1)
    contributions[objective.index] = [try builder.constant(ones)]
    for index in (0...objective.index).reversed() where depends[index] {
      let node = graph.nodes[index]
      builder.origin = node.origin.reversed
      guard let cotangent = try cotangent(of: index), !node.operands.isEmpty else { continue }
      for (operand, part) in zip(node.operands, try parts(of: node, index, cotangent)) {
        guard let part else { continue }
        guard builder.shape(part) == graph.shape(operand) else {
          throw RewriteError(
            "a cotangent \(builder.shape(part)) of \(type(of: node.op).mnemonic) for a value "
              + "\(graph.shape(operand))")
        }
        contributions[operand.index].append(part)
      }
    }
  }

  /// What a node hands back to its operands: nothing if it stops the walk.
  private mutating func parts(of node: Node, _ index: Int, _ cotangent: Value) throws -> [Value?] {
    do {
      return try node.op.pullback(
        cotangent, of: node.operands, result: Value(index),
        towards: node.operands.map { depends[$0.index] }, in: &builder)
    } catch {
      let (reason, hint) =
        switch error {
        case .notDifferentiable(let reason, let hint): (reason, hint)
        case .unfit(let error): (error.message, error.hint)
        }
      let stop = DifferentiationError.notDifferentiable(
        op: name(of: node.op), reason: reason, hint: hint, origin: node.origin)
      if !stops.contains(stop) { stops.append(stop) }
      return []
    }
  }

  private func name(of op: any Op) -> String {
    guard let map = op as? Map else { return type(of: op).mnemonic }
    return map.program.steps.map(\.function.mnemonic).joined(separator: ", ")
  }

  /// The sum of what was handed back to a node; nil if nothing was.
  mutating func cotangent(of index: Int) throws -> Value? {
    let parts = try builder.joined(contributions[index])
    guard var sum = parts.first else { return nil }
    for part in parts.dropFirst() { sum = try builder.add(sum, part) }
    contributions[index] = [sum]
    return sum
  }
}

extension Origin {
  /// The origin of what the gradient adds for a node.
  fileprivate var reversed: Origin { Origin(ranges: ranges, scope: Differentiate.mark + scope) }
}

extension GraphBuilder {
  /// Values of one shape that add up to the same, fewer: those that are a part with zeros before and
  /// after along one axis, as slices hand them back, are laid side by side where they do not
  /// overlap.
  fileprivate mutating func joined(_ values: [Value]) throws -> [Value] {
    guard values.count > 1 else { return values }
    var rest = values
    for axis in 0..<shape(values[0]).rank {
      let strips = rest.compactMap { strip($0, axis) }.sorted {
        ($0.start, $0.count, $0.value) < ($1.start, $1.count, $1.value)
      }
      var chosen: [Strip] = []
      for strip in strips where strip.start >= chosen.last?.end ?? 0 { chosen.append(strip) }
      guard chosen.count > 1 else { continue }
      for strip in chosen { rest.remove(at: rest.firstIndex(of: strip.padded) ?? 0) }
      rest.append(try laid(chosen, along: axis, of: shape(values[0])))
    }
    return rest
  }

  /// A value that is zero but for a range of one axis.
  private struct Strip {
    let padded: Value
    let value: Value
    let start: Int
    let count: Int
    var end: Int { start + count }
  }

  private func strip(_ value: Value, _ axis: Int) -> Strip? {
    guard let pad = self[value].op as? Pad, pad.value == 0,
      pad.before.indices.allSatisfy({ $0 == axis || (pad.before[$0] == 0 && pad.after[$0] == 0) })
    else { return nil }
    let inner = self[value].operands[0]
    return Strip(padded: value, value: inner, start: pad.before[axis], count: shape(inner)[axis])
  }

  private mutating func laid(_ strips: [Strip], along axis: Int, of shape: Shape) throws -> Value {
    var pieces: [Value] = []
    var place = 0
    func fill(to end: Int) throws {
      guard end > place else { return }
      var extents = shape.dimensions
      extents[axis] = end - place
      pieces.append(try broadcast(constant(0), to: extents))
    }
    for strip in strips {
      try fill(to: strip.start)
      pieces.append(strip.value)
      place = strip.end
    }
    try fill(to: shape[axis])
    return try concat(pieces, axis: axis)
  }
}
