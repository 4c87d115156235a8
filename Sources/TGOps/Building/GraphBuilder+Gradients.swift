package import TGIR
import TGPlan
import TGTensor

/// An op between what is differentiated and what towards that hands nothing back.
package struct GradientStop: Error, Hashable, Sendable {
  /// What stands before the scope of a node that computes a gradient.
  package static let mark = "∂ "
  /// The op's name; the functions, of a map.
  package var op: String
  /// Why.
  package var reason: String
  /// What to do about it.
  package var hint: String?
  /// Where the op stands.
  package var origin: Origin
}

/// Why gradients cannot be had.
package enum GradientFailure: Error, Sendable {
  /// Ops stand in the way: at least one, from the end back.
  case stopped([GradientStop])
  /// A node that its op refuses: a tensor too large, else a bug of a rule.
  case unfit(TypeRuleError)
  /// The graph would have more nodes than allowed.
  case tooLarge
}

extension GraphBuilder {
  /// The gradients of a value, of shape `[]` or `[N]`, towards others that it is made of: one of the
  /// shape of each, nil for one that the value does not depend on.
  ///
  /// Reverse accumulation (Linnainmaa 1970): from the value back, each op's rule (`Op.pullback`) turns
  /// the cotangent of its result into those of its operands; what flows into one value is added in a
  /// fixed order, from its last use to its first. Only what lies between is visited. The gradient of
  /// one number for each item is that of their sum: where items do not share what it is taken
  /// towards, each item's own. The result is made of ordinary ops and can be differentiated again.
  ///
  /// - Parameter maximumNodes: the most nodes that the graph may then have.
  /// - Returns: the gradients, and how many nodes the walk passed.
  /// - Throws: `GradientFailure`; nodes that were made by then stay.
  package mutating func gradients(
    of value: Value, towards leaves: [Value], maximumNodes: Int = .max
  ) throws(GradientFailure) -> (values: [Value?], passed: Int) {
    let outer = origin
    defer { origin = outer }
    var reversal = Reversal(graph, towards: leaves)
    do {
      try reversal.run(from: value, in: &self, maximumNodes: maximumNodes)
      guard reversal.stops.isEmpty else { throw GradientFailure.stopped(reversal.stops) }
      let values = try leaves.map { try reversal.cotangent(of: $0.index, in: &self) }
      return (values, reversal.passed)
    } catch let error as GradientFailure {
      throw error
    } catch let error as TypeRuleError {
      throw .unfit(error)
    } catch {
      throw .unfit(TypeRuleError("\(error)"))
    }
  }
}

/// The walk from a value back to what its gradients are taken towards.
private struct Reversal {
  /// The graph as it was before.
  let graph: Graph
  /// The ops that handed nothing back.
  private(set) var stops: [GradientStop] = []
  /// The nodes that the walk passed.
  private(set) var passed = 0
  /// For each node, whether a leaf is among what it is made of, itself included.
  private var depends: [Bool]
  /// For each node, what its uses handed back so far.
  private var contributions: [[Value]]

  init(_ graph: Graph, towards leaves: [Value]) {
    self.graph = graph
    depends = []
    contributions = [[Value]](repeating: [], count: graph.nodes.count)
    let indices = Set(leaves.map(\.index))
    for (index, node) in graph.nodes.enumerated() {
      depends.append(indices.contains(index) || node.operands.contains { depends[$0.index] })
    }
  }

  mutating func run(
    from value: Value, in builder: inout GraphBuilder, maximumNodes: Int
  ) throws {
    builder.origin = graph[value].origin.reversed
    let ones = HostTensor(graph.shape(value), repeating: 1)
    contributions[value.index] = [try builder.constant(ones)]
    for index in (0...value.index).reversed() where depends[index] {
      let node = graph.nodes[index]
      builder.origin = node.origin.reversed
      passed += 1
      guard let cotangent = try cotangent(of: index, in: &builder),
        node.operands.contains(where: { depends[$0.index] })
      else { continue }
      let parts = try parts(of: node, index, cotangent, in: &builder)
      for (operand, part) in zip(node.operands, parts) {
        guard let part else { continue }
        guard builder.shape(part) == graph.shape(operand) else {
          throw TypeRuleError(
            "a cotangent \(builder.shape(part)) of \(type(of: node.op).mnemonic) for a value "
              + "\(graph.shape(operand))")
        }
        contributions[operand.index].append(part)
      }
      guard builder.graph.nodes.count <= maximumNodes else { throw GradientFailure.tooLarge }
    }
  }

  /// What a node hands back to its operands: nothing if it stops the walk.
  private mutating func parts(
    of node: Node, _ index: Int, _ cotangent: Value, in builder: inout GraphBuilder
  ) throws -> [Value?] {
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
      let stop = GradientStop(
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
  mutating func cotangent(of index: Int, in builder: inout GraphBuilder) throws -> Value? {
    let parts = try builder.joined(contributions[index])
    guard var sum = parts.first else { return nil }
    for part in parts.dropFirst() { sum = try builder.add(sum, part) }
    contributions[index] = [sum]
    return sum
  }
}

extension Origin {
  /// The origin of what the gradient adds for a node.
  fileprivate var reversed: Origin { Origin(ranges: ranges, scope: GradientStop.mark + scope) }
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
      var taken = Dictionary(grouping: chosen, by: \.padded).mapValues(\.count)
      rest.removeAll { value in
        guard let count = taken[value], count > 0 else { return false }
        taken[value] = count - 1
        return true
      }
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
    var covered = 0
    func fill(to end: Int) throws {
      guard end > covered else { return }
      var extents = shape.dimensions
      extents[axis] = end - covered
      pieces.append(try broadcast(constant(0), to: extents))
    }
    for strip in strips {
      try fill(to: strip.start)
      pieces.append(strip.value)
      covered = strip.end
    }
    try fill(to: shape[axis])
    return try concat(pieces, axis: axis)
  }
}
