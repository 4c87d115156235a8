package import TGIR
package import TGPlan

/// An op whose results are sums of products of numbers with weights, of which a `convolve` instruction is
/// made where the weights are constants: linear layers and convolutions.
package protocol WeightedSums: Op {
  /// What the factors of its products are; float32, which IR text leaves out, unless a pass says otherwise.
  /// `bfloat16` is for constant weights, and not for a kernel for each channel.
  var precision: TGPlan.Convolution.Precision { get set }
}

extension TGPlan.Convolution.Precision {
  /// How IR text has it.
  var attributes: [Attribute] {
    self == .float32 ? [] : [Attribute("bfloat16", .bool(true))]
  }

  /// Reads it.
  init(_ attributes: AttributeReader) throws(AttributeError) {
    self = .float32
    if attributes.has("bfloat16"), try attributes.bool("bfloat16") { self = .bfloat16 }
  }

  /// Operands as they are multiplied.
  func factors(_ operand: ReferenceTensor) -> ReferenceTensor {
    guard self == .bfloat16 else { return operand }
    return ReferenceTensor(
      operand.shape, operand.elements.map { Double(factor(Float($0))) })
  }
}
