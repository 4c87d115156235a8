package import TGIR
package import TGTensor

/// A tensor of a checkpoint, not yet read.
///
/// - Operands: none. Result: the stated shape, as stored in the file.
/// - Gradient: none to pass on: a leaf.
package struct Parameter: Op {
  package static let mnemonic = "parameter"
  package static let samples: [OpSample] = []
  /// The root (`""` for the model's own file) whose file holds it.
  package var root: String
  /// The full name in the file.
  package var name: String
  /// The shape in the file.
  package var shape: Shape

  /// Makes a parameter.
  package init(root: String, name: String, shape: Shape) {
    self.root = root
    self.name = name
    self.shape = shape
  }

  package var leaf: LeafKind? { .parameter }

  package var attributes: [Attribute] {
    [
      Attribute("root", .string(root)), Attribute("name", .string(name)),
      Attribute("shape", .ints(shape.dimensions)),
    ]
  }

  package init(attributes: AttributeReader) throws(AttributeError) {
    self.init(
      root: try attributes.string("root"), name: try attributes.string("name"),
      shape: try attributes.shape("shape"))
  }

  package func resultShape(for operands: [Shape]) throws(TypeRuleError) -> Shape {
    try operands.expect(0)
    return shape
  }

  package func reference(_ operands: [ReferenceTensor]) -> ReferenceTensor {
    preconditionFailure("a parameter has no value before it is bound")
  }

  package func lower(into context: inout some LoweringContext) throws(LoweringError) {
    throw LoweringError("the parameter `\(name)` was never bound to a checkpoint")
  }
}
