package import TGIR
package import TGTensor

/// The axes in another order: axis `i` of the result is axis `permutation[i]` of `x`.
///
/// - Operands: `x`. Result: the permuted extents.
/// - Gradient: transposed back.
/// - C1: `permutation` names each axis once.
package struct Transpose: Op {
  package static let mnemonic = "transpose"
  package static let samples = [
    OpSample(Transpose([0, 2, 3, 1]), [[2, 3, 4, 5]]), OpSample(Transpose([1, 0]), [[3, 7]]),
  ]
  /// The order.
  package var permutation: [Int]

  /// Makes a transposition.
  package init(_ permutation: [Int]) { self.permutation = permutation }

  /// From `[N, C, H, W]` to `[N, H, W, C]`.
  package static let toChannelsLast = Transpose([0, 2, 3, 1])
  /// From `[N, H, W, C]` to `[N, C, H, W]`.
  package static let toChannelsFirst = Transpose([0, 3, 1, 2])

  package var isView: Bool { true }

  package var attributes: [Attribute] { [Attribute("permutation", .ints(permutation))] }

  package init(attributes: AttributeReader) throws(AttributeError) {
    self.init(try attributes.ints("permutation"))
  }

  package func resultShape(for operands: [Shape]) throws(TypeRuleError) -> Shape {
    try operands.expect(1)
    guard permutation.sorted() == Array(0..<operands[0].rank) else {  // transpose_c1
      throw TypeRuleError("\(permutation) is no order of the axes of \(operands[0])", id: "axis")
    }
    return operands[0].permuted(permutation)
  }

  package func isBatched(_ operands: [Bool], shapes: [Shape], result: Shape) -> Bool {
    operands[0] && permutation[0] == 0
  }

  package func reference(_ operands: [ReferenceTensor]) -> ReferenceTensor {
    operands[0].transposed(permutation)
  }

  package func lower(into context: inout some LoweringContext) throws(LoweringError) {
    context.alias(context.view(0).permuted(permutation))
  }

  package func pullback(
    _ cotangent: Value, of operands: [Value], result: Value, towards wanted: [Bool],
    in graph: inout GraphBuilder
  ) throws(PullbackError) -> [Value?] {
    try rule {
      var back = permutation
      for (index, axis) in permutation.enumerated() { back[axis] = index }
      return [try graph.transpose(cotangent, back)]
    }
  }
}
