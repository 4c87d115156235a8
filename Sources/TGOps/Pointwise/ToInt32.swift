package import TGIR
import TGPlan
package import TGTensor

/// Whole numbers of float32 as int32: `y[i…] = x[i…]`; what is no whole number of 32 bits becomes −2³¹,
/// which is no row of any table.
///
/// A builder puts it where numbers are computed and an op takes int32 (`GraphBuilder.insert`).
///
/// - Operands: `x`. Result: int32 of the same shape.
/// - Gradient: refused: it is 0 wherever there is one.
package struct ToInt32: Op {
  package static let mnemonic = "to_int32"
  package static let samples = [
    OpSample(ToInt32(), [[3, 5]], wholeNumbers: [0: 9]),
    OpSample(ToInt32(), [[7, 40]], range: -2...2),
    OpSample(ToInt32(), [[]], wholeNumbers: [0: 3]),
  ]

  /// Makes a conversion.
  package init() {}

  package init(attributes: AttributeReader) throws(AttributeError) { self.init() }

  package func dtype(of operands: [DType]) -> DType { .int32 }

  package func resultShape(for operands: [Shape]) throws(TypeRuleError) -> Shape {
    try operands.expect(1)
    return operands[0]
  }

  package func reference(_ operands: [ReferenceTensor]) -> ReferenceTensor {
    ReferenceTensor(
      operands[0].shape, operands[0].elements.map { Double(Int32(exactly: $0) ?? .min) })
  }

  package func lower(into context: inout some LoweringContext) throws(LoweringError) {
    let input = context.view(0)
    context.emit(
      .map(PointwiseMap(program: .identity, operands: [input], output: context.output())))
  }

  package func transposed(_ permutation: [Int], operands: [Shape], result: Shape) -> TransposedOp? {
    TransposedOp(self, [permutation])
  }

  package func pullback(
    _ cotangent: Value, of operands: [Value], result: Value, towards wanted: [Bool],
    in graph: inout GraphBuilder
  ) throws(PullbackError) -> [Value?] {
    guard wanted.contains(true) else { return [nil] }
    throw .rowNumbers
  }
}
