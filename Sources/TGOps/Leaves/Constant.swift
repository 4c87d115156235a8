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
  /// The numbers.
  package var tensor: HostTensor

  /// Makes a constant.
  package init(_ tensor: HostTensor) { self.tensor = tensor }

  package var leaf: LeafKind? { .constant }

  package var attributes: [Attribute] {
    [
      Attribute("shape", .ints(tensor.shape.dimensions)),
      Attribute("values", .floats(tensor.elements.map(Double.init))),
    ]
  }

  package init(attributes: AttributeReader) throws(AttributeError) {
    let shape = try attributes.shape("shape")
    let values = try attributes.floats("values").map { Float($0) }
    guard values.count == shape.count else { throw AttributeError("`values` do not fill `shape`") }
    self.init(HostTensor(shape, values))
  }

  /// The value if all elements are equal.
  package var splat: Float? {
    guard let first = tensor.elements.first else { return nil }
    return tensor.elements.allSatisfy { $0 == first } ? first : nil
  }

  package func resultShape(for operands: [Shape]) throws(TypeRuleError) -> Shape {
    try operands.expect(0)
    return tensor.shape
  }

  package func reference(_ operands: [ReferenceTensor]) -> ReferenceTensor {
    ReferenceTensor(tensor)
  }

  package func lower(into context: inout some LoweringContext) throws(LoweringError) {
    throw LoweringError("a constant is placed where it is seen, not where it stands")
  }

  /// Hashes the shape and a few elements: enough to tell weights apart, cheap for large ones.
  package func hash(into hasher: inout Hasher) {
    hasher.combine(tensor.shape)
    for position in stride(from: 0, to: tensor.shape.count, by: max(1, tensor.shape.count / 8)) {
      hasher.combine(tensor[position])
    }
  }
}
