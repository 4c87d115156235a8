package import TGIR
package import TGPlan
package import TGTensor

/// A matrix applied to the innermost axis: `y[…, o] = Σ x[…, i] · w[o, i]`.
///
/// - Operands: `x` `[…, I]`, `w` `[O, I]`, then the epilogue's. Result: `[…, O]`.
/// - Gradient: `ḡ·w` towards `x`, `ḡᵀ·x` over all rows towards `w`.
/// - C1: `x` has an innermost axis of extent I.
package struct Linear: WeightedSums {
  package static let mnemonic = "linear"
  package static let samples = [
    OpSample(Linear(), [[3, 7], [5, 7]], constants: [1]),
    OpSample(Linear(), [[2, 3, 16], [33, 16]], constants: [1]),
    OpSample(Linear(), [[4, 6], [5, 6]]),
    OpSample(
      Linear(epilogue: .init(operandCount: 2, steps: [.init(.add, [0, 1]), .init(.tanh, [2])])),
      [[1, 40], [70, 40], [70]], constants: [1, 2]),
    OpSample(
      Linear(
        epilogue: .init(operandCount: 2, steps: [.init(.multiply, [0, 1])])),
      [[3, 5, 9], [35, 9], [3, 5, 35]], constants: [1], wholeNumbers: [2: 2], dtypes: [2: .bits]),
  ]
  /// See `WeightedSums`.
  package var precision: TGPlan.Convolution.Precision
  /// Applied to each result; operand 0 is the sum of products.
  package var epilogue: PointwiseProgram

  /// Makes a linear layer.
  package init(
    precision: TGPlan.Convolution.Precision = .float32, epilogue: PointwiseProgram = .identity
  ) {
    self.precision = precision
    self.epilogue = epilogue
  }

  package var carried: CarriedProgram? {
    get { CarriedProgram(epilogue: epilogue, after: 2) }
    set { epilogue = newValue?.program ?? epilogue }
  }

  package var attributes: [Attribute] {
    [Attribute("epilogue", .program(epilogue))] + precision.attributes
  }

  package init(attributes: AttributeReader) throws(AttributeError) {
    self.init(precision: try .init(attributes), epilogue: try attributes.program("epilogue"))
  }

  package func resultShape(for operands: [Shape]) throws(TypeRuleError) -> Shape {
    try operands.expect(atLeast: 2)
    let (x, w) = (operands[0], operands[1])
    guard w.rank == 2, let inner = x.dimensions.last, inner == w[1] else {  // linear_c1
      throw TypeRuleError("a matrix \(w) does not fit the last axis of \(x)", id: "linear")
    }
    let result = try makeShape(x.dimensions.dropLast() + [w[0]])
    try checkEpilogue(epilogue, operands[2...], result: result)
    return result
  }

  package func isBatched(_ operands: [Bool], shapes: [Shape], result: Shape) -> Bool {
    operands[0]
  }

  package func reference(_ operands: [ReferenceTensor]) -> ReferenceTensor {
    let (x, w) = (precision.factors(operands[0]), precision.factors(operands[1]))
    let (outputs, inputs) = (w.shape[0], w.shape[1])
    let rows = x.shape.dimensions.dropLast().reduce(1, *)
    var result = ReferenceTensor(Shape(x.shape.dimensions.dropLast() + [outputs]))
    for row in 0..<rows {
      for o in 0..<outputs {
        var sum = 0.0
        for i in 0..<inputs { sum += x[row * inputs + i] * w[o * inputs + i] }
        result[row * outputs + o] = sum
      }
    }
    return applyEpilogue(epilogue, result, operands[2...])
  }

  package func macs(operands: [Shape], result: Shape) -> Int { result.count * operands[1][1] }

  package func lower(into context: inout some LoweringContext) throws(LoweringError) {
    let isConstant = context.isConstant(1)
    guard isConstant || precision == .float32 else {
      throw LoweringError("a product of bfloat16 with a computed matrix")
    }
    let input = context.rows(0)
    let matrix = isConstant ? nil : context.dense(1)
    let output = context.output()
    let epilogue = context.epilogue(self.epilogue, from: 2, over: context.resultShape)
    let rank = isConstant ? 4 : 3
    guard let views = alignedRows([input, output] + epilogue.operands, rank: rank) else {
      throw LoweringError("a linear layer over rows that no view of rank \(rank) can show")
    }
    let fused = Epilogue(program: epilogue.program, operands: Array(views[2...]))
    if isConstant {
      // Constant weights: a 1×1 convolution over the rows.
      var instruction = TGPlan.Convolution(
        input: views[0], output: views[1],
        phases: [
          .init(
            weights: context.kernel(1, groups: 1), kernelHeight: 1, kernelWidth: 1, padTop: 0,
            padLeft: 0)
        ])
      instruction.precision = precision
      instruction.epilogue = fused
      context.emit(.convolve(instruction))
    } else if let matrix {
      let right = matrix.seen(
        dimensions: [views[0].dimensions[0], matrix.dimensions[1], matrix.dimensions[0]],
        strides: [0, 1, matrix.strides[0]])
      var instruction = MatrixProduct(left: views[0], right: right, output: views[1])
      instruction.epilogue = fused
      context.emit(.multiply(instruction))
    }
  }

  package func pullback(
    _ cotangent: Value, of operands: [Value], result: Value, towards wanted: [Bool],
    in graph: inout GraphBuilder
  ) throws(PullbackError) -> [Value?] {
    try PullbackError.refuse(epilogue)
    return try rule {
      let (x, w) = (operands[0], operands[1])
      let rows = graph.shape(x).dimensions.dropLast().reduce(1, *)
      var parts: [Value?] = [nil, nil]
      if wanted[0] {
        parts[0] = try graph.insert(Linear(), [cotangent, graph.transpose(w, [1, 0])])
      }
      if wanted[1] {
        let flat = try graph.reshape(cotangent, [rows, graph.shape(w)[0]])
        let inputs = try graph.reshape(x, [rows, graph.shape(w)[1]])
        parts[1] = try graph.insert(MatMul(), [graph.transpose(flat, [1, 0]), inputs])
      }
      return parts
    }
  }
}

/// Views `[…, C]` of equal leading extents brought to one rank: all leading axes merged into one
/// where every view allows it, otherwise leading axes of extent 1 added; nil if neither can be.
private func alignedRows(_ views: [View], rank: Int) -> [View]? {
  let merged = views.compactMap { view -> View? in
    let channels = view.dimensions[view.rank - 1]
    let lead = [Int](repeating: 1, count: rank - 2)
    guard let flat = view.reshaped(Shape(lead + [view.count / max(channels, 1), channels])),
      channels == 1 || flat.strides[rank - 1] == view.strides[view.rank - 1]
    else { return nil }
    return flat
  }
  if merged.count == views.count { return merged }
  guard let first = views.first, first.rank <= rank else { return nil }
  return views.map { view in
    let lead = rank - view.rank
    return view.seen(
      dimensions: [Int](repeating: 1, count: lead) + view.dimensions,
      strides: [Int](repeating: 0, count: lead) + view.strides)
  }
}
