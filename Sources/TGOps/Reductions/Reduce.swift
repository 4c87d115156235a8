package import TGIR
package import TGPlan
package import TGTensor

/// Sum, mean, extremum, product or (biased) variance over axes, which disappear.
///
/// - Operands: `x`. Result: the extents of the axes that are kept.
/// - Gradient: repeated along the axes; over n for a mean; `2·(x − mean)/n` times it for a variance;
///   in equal shares to the extremes; for a product times the product of the others, of up to 64 factors.
/// - C1: `axes` are distinct axes of `x`.
package struct Reduce: Op {
  package static let mnemonic = "reduce"
  package static let samples = ReductionFunction.allCases.flatMap { function in
    [
      OpSample(Reduce(function, axes: [1, 2]), [[2, 5, 7, 3]], range: 0.5...1.5),
      OpSample(Reduce(function, axes: [2]), [[2, 3, 19]], range: 0.5...1.5),
      OpSample(Reduce(function, axes: [0, 1]), [[4, 9]], range: 0.5...1.5),
    ]
  }
  /// What is made of the many.
  package var function: ReductionFunction
  /// The axes that disappear, ascending.
  package var axes: [Int]

  /// Makes a reduction.
  package init(_ function: ReductionFunction, axes: [Int]) {
    self.function = function
    self.axes = axes.sorted()
  }

  package var attributes: [Attribute] {
    [Attribute("function", .int(function.rawValue)), Attribute("axes", .ints(axes))]
  }

  package init(attributes: AttributeReader) throws(AttributeError) {
    guard let function = ReductionFunction(rawValue: try attributes.int("function")) else {
      throw AttributeError("`function` is no reduction")
    }
    self.init(function, axes: try attributes.ints("axes"))
  }

  private func kept(_ rank: Int) -> [Int] { (0..<rank).filter { !axes.contains($0) } }

  package func resultShape(for operands: [Shape]) throws(TypeRuleError) -> Shape {
    try operands.expect(1)
    try checkAxes(axes, rank: operands[0].rank)  // reduce_c1
    return Shape(kept(operands[0].rank).map { operands[0][$0] })
  }

  package func reference(_ operands: [ReferenceTensor]) -> ReferenceTensor {
    let kept = kept(operands[0].shape.rank)
    let x = operands[0].transposed(kept + axes)
    let shape = Shape(kept.map { operands[0].shape[$0] })
    let run = x.shape.count / max(shape.count, 1)
    return ReferenceTensor(
      shape,
      (0..<shape.count).map { place in
        let values = x.elements[(place * run)..<((place + 1) * run)]
        return switch function {
        case .sum: values.reduce(0, +)
        case .mean: values.reduce(0, +) / Double(run)
        case .maximum: values.max() ?? -.infinity
        case .minimum: values.min() ?? .infinity
        case .product: values.reduce(1, *)
        case .variance: variance(of: values)
        }
      })
  }

  /// The mean of the squared deviations from the mean.
  private func variance(of values: ArraySlice<Double>) -> Double {
    let mean = values.reduce(0, +) / Double(values.count)
    return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
  }

  package func lower(into context: inout some LoweringContext) throws(LoweringError) {
    let kept = kept(context.shape(0).rank)
    context.emit(
      .reduce(
        Reduction(
          function: function, input: context.view(0).permuted(kept + axes), keptRank: kept.count,
          output: context.output())))
  }
}
