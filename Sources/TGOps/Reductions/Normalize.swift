package import TGIR
package import TGPlan
package import TGTensor

/// `y = (x − mean) / √(variance + epsilon)`, mean and biased variance over axes.
///
/// Instance norm (Ulyanov et al. 2016) over rows and columns, layer norm (Ba et al. 2016) over the
/// innermost axes; scale and shift are the epilogue's.
///
/// - Operands: `x`, then the epilogue's. Result: the shape of `x`.
/// - Gradient: `r·(ḡ − mean ḡ − y·mean(ḡ·y))` with `r = 1 / √(variance + epsilon)`.
/// - C1: `axes` are distinct axes of `x`, at least one; `epsilon` is not negative.
package struct Normalize: Op {
  package static let mnemonic = "normalize"
  package static let samples = [
    OpSample(Normalize(axes: [1, 2], epsilon: 1e-5), [[2, 5, 7, 3]]),
    OpSample(Normalize(axes: [2], epsilon: 1e-5), [[2, 3, 33]]),
    OpSample(
      Normalize(
        axes: [1, 2], epsilon: 1e-8,
        epilogue: .init(
          operandCount: 3, steps: [.init(.multiply, [0, 1]), .init(.add, [3, 2])])),
      [[2, 4, 4, 18], [2, 1, 1, 18], [18]]),
  ]
  /// The axes over which mean and variance are taken, ascending.
  package var axes: [Int]
  /// Added to the variance.
  package var epsilon: Float
  /// Applied to each result; operand 0 is the normalised value.
  package var epilogue: PointwiseProgram

  /// Makes a normalization.
  package init(axes: [Int], epsilon: Float, epilogue: PointwiseProgram = .identity) {
    self.axes = axes.sorted()
    self.epsilon = epsilon
    self.epilogue = epilogue
  }

  package var carried: CarriedProgram? {
    get { CarriedProgram(epilogue: epilogue, after: 1, takesBits: false) }
    set { epilogue = newValue?.program ?? epilogue }
  }

  package var attributes: [Attribute] {
    [
      Attribute("axes", .ints(axes)), Attribute("epsilon", .float(Double(epsilon))),
      Attribute("epilogue", .program(epilogue)),
    ]
  }

  package init(attributes: AttributeReader) throws(AttributeError) {
    self.init(
      axes: try attributes.ints("axes"), epsilon: Float(try attributes.float("epsilon")),
      epilogue: try attributes.program("epilogue"))
  }

  package func resultShape(for operands: [Shape]) throws(TypeRuleError) -> Shape {
    try operands.expect(atLeast: 1)
    try checkAxes(axes, rank: operands[0].rank)  // normalize_c1
    guard !axes.isEmpty, epsilon >= 0 else {  // normalize_c1
      throw TypeRuleError("a normalization needs axes and an epsilon of 0 or more", id: "epsilon")
    }
    try checkEpilogue(epilogue, operands[1...], result: operands[0])
    return operands[0]
  }

  private func order(_ rank: Int) -> [Int] { (0..<rank).filter { !axes.contains($0) } + axes }

  package func isBatched(_ operands: [Bool], shapes: [Shape], result: Shape) -> Bool {
    operands[0] && !axes.contains(0)
  }

  package func reference(_ operands: [ReferenceTensor]) -> ReferenceTensor {
    let order = order(operands[0].shape.rank)
    var x = operands[0].transposed(order)
    let run = axes.map { operands[0].shape[$0] }.reduce(1, *)
    for start in stride(from: 0, to: x.shape.count, by: max(run, 1)) {
      let values = x.elements[start..<(start + run)]
      let mean = values.reduce(0, +) / Double(run)
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(run)
      let scale = 1 / (variance + Double(epsilon)).squareRoot()
      for i in start..<(start + run) { x[i] = (x[i] - mean) * scale }
    }
    let back = (0..<order.count).map { axis in order.firstIndex(of: axis) ?? axis }
    return applyEpilogue(epilogue, x.transposed(back), operands[1...])
  }

  package func lower(into context: inout some LoweringContext) throws(LoweringError) {
    let shape = context.resultShape
    let order = order(shape.rank)
    let output = context.output()
    var instruction = Normalization(
      input: context.view(0).permuted(order), keptRank: shape.rank - axes.count, epsilon: epsilon,
      output: output.permuted(order))
    let epilogue = context.epilogue(self.epilogue, from: 1, over: shape)
    instruction.epilogue = Epilogue(
      program: epilogue.program, operands: epilogue.operands.map { $0.permuted(order) })
    context.emit(.normalize(instruction))
  }

  package func transposed(_ permutation: [Int], operands: [Shape], result: Shape) -> TransposedOp? {
    let turned = axes.compactMap { permutation.firstIndex(of: $0) }
    return TransposedOp(
      Normalize(axes: turned, epsilon: epsilon, epilogue: epilogue),
      operands.map { _ in permutation })
  }

  /// `r · (g − mean g − y · mean(g · y))` with `r = 1 / √(variance + epsilon)`.
  package func pullback(
    _ cotangent: Value, of operands: [Value], result: Value, towards wanted: [Bool],
    in graph: inout GraphBuilder
  ) throws(PullbackError) -> [Value?] {
    try PullbackError.refuse(epilogue)
    return try rule {
      let (x, g, y) = (operands[0], cotangent, result)
      let variance = try graph.reduced(.variance, x, axes)
      let raised = try graph.add(variance, graph.constant(epsilon))
      let scale = try graph.map(.reciprocalSquareRoot, raised)
      // Sums rather than means: those of a shift and a scale that follow are the same.
      let share = 1 / Float(axes.reduce(1) { $0 * graph.shape(x)[$1] })
      let product = try graph.reduced(.sum, graph.multiply(g, y), axes)
      let along = try graph.multiply(y, graph.scaled(product, by: share))
      let total = try graph.reduced(.sum, g, axes)
      let centred = try graph.subtract(g, graph.scaled(total, by: share))
      return [try graph.multiply(scale, graph.subtract(centred, along))]
    }
  }
}
