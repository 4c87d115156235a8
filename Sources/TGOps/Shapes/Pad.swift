package import TGIR
import TGPlan
package import TGTensor

/// A border of one value around a tensor.
///
/// - Operands: `x`. Result: its extents plus `before` and `after`.
/// - Gradient: the part inside the border.
/// - C1: one border on each side for each axis, none negative.
package struct Pad: Op {
  package static let mnemonic = "pad"
  package static let samples = [
    OpSample(Pad(before: [0, 1, 2], after: [0, 0, 1]), [[2, 3, 2]]),
    OpSample(Pad(before: [1, 0], after: [2, 2], value: -1.5), [[2, 3]]),
  ]
  /// Positions added before the first along each axis.
  package var before: [Int]
  /// Positions added after the last along each axis.
  package var after: [Int]
  /// The value of the border.
  package var value: Float

  /// Makes a border.
  package init(before: [Int], after: [Int], value: Float = 0) {
    self.before = before
    self.after = after
    self.value = value
  }

  package var attributes: [Attribute] {
    [
      Attribute("before", .ints(before)), Attribute("after", .ints(after)),
      Attribute("value", .float(Double(value))),
    ]
  }

  package init(attributes: AttributeReader) throws(AttributeError) {
    self.init(
      before: try attributes.ints("before"), after: try attributes.ints("after"),
      value: Float(try attributes.float("value")))
  }

  package func resultShape(for operands: [Shape]) throws(TypeRuleError) -> Shape {
    try operands.expect(1)
    guard before.count == operands[0].rank, after.count == operands[0].rank,
      (before + after).allSatisfy({ (0...Int(Int32.max)).contains($0) })
    else {  // pad_c1
      throw TypeRuleError("a border of \(operands[0]) needs two sizes for each axis", id: "pad")
    }
    return try makeShape((0..<before.count).map { operands[0][$0] + before[$0] + after[$0] })
  }

  package func isBatched(_ operands: [Bool], shapes: [Shape], result: Shape) -> Bool {
    operands[0] && before[0] == 0 && after[0] == 0
  }

  package func reference(_ operands: [ReferenceTensor]) -> ReferenceTensor {
    let inner = operands[0].shape
    let shape = Shape((0..<before.count).map { inner[$0] + before[$0] + after[$0] })
    var result = ReferenceTensor(shape, repeating: Double(value))
    let offset = zip(shape.strides, before).map(*).reduce(0, +)
    let order = StridedOrder(dimensions: inner.dimensions, strides: shape.strides, offset: offset)
    for (source, target) in order.enumerated() { result[target] = operands[0][source] }
    return result
  }

  package func lower(into context: inout some LoweringContext) throws(LoweringError) {
    let output = context.output()
    context.emit(
      .map(
        .init(
          program: .init(operandCount: 0, steps: [.init(.constant, immediate: value)]),
          operands: [], output: output)))
    let inner = output.seen(
      offset: zip(output.strides, before).map(*).reduce(0, +),
      dimensions: context.extents(0), strides: output.strides)
    context.emit(.map(.init(program: .identity, operands: [context.view(0)], output: inner)))
  }

  package func transposed(_ permutation: [Int], operands: [Shape], result: Shape) -> TransposedOp? {
    TransposedOp(
      Pad(
        before: permutation.map { before[$0] }, after: permutation.map { after[$0] }, value: value),
      [permutation])
  }

  package func pullback(
    _ cotangent: Value, of operands: [Value], result: Value, towards wanted: [Bool],
    in graph: inout GraphBuilder
  ) throws(PullbackError) -> [Value?] {
    try rule {
      let inner = graph.shape(operands[0]).dimensions
      let slice = Slice(starts: before, counts: inner, steps: inner.map { _ in 1 })
      return [try graph.insert(slice, [cotangent])]
    }
  }
}
