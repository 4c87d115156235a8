package import TGIR
package import TGTensor

/// A value given at each run, by name.
///
/// - Operands: none. Result: the declared shape, batch first.
/// - Gradient: none to pass on: a leaf.
package struct Input: Op {
  package static let mnemonic = "input"
  package static let samples: [OpSample] = []
  /// The name, unique in the graph. The parts of a text are `caption` and `caption.lengths`.
  package var name: String
  /// The shape.
  package var shape: Shape

  /// Makes an input.
  package init(name: String, shape: Shape) {
    self.name = name
    self.shape = shape
  }

  package var leaf: LeafKind? { .input }

  package var attributes: [Attribute] {
    [Attribute("name", .string(name)), Attribute("shape", .ints(shape.dimensions))]
  }

  package init(attributes: AttributeReader) throws(AttributeError) {
    self.init(
      name: try attributes.string("name"), shape: try attributes.shape("shape"))
  }

  package func resultShape(for operands: [Shape]) throws(TypeRuleError) -> Shape {
    try operands.expect(0)
    return shape
  }

  package func reference(_ operands: [ReferenceTensor]) -> ReferenceTensor {
    preconditionFailure("an input has no value of its own")
  }

  package func lower(into context: inout some LoweringContext) throws(LoweringError) {
    _ = context.output()
  }
}
