package import TGIR
import TGPlan
package import TGTensor

/// Numbers known at compile time.
///
/// - Operands: none. Result: the tensor.
/// - Gradient: none to pass on.
package struct Constant: Op {
  package static let mnemonic = "constant"
  package static let samples = [OpSample(Constant(HostTensor([2, 2], [1, -2, 0.5, 3])), [])]
  /// The numbers, or how they are made.
  package var weight: Weight

  /// What the elements are: float32, or int32 of whole numbers that float32 has. In IR text it is left
  /// out where it is float32.
  package var dtype: DType

  /// Makes a constant of a weight.
  package init(_ weight: Weight, _ dtype: DType = .float32) {
    self.weight = weight
    self.dtype = dtype
  }

  /// Makes a constant of numbers.
  package init(_ tensor: HostTensor, _ dtype: DType = .float32) { self.init(Weight(tensor), dtype) }

  package func dtype(of operands: [DType]) -> DType { dtype }

  /// The numbers.
  package var tensor: HostTensor { weight.tensor }

  package var leaf: LeafKind? { .constant }

  package var attributes: [Attribute] {
    [
      Attribute("shape", .ints(weight.shape.dimensions)),
      Attribute("values", .floats(tensor.elements.map(Double.init))),
    ] + dtype.attributes
  }

  package init(attributes: AttributeReader) throws(AttributeError) {
    let shape = try attributes.shape("shape")
    let values = try attributes.floats("values").map { Float($0) }
    guard values.count == shape.count else { throw AttributeError("`values` do not fill `shape`") }
    self.init(HostTensor(shape, values), try attributes.dtype())
  }

  /// The value if all elements are equal.
  package var splat: Float? {
    let elements = tensor.elements
    guard let first = elements.first else { return nil }
    return elements.allSatisfy { $0 == first } ? first : nil
  }

  package func resultShape(for operands: [Shape]) throws(TypeRuleError) -> Shape {
    try operands.expect(0)
    return weight.shape
  }

  package func reference(_ operands: [ReferenceTensor]) -> ReferenceTensor {
    ReferenceTensor(tensor)
  }

  package func lower(into context: inout some LoweringContext) throws(LoweringError) {
    throw LoweringError("a constant is placed where it is seen, not where it stands")
  }
}
