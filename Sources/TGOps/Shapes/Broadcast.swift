package import TGIR
package import TGTensor

/// Repetition along axes of extent 1 (and new leading axes).
///
/// - Operands: `x`. Result: `shape`.
/// - Gradient: summed over the repeated axes.
/// - C1: `x` broadcasts to `shape`.
package struct Broadcast: Op {
  package static let mnemonic = "broadcast"
  package static let samples = [
    OpSample(Broadcast([2, 3, 4]), [[3, 1]]), OpSample(Broadcast([2, 3]), [[2, 3]]),
  ]
  /// The extents of the result.
  package var shape: Shape

  /// Makes a broadcast.
  package init(_ shape: Shape) { self.shape = shape }

  package var isView: Bool { true }

  package var attributes: [Attribute] { [Attribute("shape", .ints(shape.dimensions))] }

  package init(attributes: AttributeReader) throws(AttributeError) {
    self.init(try attributes.shape("shape"))
  }

  package func resultShape(for operands: [Shape]) throws(TypeRuleError) -> Shape {
    try operands.expect(1)
    guard operands[0].broadcast(with: shape) == shape else {  // broadcast_c1
      throw TypeRuleError("\(operands[0]) does not broadcast to \(shape)", id: "shape-mismatch")
    }
    return shape
  }

  package func reference(_ operands: [ReferenceTensor]) -> ReferenceTensor {
    operands[0].broadcast(to: shape)
  }

  package func lower(into context: inout some LoweringContext) throws(LoweringError) {
    context.alias(context.view(0).broadcast(to: shape))
  }

  package func transposed(_ permutation: [Int], operands: [Shape], result: Shape) -> TransposedOp? {
    TransposedOp(Broadcast(shape.permuted(permutation)), [permutation])
  }

  package func pullback(
    _ cotangent: Value, of operands: [Value], result: Value, towards wanted: [Bool],
    in graph: inout GraphBuilder
  ) throws(PullbackError) -> [Value?] {
    try rule { [try graph.sum(cotangent, to: graph.shape(operands[0]))] }
  }
}
