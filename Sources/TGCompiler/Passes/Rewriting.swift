import TGIR
import TGOps
import TGTensor

/// A bug of the compiler: a rewrite made a node that its op refuses.
package struct RewriteError: Error, Hashable, Sendable {
  /// The pass and what it tried.
  package var message: String

  /// Makes an error.
  package init(_ message: String) { self.message = message }
}

extension Graph {
  /// The graph made again node by node, in order; equal nodes are made once, and of what was made
  /// only what an output needs is left.
  ///
  /// `replacement` sees each node with its operands already in the new graph and returns the value
  /// that stands for it, or nil to keep the node. It may insert what it needs before.
  func rewritten(
    _ replacement: (_ node: Node, _ old: Value, _ builder: inout GraphBuilder) throws -> Value?
  ) throws -> Graph {
    var builder = GraphBuilder(name: name)
    var values: [Value] = []
    values.reserveCapacity(nodes.count)
    for (index, node) in nodes.enumerated() {
      var moved = node
      moved.operands = node.operands.map { values[$0.index] }
      builder.origin = node.origin
      if let value = try replacement(moved, Value(index), &builder) {
        values.append(value)
      } else {
        values.append(try builder.insert(moved.op, moved.operands))
      }
    }
    for output in outputs { builder.output(output.moved(to: values[output.value.index])) }
    return builder.graph.swept
  }
}

extension GraphBuilder {
  /// The constant behind a value, if it is one.
  func constant(of value: Value) -> Constant? { self[value].op as? Constant }

  /// A transposition with what is already known about `x`: two in a row become one, one that moves
  /// only axes of extent 1 becomes a reshape, and constants are reordered at once.
  mutating func transposed(_ x: Value, _ permutation: [Int]) throws(TypeRuleError) -> Value {
    if permutation == Array(0..<permutation.count) { return x }
    let node = self[x]
    if let inner = node.op as? Transpose {
      return try transposed(node.operands[0], permutation.map { inner.permutation[$0] })
    }
    if let constant = node.op as? Constant {
      let shape = node.shape.permuted(permutation)
      return try self.constant([constant.weight].folded(by: Transpose(permutation), shape: shape))
    }
    let moving = permutation.filter { node.shape[$0] != 1 }
    if moving == moving.sorted() {
      return try reshape(x, node.shape.permuted(permutation).dimensions)
    }
    return try insert(Transpose(permutation), [x])
  }

  /// `x` with leading axes of extent 1 up to a rank.
  mutating func padded(_ x: Value, toRank rank: Int) throws(TypeRuleError) -> Value {
    let extents = shape(x).dimensions
    guard extents.count < rank else { return x }
    let target = [Int](repeating: 1, count: rank - extents.count) + extents
    if let constant = constant(of: x) {
      let shape = Shape(target)
      return try self.constant([constant.weight].folded(by: Reshape(shape), shape: shape))
    }
    return try reshape(x, target)
  }
}

/// The order that undoes a permutation.
func inverse(_ permutation: [Int]) -> [Int] {
  var result = permutation
  for (position, axis) in permutation.enumerated() { result[axis] = position }
  return result
}
