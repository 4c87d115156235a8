package import TGIR
package import TGTensor

/// The operand itself, seen as a constant by differentiation: `stop_gradient`.
///
/// - Operands: `x`. Result: the shape of `x`.
/// - Gradient: none, by definition.
package struct Detach: Op {
  package static let mnemonic = "detach"
  package static let samples = [OpSample(Detach(), [[2, 3]])]

  /// Makes a detachment.
  package init() {}

  package init(attributes: AttributeReader) throws(AttributeError) { self.init() }

  package var movesElements: Bool { true }

  package func resultShape(for operands: [Shape]) throws(TypeRuleError) -> Shape {
    try operands.expect(1)
    return operands[0]
  }

  package func reference(_ operands: [ReferenceTensor]) -> ReferenceTensor { operands[0] }

  package func lower(into context: inout some LoweringContext) throws(LoweringError) {
    context.alias(context.view(0))
  }

  package func pullback(
    _ cotangent: Value, of operands: [Value], result: Value, towards wanted: [Bool],
    in graph: inout GraphBuilder
  ) throws(PullbackError) -> [Value?] { [nil] }

  package func transposed(_ permutation: [Int], operands: [Shape], result: Shape) -> TransposedOp? {
    TransposedOp(self, [permutation])
  }
}
