package import TGIR
import TGPlan
package import TGTensor

/// Rows of a table: `y[i…, d…] = table[indices[i…], d…]`.
///
/// - Operands: `table` `[R, D…]`, `indices` whole numbers. Result: the extents of `indices`, then
///   those of a row. A number outside the table takes the nearest row.
/// - C1: `table` has rank 1 or more and at least one row.
package struct Gather: Op {
  package static let mnemonic = "gather"
  package static let samples = [
    OpSample(Gather(), [[7, 5], [2, 3]], wholeNumbers: [1: 7]),
    OpSample(Gather(), [[4, 2, 3], [5]], wholeNumbers: [1: 4]),
  ]

  /// Makes a gathering.
  package init() {}

  package init(attributes: AttributeReader) throws(AttributeError) { self.init() }

  package func resultShape(for operands: [Shape]) throws(TypeRuleError) -> Shape {
    try operands.expect(2)
    guard operands[0].rank >= 1, operands[0][0] > 0 else {  // gather_c1
      throw TypeRuleError("a table needs rows, \(operands[0]) has none", id: "gather", operand: 0)
    }
    return try makeShape(operands[1].dimensions + operands[0].dimensions.dropFirst())
  }

  package func reference(_ operands: [ReferenceTensor]) -> ReferenceTensor {
    let rows = operands[0].shape[0]
    let width = operands[0].shape.count / rows
    var result: [Double] = []
    for number in operands[1].elements {
      let row = number.isNaN ? 0 : Int(min(max(number, 0), Double(rows - 1)))
      result += operands[0].elements[(row * width)..<((row + 1) * width)]
    }
    return ReferenceTensor(
      Shape(operands[1].shape.dimensions + operands[0].shape.dimensions.dropFirst()), result)
  }

  package func lower(into context: inout some LoweringContext) throws(LoweringError) {
    context.emit(
      .gather(
        Gathering(
          table: context.view(0), indices: context.view(1), output: context.output())))
  }
}
