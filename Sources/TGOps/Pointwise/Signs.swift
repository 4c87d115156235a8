package import TGIR
import TGPlan
package import TGTensor

/// Which numbers are larger than 0, a bit for each: `y[i…] = [x[i…] > 0]`. Not-a-number is not.
///
/// The compiler makes these where of a large value nothing but the signs is read later (`PackMasks`).
///
/// - Operands: `x` `[…, C]`. Result: bits of the same shape.
/// - Gradient: refused: it is 0 wherever there is one.
/// - C1: `x` has rank 1 or more.
package struct Signs: Op {
  package static let mnemonic = "signs"
  package static let samples = [
    OpSample(Signs(), [[2, 3, 48]]), OpSample(Signs(), [[3, 5, 37]]), OpSample(Signs(), [[1]]),
    OpSample(Signs(), [[2, 4, 5, 16]]), OpSample(Signs(), [[70, 1]]),
    OpSample(Signs(), [[7, 9, 20]], wholeNumbers: [0: 2]),
  ]

  /// Makes a packing.
  package init() {}

  package init(attributes: AttributeReader) throws(AttributeError) { self.init() }

  package func dtype(of operands: [DType]) -> DType { .bits }

  package func resultShape(for operands: [Shape]) throws(TypeRuleError) -> Shape {
    try operands.expect(1)
    guard operands[0].rank > 0 else {  // signs_c1
      throw TypeRuleError("a single number has no axis to pack", id: "rank", operand: 0)
    }
    return operands[0]
  }

  package func reference(_ operands: [ReferenceTensor]) -> ReferenceTensor {
    ReferenceTensor(operands[0].shape, operands[0].elements.map { $0 > 0 ? 1 : 0 })
  }

  package func lower(into context: inout some LoweringContext) throws(LoweringError) {
    let input = context.rows(0)
    context.emit(.packMask(MaskPacking(input: input, output: context.output())))
  }

  package func pullback(
    _ cotangent: Value, of operands: [Value], result: Value, towards wanted: [Bool],
    in graph: inout GraphBuilder
  ) throws(PullbackError) -> [Value?] {
    throw .notDifferentiable(
      reason: "the derivative of `signs` is 0 wherever it exists", hint: nil)
  }
}
