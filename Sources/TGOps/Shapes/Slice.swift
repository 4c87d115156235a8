package import TGIR
import TGPlan
package import TGTensor

/// Every `steps[a]`-th element from `starts[a]` on, `counts[a]` of them, along each axis.
///
/// - Operands: `x`. Result: `counts`. Reversal is a `Resample` with one tap.
/// - Gradient: zeros around it, and between its positions where steps are larger than 1.
/// - C1: one start, count and step for each axis; steps are positive.
/// - C2: all elements lie inside `x`.
package struct Slice: Op {
  package static let mnemonic = "slice"
  package static let samples = [
    OpSample(Slice(starts: [0, 1], counts: [2, 3], steps: [1, 1]), [[2, 5]]),
    OpSample(Slice(starts: [1, 0], counts: [1, 3], steps: [1, 2]), [[2, 5]]),
    OpSample(Slice(starts: [0, 1, 0], counts: [2, 2, 3], steps: [1, 2, 1]), [[2, 4, 3]]),
  ]
  /// The first element along each axis.
  package var starts: [Int]
  /// How many elements along each axis.
  package var counts: [Int]
  /// From element to element along each axis.
  package var steps: [Int]

  /// Makes a slice.
  package init(starts: [Int], counts: [Int], steps: [Int]) {
    self.starts = starts
    self.counts = counts
    self.steps = steps
  }

  package var isView: Bool { true }

  package var attributes: [Attribute] {
    [
      Attribute("starts", .ints(starts)), Attribute("counts", .ints(counts)),
      Attribute("steps", .ints(steps)),
    ]
  }

  package init(attributes: AttributeReader) throws(AttributeError) {
    self.init(
      starts: try attributes.ints("starts"), counts: try attributes.ints("counts"),
      steps: try attributes.ints("steps"))
  }

  package func resultShape(for operands: [Shape]) throws(TypeRuleError) -> Shape {
    try operands.expect(1)
    let rank = operands[0].rank
    guard starts.count == rank, counts.count == rank, steps.count == rank,
      steps.allSatisfy({ $0 > 0 })
    else {  // slice_c1
      throw TypeRuleError("a slice of \(operands[0]) needs \(rank) ranges", id: "slice")
    }
    for axis in 0..<rank {  // slice_c2
      let extent = operands[0][axis]
      let (span, overflow) = (counts[axis] - 1).multipliedReportingOverflow(by: steps[axis])
      guard counts[axis] > 0, starts[axis] >= 0, starts[axis] < extent, !overflow,
        (0..<extent).contains(starts[axis] + span)
      else {
        throw TypeRuleError(
          "positions \(starts[axis]) … of \(counts[axis]) along axis \(axis) leave \(operands[0])",
          id: "slice")
      }
    }
    return try makeShape(counts)
  }

  package func isBatched(_ operands: [Bool], shapes: [Shape], result: Shape) -> Bool {
    operands[0] && steps[0] == 1 && counts[0] == shapes[0][0]
  }

  package func reference(_ operands: [ReferenceTensor]) -> ReferenceTensor {
    let strides = operands[0].shape.strides
    return operands[0].strided(
      Shape(counts), strides: zip(strides, steps).map(*),
      offset: zip(strides, starts).map(*).reduce(0, +))
  }

  /// A view.
  package func lower(into context: inout some LoweringContext) throws(LoweringError) {
    var view = context.view(0)
    for axis in steps.indices {
      view.offset += starts[axis] * view.strides[axis]
      view.strides[axis] *= steps[axis]
      view.dimensions[axis] = counts[axis]
    }
    context.alias(view)
  }

  package func transposed(_ permutation: [Int], operands: [Shape], result: Shape) -> TransposedOp? {
    TransposedOp(
      Slice(
        starts: permutation.map { starts[$0] }, counts: permutation.map { counts[$0] },
        steps: permutation.map { steps[$0] }), [permutation])
  }

  /// Zeros around the cotangent, and between its positions where they were apart.
  package func pullback(
    _ cotangent: Value, of operands: [Value], result: Value, towards wanted: [Bool],
    in graph: inout GraphBuilder
  ) throws(PullbackError) -> [Value?] {
    try rule {
      let extents = graph.shape(operands[0]).dimensions
      var (value, before, after) = (cotangent, starts, extents)
      for axis in extents.indices {
        if steps[axis] > 1, counts[axis] > 1 {
          let spread = (0..<extents[axis]).map { at -> (start: Int, weight: Double) in
            let (index, rest) = (at - starts[axis]).quotientAndRemainder(dividingBy: steps[axis])
            let read = rest == 0 && at >= starts[axis] && index < counts[axis]
            return read ? (index, 1) : (0, 0)
          }
          let op = Resample(
            axis: axis, starts: spread.map(\.start), taps: 1, weights: spread.map(\.weight))
          value = try graph.insert(op, [value])
          (before[axis], after[axis]) = (0, 0)
        } else {
          after[axis] = extents[axis] - starts[axis] - counts[axis]
        }
      }
      guard (before + after).contains(where: { $0 > 0 }) else { return [value] }
      return [try graph.insert(Pad(before: before, after: after), [value])]
    }
  }
}
