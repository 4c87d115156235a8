package import TGIR
package import TGPlan
package import TGTensor

/// Matrix products of stacks of matrices: `y[b…, m, n] = Σₖ x[b…, m, k] · w[b…, k, n]`.
///
/// - Operands: `x` `[B…, M, K]`, `w` `[B…, K, N]`, then the epilogue's. The leading axes broadcast.
///   Result: `[B…, M, N]`.
/// - Gradient: `ḡ·wᵀ` and `xᵀ·ḡ`, summed over broadcast leading axes.
/// - C1: both have rank 2 or more, and agree in K.
/// - C2: the leading axes broadcast.
package struct MatMul: Op {
  package static let mnemonic = "matmul"
  package static let samples = [
    OpSample(MatMul(), [[5, 7], [7, 3]]),
    OpSample(MatMul(), [[2, 5, 7], [2, 7, 17]]),
    OpSample(MatMul(), [[2, 3, 5, 4], [4, 6]]),
    OpSample(
      MatMul(epilogue: .init(operandCount: 2, steps: [.init(.multiply, [0, 1])])),
      [[2, 5, 7], [2, 7, 3], [2, 1, 1]]),
    OpSample(
      MatMul(
        epilogue: .init(operandCount: 2, steps: [.init(.multiply, [0, 1])])),
      [[2, 2, 5, 7], [7, 35], [2, 5, 35]], wholeNumbers: [2: 2], dtypes: [2: .bits]),
  ]
  /// Applied to each result; operand 0 is the sum of products.
  package var epilogue: PointwiseProgram

  /// Makes a product.
  package init(epilogue: PointwiseProgram = .identity) { self.epilogue = epilogue }

  package var carried: CarriedProgram? {
    get { CarriedProgram(epilogue: epilogue, after: 2) }
    set { epilogue = newValue?.program ?? epilogue }
  }

  package var attributes: [Attribute] { [Attribute("epilogue", .program(epilogue))] }

  package init(attributes: AttributeReader) throws(AttributeError) {
    self.init(epilogue: try attributes.program("epilogue"))
  }

  private static func lead(_ a: Shape, _ b: Shape) -> Shape? {
    Shape(Array(a.dimensions.dropLast(2))).broadcast(with: Shape(Array(b.dimensions.dropLast(2))))
  }

  package func resultShape(for operands: [Shape]) throws(TypeRuleError) -> Shape {
    try operands.expect(atLeast: 2)
    let (x, w) = (operands[0], operands[1])
    guard x.rank >= 2, w.rank >= 2, x[x.rank - 1] == w[w.rank - 2] else {  // matmul_c1
      throw TypeRuleError("\(x) times \(w): inner extents differ", id: "matmul", operand: 1)
    }
    guard let lead = Self.lead(x, w) else {  // matmul_c2
      throw TypeRuleError("\(x) times \(w): leading extents differ", id: "matmul", operand: 1)
    }
    let result = try makeShape(lead.dimensions + [x[x.rank - 2], w[w.rank - 1]])
    try checkEpilogue(epilogue, operands[2...], result: result)
    return result
  }

  package func isBatched(_ operands: [Bool], shapes: [Shape], result: Shape) -> Bool {
    let rows = zip(operands, shapes).map { $0 && $1.rank == result.rank && $1[0] == result[0] }
    return result.rank > 2 ? rows.contains(true) : rows[0]
  }

  package func reference(_ operands: [ReferenceTensor]) -> ReferenceTensor {
    let (x, w) = (operands[0].shape, operands[1].shape)
    let (m, k, n) = (x[x.rank - 2], x[x.rank - 1], w[w.rank - 1])
    let lead = Self.lead(x, w) ?? []
    let left = operands[0].broadcast(to: Shape(lead.dimensions + [m, k]))
    let right = operands[1].broadcast(to: Shape(lead.dimensions + [k, n]))
    var result = ReferenceTensor(Shape(lead.dimensions + [m, n]))
    for b in 0..<lead.count {
      for i in 0..<m {
        for j in 0..<n {
          var sum = 0.0
          for p in 0..<k { sum += left[(b * m + i) * k + p] * right[(b * k + p) * n + j] }
          result[(b * m + i) * n + j] = sum
        }
      }
    }
    return applyEpilogue(epilogue, result, operands[2...])
  }

  package func macs(operands: [Shape], result: Shape) -> Int {
    result.count * operands[0][operands[0].rank - 1]
  }

  package func lower(into context: inout some LoweringContext) throws(LoweringError) {
    let shape = context.resultShape
    let lead = Array(shape.dimensions.dropLast(2))
    func operand(_ number: Int, _ context: inout some LoweringContext) -> View {
      let view = context.view(number)
      let (rows, columns) = (view.rank - 2, view.rank - 1)
      let usable =
        view.strides[columns] == 1 || view.strides[rows] == 1 || view.dimensions[columns] == 1
      let sound = usable && view.strides[rows] != 0 && view.strides[columns] != 0
      let source = sound ? view : context.dense(number)
      return source.broadcast(to: Shape(lead + source.dimensions.suffix(2)))
    }
    let left = operand(0, &context)
    let right = operand(1, &context)
    let output = context.output()
    let epilogue = context.epilogue(self.epilogue, from: 2, over: shape)
    // The instruction has one batch axis: further ones are unrolled.
    let outer = Array(lead.dropLast())
    for index in StridedOrder(dimensions: outer, strides: Shape(outer).strides) {
      let stack = [left, right, output].map { $0.matrices(outer: outer, index: index) }
      var instruction = MatrixProduct(left: stack[0], right: stack[1], output: stack[2])
      instruction.epilogue = Epilogue(
        program: epilogue.program,
        operands: epilogue.operands.map { $0.matrices(outer: outer, index: index) })
      context.emit(.multiply(instruction))
    }
  }

  package func pullback(
    _ cotangent: Value, of operands: [Value], result: Value, towards wanted: [Bool],
    in graph: inout GraphBuilder
  ) throws(PullbackError) -> [Value?] {
    try PullbackError.refuse(epilogue)
    return try rule {
      var (g, x, w) = (cotangent, operands[0], operands[1])
      var parts: [Value?] = [nil, nil]
      if wanted[0] {
        let product = try graph.insert(MatMul(), [g, graph.turned(w)])
        parts[0] = try graph.sum(product, to: graph.shape(x))
      }
      if wanted[1] {
        if graph.shape(w).rank == 2 {
          // One matrix for all: its gradient is one product over all rows.
          (g, x) = (try graph.flattened(g), try graph.flattened(x))
        }
        let product = try graph.insert(MatMul(), [graph.turned(x), g])
        parts[1] = try graph.sum(product, to: graph.shape(w))
      }
      return parts
    }
  }
}

extension GraphBuilder {
  /// The last two axes exchanged.
  fileprivate mutating func turned(_ x: Value) throws(TypeRuleError) -> Value {
    let rank = shape(x).rank
    return try transpose(x, Array(0..<(rank - 2)) + [rank - 1, rank - 2])
  }

  /// All axes but the last made one.
  fileprivate mutating func flattened(_ x: Value) throws(TypeRuleError) -> Value {
    let extents = shape(x).dimensions
    return try reshape(x, [extents.dropLast().reduce(1, *), extents[extents.count - 1]])
  }
}

extension View {
  /// The stack `[B, R, C]` at one row-major index of the leading axes `outer`.
  fileprivate func matrices(outer: [Int], index: Int) -> View {
    var (rest, start) = (index, 0)
    for axis in outer.indices.reversed() {
      start += rest % outer[axis] * strides[axis]
      rest /= outer[axis]
    }
    let inner = min(3, rank)
    let lead = 3 - inner
    return seen(
      offset: start, dimensions: [Int](repeating: 1, count: lead) + dimensions.suffix(inner),
      strides: [Int](repeating: 0, count: lead) + strides.suffix(inner))
  }
}
