package import TGIR
import TGPlan
package import TGTensor

/// Rows of a table: `y[i…, d…] = table[indices[i…], d…]`.
///
/// - Operands: `table` `[R, D…]`, `indices` of int32 from 0 to R − 1. Result: the extents of
///   `indices`, then those of a row. Any other number stands for a row of zeros, and a plan that
///   meets one ends with an error.
/// - Gradient: towards `table` the rows of the cotangent, added up by the same numbers, `scatter`;
///   refused towards `indices`.
/// - C1: `table` has rank 1 or more and at least one row.
package struct Gather: Op {
  package static let mnemonic = "gather"
  package static let samples = [
    OpSample(Gather(), [[7, 5], [2, 3]], wholeNumbers: [1: 7], dtypes: [1: .int32]),
    OpSample(Gather(), [[4, 2, 3], [5]], wholeNumbers: [1: 4], dtypes: [1: .int32]),
  ]

  /// Makes a gathering.
  package init() {}

  package init(attributes: AttributeReader) throws(AttributeError) { self.init() }

  package func takes(_ dtype: DType, at operand: Int) -> Bool {
    dtype == (operand == 1 ? .int32 : .float32)
  }

  package func resultShape(for operands: [Shape]) throws(TypeRuleError) -> Shape {
    try operands.expect(2)
    guard operands[0].rank >= 1, operands[0][0] > 0 else {  // gather_c1
      throw TypeRuleError("a table needs rows, \(operands[0]) has none", id: "gather", operand: 0)
    }
    return try makeShape(operands[1].dimensions + operands[0].dimensions.dropFirst())
  }

  package func isBatched(_ operands: [Bool], shapes: [Shape], result: Shape) -> Bool {
    operands[1]
  }

  package func reference(_ operands: [ReferenceTensor]) -> ReferenceTensor {
    let rows = operands[0].shape[0]
    let width = operands[0].shape.count / rows
    var result: [Double] = []
    for number in operands[1].elements {
      if Self.isRow(Float(number), of: rows) {
        let row = Int(number)
        result += operands[0].elements[(row * width)..<((row + 1) * width)]
      } else {
        result += [Double](repeating: 0, count: width)
      }
    }
    return ReferenceTensor(
      Shape(operands[1].shape.dimensions + operands[0].shape.dimensions.dropFirst()), result)
  }

  /// True if a number is a row of a table.
  package static func isRow(_ number: Float, of rows: Int) -> Bool {
    Int(exactly: number).map { (0..<rows).contains($0) } ?? false
  }

  /// True if a number of the indices is no row of the table.
  package func refuses(_ operands: () -> [ReferenceTensor]) -> Bool {
    let operands = operands()
    return operands[1].elements.contains { !Self.isRow(Float($0), of: operands[0].shape[0]) }
  }

  package func lower(into context: inout some LoweringContext) throws(LoweringError) {
    context.emit(
      .gather(
        Gathering(
          table: context.view(0), indices: context.view(1), output: context.output())))
  }

  /// The rows of the cotangent, added up by the same numbers.
  package func pullback(
    _ cotangent: Value, of operands: [Value], result: Value, towards wanted: [Bool],
    in graph: inout GraphBuilder
  ) throws(PullbackError) -> [Value?] {
    guard !wanted[1] else { throw .rowNumbers }
    return try rule {
      let rows = graph.shape(operands[0])[0]
      return [try graph.insert(Scatter(rows: rows), [cotangent, operands[1]]), nil]
    }
  }
}
