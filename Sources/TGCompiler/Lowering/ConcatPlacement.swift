import TGIR
import TGOps
import TGTensor

/// Which values are stored right where a concatenation wants them: concatenation in place.
///
/// A value qualifies if its op writes its result (moves, inputs and constants do not), it is an
/// operand of exactly one concatenation and appears there once. It may have other uses: they read
/// the slice. What does not qualify is copied by the concatenation itself.
struct ConcatPlacement: Sendable {
  /// A range inside a concatenation.
  struct Target: Hashable, Sendable {
    /// The concatenation.
    var concat: Value
    /// Its axis.
    var axis: Int
    /// The first position along the axis.
    var start: Int
  }

  private var targets: [Value: Target] = [:]

  /// Finds all targets of a graph.
  init(_ graph: Graph) {
    var claims: [Value: Int] = [:]
    for (index, node) in graph.nodes.enumerated() {
      guard let concat = node.op as? Concat else { continue }
      var start = 0
      for operand in node.operands {
        claims[operand, default: 0] += 1
        let op = graph[operand].op
        if !op.isView, op.leaf == nil {
          targets[operand] = Target(concat: Value(index), axis: concat.axis, start: start)
        }
        start += graph.shape(operand)[concat.axis]
      }
    }
    targets = targets.filter { claims[$0.key] == 1 }
  }

  /// The target of a value, if it is stored inside a concatenation.
  func target(of value: Value) -> Target? { targets[value] }
}
