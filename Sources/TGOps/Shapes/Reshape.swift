package import TGIR
package import TGTensor

/// The same elements, in row-major order, under other extents.
///
/// - Operands: `x`. Result: `shape`.
/// - Gradient: reshaped back.
/// - C1: the counts are equal.
package struct Reshape: Op {
  package static let mnemonic = "reshape"
  package static let samples = [
    OpSample(Reshape([6, 4]), [[2, 3, 4]]), OpSample(Reshape([1, 2, 12, 1]), [[2, 3, 4]]),
  ]
  /// The new extents.
  package var shape: Shape

  /// Makes a reshape.
  package init(_ shape: Shape) { self.shape = shape }

  package var isView: Bool { true }

  package var attributes: [Attribute] { [Attribute("shape", .ints(shape.dimensions))] }

  package init(attributes: AttributeReader) throws(AttributeError) {
    self.init(try attributes.shape("shape"))
  }

  package func resultShape(for operands: [Shape]) throws(TypeRuleError) -> Shape {
    try operands.expect(1)
    guard operands[0].count == shape.count else {  // reshape_c1
      throw TypeRuleError(
        "\(operands[0].count) elements of \(operands[0]) do not fill \(shape), which has "
          + "\(shape.count)", id: "reshape")
    }
    return shape
  }

  package func isBatched(_ operands: [Bool], shapes: [Shape], result: Shape) -> Bool {
    operands[0] && result.dimensions.first == shapes[0][0]
  }

  package func reference(_ operands: [ReferenceTensor]) -> ReferenceTensor {
    ReferenceTensor(shape, operands[0].elements)
  }

  package func lower(into context: inout some LoweringContext) throws(LoweringError) {
    if let view = context.view(0).reshaped(shape) {
      context.alias(view)
    } else {
      let dense = context.dense(0)
      context.alias(
        dense.seen(dimensions: shape.dimensions, strides: shape.strides))
    }
  }

  package func pullback(
    _ cotangent: Value, of operands: [Value], result: Value, towards wanted: [Bool],
    in graph: inout GraphBuilder
  ) throws(PullbackError) -> [Value?] {
    try rule { [try graph.reshape(cotangent, graph.shape(operands[0]).dimensions)] }
  }
}
