package import TGIR
package import TGPlan
package import TGTensor

/// Sum, mean, extremum, product or (biased) variance of `x = program(x₀, x₁, …)` over axes, which
/// disappear. The program is applied to the operands element by element; without steps it is `x₀`.
///
/// - Operands: up to eight, broadcast by NumPy's rule. Result: the extents of the axes of their
///   common shape that are kept.
/// - Gradient: towards `x`, with `ḡ` repeated along the axes and n elements to a sum: `ḡ` of a sum;
///   `ḡ/n` of a mean; `ḡ·2·(x − mean)/n` of a variance; of an extremum `ḡ` in equal shares to all
///   elements that equal it; of a product `ḡ` times the product of the others, of up to 64. From `x`
///   back to the operands by the rules of the program's functions (see `map`).
/// - C1: `axes` are distinct axes of the common shape.
/// - C2: the program is sound and takes as many operands as there are, at least one.
/// - C3: the operands broadcast.
package struct Reduce: Op {
  package static let mnemonic = "reduce"
  package static let samples =
    ReductionFunction.allCases.flatMap { function in
      [
        OpSample(Reduce(function, axes: [1, 2]), [[2, 5, 7, 3]], range: 0.5...1.5),
        OpSample(Reduce(function, axes: [2]), [[2, 3, 19]], range: 0.5...1.5),
        OpSample(Reduce(function, axes: [0, 1]), [[4, 9]], range: 0.5...1.5),
        OpSample(
          Reduce(function, of: Map(.multiply).program, axes: [1, 2]), [[2, 5, 7, 3], [7, 1]],
          range: 0.7...1.2),
        OpSample(
          Reduce(function, of: Map(.multiply).program, axes: [0, 2]), [[1, 3, 1], [2, 1, 19]],
          range: 0.7...1.2),
      ]
    } + [
      // The mean squared difference, over everything.
      OpSample(
        Reduce(
          .mean,
          of: PointwiseProgram(
            operandCount: 2, steps: [.init(.subtract, [0, 1]), .init(.square, [2])]),
          axes: [0, 1, 2, 3]), [[2, 9, 8, 70], [2, 9, 8, 70]]),
      OpSample(
        Reduce(
          .sum,
          of: PointwiseProgram(
            operandCount: 8,
            steps: [.init(.multiply, [0, 1])]
              + (2..<8).map { .init(.add, [$0, $0 + 6]) }), axes: [1]),
        [[3, 40, 67], [67], [40, 1], [3, 1, 1], [1], [3, 40, 67], [1, 40, 67], [3, 1, 67]]),
    ]
  /// What is made of the many.
  package var function: ReductionFunction
  /// What is reduced, of the operands at one position.
  package var program: PointwiseProgram
  /// The axes that disappear, ascending.
  package var axes: [Int]

  /// Makes a reduction.
  package init(
    _ function: ReductionFunction, of program: PointwiseProgram = .identity, axes: [Int]
  ) {
    self.function = function
    self.program = program
    self.axes = axes.sorted()
  }

  package var carried: CarriedProgram? {
    get { CarriedProgram(program, takesBits: false) }
    set { program = newValue?.program ?? program }
  }

  package var attributes: [Attribute] {
    [
      Attribute("function", .int(function.rawValue)), Attribute("program", .program(program)),
      Attribute("axes", .ints(axes)),
    ]
  }

  package init(attributes: AttributeReader) throws(AttributeError) {
    guard let function = ReductionFunction(rawValue: try attributes.int("function")) else {
      throw AttributeError("`function` is no reduction")
    }
    self.init(
      function, of: try attributes.program("program"), axes: try attributes.ints("axes"))
  }

  private func kept(_ rank: Int) -> [Int] { (0..<rank).filter { !axes.contains($0) } }

  package func resultShape(for operands: [Shape]) throws(TypeRuleError) -> Shape {
    try operands.expect(atLeast: 1)  // reduce_c2, reduce_c3
    let shape = try Map(program).resultShape(for: operands)
    try checkAxes(axes, rank: shape.rank)  // reduce_c1
    return Shape(kept(shape.rank).map { shape[$0] })
  }

  package func isBatched(_ operands: [Bool], shapes: [Shape], result: Shape) -> Bool {
    !axes.contains(0)
      && zip(operands, shapes).contains { isBatched, shape in
        isBatched && shape.rank == result.rank + axes.count && shape[0] == result[0]
      }
  }

  package func reference(_ operands: [ReferenceTensor]) -> ReferenceTensor {
    let mapped = Map(program).reference(operands)
    let kept = kept(mapped.shape.rank)
    let x = mapped.transposed(kept + axes)
    let shape = Shape(kept.map { mapped.shape[$0] })
    let run = x.shape.count / max(shape.count, 1)
    return ReferenceTensor(
      shape,
      (0..<shape.count).map { row in
        let values = x.elements[(row * run)..<((row + 1) * run)]
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
    let numbers = 0..<context.operandCount
    let shape = numbers.reduce([] as Shape) { $0.broadcast(with: context.shape($1)) ?? $0 }
    let kept = kept(shape.rank)
    context.emit(
      .reduce(
        Reduction(
          function: function, program: program,
          operands: numbers.map {
            context.view($0).broadcast(to: shape).permuted(kept + axes)
          }, keptRank: kept.count, output: context.output())))
  }
}
