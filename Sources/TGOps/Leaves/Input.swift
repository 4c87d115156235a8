package import TGIR
package import TGTensor

/// A value given at each run, by name.
///
/// - Operands: none. Result: the declared shape, batch first.
/// - Gradient: none to pass on: a leaf.
package struct Input: Op {
  package static let mnemonic = "input"
  package static let samples: [OpSample] = []
  /// The name, unique in its stage. The parts of a text are `caption` and
  /// `caption.lengths`.
  package var name: String
  /// The shape.
  package var shape: Shape
  /// What the elements are. In IR text it is left out where it is float32.
  package var dtype: DType
  /// When it is known. In IR text it is left out where it is `given`.
  package var stage: GraphStage

  /// Makes an input.
  package init(
    name: String, shape: Shape, dtype: DType = .float32, stage: GraphStage = .given
  ) {
    self.name = name
    self.shape = shape
    self.dtype = dtype
    self.stage = stage
  }

  package func dtype(of operands: [DType]) -> DType { dtype }

  package var leaf: LeafKind? { .input }

  package var attributes: [Attribute] {
    [Attribute("name", .string(name)), Attribute("shape", .ints(shape.dimensions))]
      + dtype.attributes + (stage == .given ? [] : [Attribute("stage", .string(stage.description))])
  }

  package init(attributes: AttributeReader) throws(AttributeError) {
    self.init(name: try attributes.string("name"), shape: try attributes.shape("shape"))
    dtype = try attributes.dtype()
    guard attributes.has("stage") else { return }
    let text = try attributes.string("stage")
    guard let stage = GraphStage(text) else { throw AttributeError("`\(text)` is no stage") }
    self.stage = stage
  }

  package func resultShape(for operands: [Shape]) throws(TypeRuleError) -> Shape {
    try operands.expect(0)
    return shape
  }

  package func isBatched(_ operands: [Bool], shapes: [Shape], result: Shape) -> Bool {
    result.rank > 0
  }

  package func reference(_ operands: [ReferenceTensor]) -> ReferenceTensor {
    preconditionFailure("an input has no value of its own")
  }

  package func lower(into context: inout some LoweringContext) throws(LoweringError) {
    _ = context.output()
  }
}
