package import TGIR
import TGPlan
package import TGTensor

/// Operands one after the other along an axis.
///
/// - Operands: one or more. Result: their extents, added along `axis`.
/// - Gradient: its parts.
/// - C1: equal ranks and, except along `axis`, equal extents.
package struct Concat: Op {
  package static let mnemonic = "concat"
  package static let samples = [
    OpSample(Concat(axis: 1), [[2, 3, 2], [2, 1, 2], [2, 4, 2]]),
    OpSample(Concat(axis: 2), [[2, 3, 5], [2, 3, 1]]),
  ]
  /// The axis.
  package var axis: Int

  /// Makes a concatenation.
  package init(axis: Int) { self.axis = axis }

  package var attributes: [Attribute] { [Attribute("axis", .int(axis))] }

  package init(attributes: AttributeReader) throws(AttributeError) {
    self.init(axis: try attributes.int("axis"))
  }

  package var movesElements: Bool { true }

  package func resultShape(for operands: [Shape]) throws(TypeRuleError) -> Shape {
    try operands.expect(atLeast: 1)
    try checkAxes([axis], rank: operands[0].rank)
    var result = operands[0].dimensions
    for (number, shape) in operands.enumerated().dropFirst() {  // concat_c1
      guard shape.rank == result.count,
        (0..<result.count).allSatisfy({ $0 == axis || shape[$0] == result[$0] })
      else {
        throw TypeRuleError(
          "\(operands[0]) and \(shape) differ elsewhere than along axis \(axis)", id: "concat",
          operand: number)
      }
      result[axis] += shape[axis]
    }
    return try makeShape(result)
  }

  package func isBatched(_ operands: [Bool], shapes: [Shape], result: Shape) -> Bool {
    axis != 0 && operands.contains(true)
  }

  package func reference(_ operands: [ReferenceTensor]) -> ReferenceTensor {
    let outer = operands[0].shape.dimensions[..<axis].reduce(1, *)
    var result: [Double] = []
    for o in 0..<outer {
      for operand in operands {
        let run = operand.shape.count / max(outer, 1)
        result += operand.elements[(o * run)..<((o + 1) * run)]
      }
    }
    var extents = operands[0].shape.dimensions
    extents[axis] = operands.map { $0.shape[axis] }.reduce(0, +)
    return ReferenceTensor(Shape(extents), result)
  }

  package func lower(into context: inout some LoweringContext) throws(LoweringError) {
    let output = context.output()
    var start = 0
    for number in 0..<context.operandCount {
      let extents = context.extents(number)
      let piece = output.seen(
        offset: start * output.strides[axis], dimensions: extents, strides: output.strides)
      let source = context.view(number)
      if source != piece {  // otherwise its producer has written it in place
        context.emit(.map(.init(program: .identity, operands: [source], output: piece)))
      }
      start += extents[axis]
    }
  }

  package func transposed(_ permutation: [Int], operands: [Shape], result: Shape) -> TransposedOp? {
    guard let position = permutation.firstIndex(of: axis) else { return nil }
    return TransposedOp(Concat(axis: position), operands.map { _ in permutation })
  }

  package func pullback(
    _ cotangent: Value, of operands: [Value], result: Value, towards wanted: [Bool],
    in graph: inout GraphBuilder
  ) throws(PullbackError) -> [Value?] {
    try rule {
      var parts: [Value?] = []
      var start = 0
      for (operand, wanted) in zip(operands, wanted) {
        let count = graph.shape(operand)[axis]
        parts.append(
          wanted ? try graph.slice(cotangent, axis: axis, from: start, count: count) : nil)
        start += count
      }
      return parts
    }
  }
}
