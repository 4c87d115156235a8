package import TGIR
import TGPlan
package import TGTensor

/// Rows added up by their numbers: `y = 0`, then each `x[i…, d…]` is added to `y[indices[i…], d…]`.
///
/// It is the adjoint of `gather`.
///
/// - Operands: `x`, the extents of `indices`, then those of a row; `indices` of int32 from 0 to
///   `rows` − 1. Result: `[rows, D…]`. Any other number adds nothing, and a plan that meets one ends
///   with an error.
/// - Gradient: towards `x` the rows of the cotangent by the same numbers, `gather`; refused towards
///   `indices`.
/// - C1: there is at least one row.
/// - C2: the extents of `x` begin with those of `indices`.
package struct Scatter: Op {
  package static let mnemonic = "scatter"
  package static let samples = [
    OpSample(Scatter(rows: 7), [[2, 3, 5], [2, 3]], wholeNumbers: [1: 7], dtypes: [1: .int32]),
    // More columns than a tile takes, and rows that are met again and again.
    OpSample(Scatter(rows: 2), [[9, 2, 19], [9]], wholeNumbers: [1: 2], dtypes: [1: .int32]),
    OpSample(Scatter(rows: 4), [[6], [6]], wholeNumbers: [1: 4], dtypes: [1: .int32]),
    OpSample(Scatter(rows: 3), [[4, 2], []], wholeNumbers: [1: 3], dtypes: [1: .int32]),
  ]
  /// The rows of the result.
  package var rows: Int

  /// Makes a scattering to so many rows.
  package init(rows: Int) { self.rows = rows }

  package var attributes: [Attribute] { [Attribute("rows", .int(rows))] }

  package init(attributes: AttributeReader) throws(AttributeError) {
    self.init(rows: try attributes.int("rows"))
  }

  package func takes(_ dtype: DType, at operand: Int) -> Bool {
    dtype == (operand == 1 ? .int32 : .float32)
  }

  package func resultShape(for operands: [Shape]) throws(TypeRuleError) -> Shape {
    try operands.expect(2)
    guard rows > 0 else {  // scatter_c1
      throw TypeRuleError("\(rows) rows cannot be added to", id: "gather")
    }
    let indices = operands[1].dimensions
    guard operands[0].dimensions.starts(with: indices) else {  // scatter_c2
      throw TypeRuleError(
        "\(operands[0]) does not have a row for each number of \(operands[1])", id: "gather",
        operand: 0)
    }
    return try makeShape([rows] + operands[0].dimensions.dropFirst(indices.count))
  }

  package func reference(_ operands: [ReferenceTensor]) -> ReferenceTensor {
    let (x, indices) = (operands[0], operands[1])
    let shape = Shape([rows] + x.shape.dimensions.dropFirst(indices.shape.rank))
    let width = shape.count / rows
    var result = ReferenceTensor(shape)
    for (row, number) in indices.elements.enumerated()
    where Gather.isRow(Float(number), of: rows) {
      for column in 0..<width { result[Int(number) * width + column] += x[row * width + column] }
    }
    return result
  }

  /// True if a number of the indices is no row of the result.
  package func refuses(_ operands: () -> [ReferenceTensor]) -> Bool {
    operands()[1].elements.contains { !Gather.isRow(Float($0), of: rows) }
  }

  package func lower(into context: inout some LoweringContext) throws(LoweringError) {
    context.emit(
      .scatter(
        Scattering(
          input: context.view(0), indices: context.view(1), output: context.output())))
  }

  package func pullback(
    _ cotangent: Value, of operands: [Value], result: Value, towards wanted: [Bool],
    in graph: inout GraphBuilder
  ) throws(PullbackError) -> [Value?] {
    guard !wanted[1] else { throw .rowNumbers }
    return try rule { [try graph.insert(Gather(), [cotangent, operands[1]]), nil] }
  }
}

extension PullbackError {
  /// A gradient towards the numbers of rows was asked for.
  static let rowNumbers = PullbackError.notDifferentiable(
    reason: "the row numbers of a table are whole: they have no derivative",
    hint: "detach(…) says that no gradient is meant here")
}
