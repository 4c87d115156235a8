package import TGIR
import TGPlan
package import TGTensor

/// Which numbers are larger than 0, sixteen to a word along the innermost axis:
/// `y[i…, w] = Σₖ 2ᵏ · [x[i…, 16w + k] > 0]` over `k` in `0 ..< 16` with `16w + k` inside `x`.
///
/// A word is a whole number below 2¹⁶, exact in float32; programs read it with `bit`. The compiler
/// makes these where of a large value nothing but the signs is read later (`PackMasks`).
///
/// - Operands: `x` `[…, C]`. Result: `[…, ⌈C / 16⌉]`.
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

  package func resultShape(for operands: [Shape]) throws(TypeRuleError) -> Shape {
    try operands.expect(1)
    guard let extents = PointwiseProgram.packedExtents(operands[0].dimensions) else {  // signs_c1
      throw TypeRuleError("a single number has no axis to pack", id: "rank", operand: 0)
    }
    return try makeShape(extents)
  }

  package func reference(_ operands: [ReferenceTensor]) -> ReferenceTensor {
    let x = operands[0]
    let width = PointwiseProgram.wordBits
    let columns = x.shape[x.shape.rank - 1]
    let words = (columns + width - 1) / width
    let shape = Shape(x.shape.dimensions.dropLast() + [words])
    return ReferenceTensor(
      shape,
      (0..<shape.count).map { place in
        let first = place / words * columns + place % words * width
        let count = min(width, columns - place % words * width)
        let set = (0..<count).filter { x[first + $0] > 0 }
        return Double(set.reduce(0) { $0 | 1 << $1 })
      })
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
