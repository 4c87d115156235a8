package import TGIR
package import TGPlan
package import TGTensor

/// An elementwise program over broadcast operands: `y[i…] = program(x₀[i…], x₁[i…], …)`.
///
/// - Operands: up to eight, broadcast by NumPy's rule. Result: the broadcast shape.
/// - Gradient: that of each function in turn, summed over broadcast axes; in terms of the result
///   for relu, leakyRelu of a positive slope, tanh, sigmoid, exponential and roots. The condition of
///   select carries none. A tie of minimum or maximum goes to one side whole if the other is a
///   constant, else in halves. `pow(0, 0)` passes nothing. Refused: less, floor, sign.
/// - C1: the program is sound and takes as many operands as there are.
/// - C2: the operands broadcast.
/// - Types: operands of int32 are read as the nearest float32, of bits as 1 or 0; bits are not
///   broadcast along the innermost axis.
package struct Map: Op {
  package static let mnemonic = "map"
  package static let samples: [OpSample] =
    PointwiseFunction.allCases.filter { $0 != .constant }.map { function in
      let positive: Set<PointwiseFunction> = [
        .squareRoot, .reciprocalSquareRoot, .logarithm, .power, .divide,
      ]
      return OpSample(
        Map(function, immediate: function == .leakyRelu ? 0.2 : 0),
        [[2, 3, 5], [3, 1], [5]].prefix(function.arity).map { $0 },
        range: positive.contains(function) ? 0.25...3 : -3...3)
    } + [
      OpSample(
        Map(
          PointwiseProgram(
            operandCount: 3,
            steps: [
              .init(.multiply, [0, 1]), .init(.add, [3, 2]), .init(.leakyRelu, [4], immediate: 0.1),
            ])), [[2, 7, 3], [1, 1, 3], [3]]),
      masked([[2, 5, 37], [2, 5, 37]]), masked([[3, 2, 32], [2, 32]]),
      masked([[40, 5], [40, 5]]),
      // A bit as it is, at every position.
      OpSample(
        Map(.identity), [[1, 4, 33, 70]], wholeNumbers: [0: 2], dtypes: [0: .bits]),
      OpSample(
        Map(PointwiseProgram(operandCount: 2, steps: [.init(.less, [0, 1])])),
        [[4, 7], [4, 1]], wholeNumbers: [0: 5, 1: 7], dtypes: [0: .int32, 1: .int32]),
    ]

  /// `select(m, x, −x)`.
  private static func masked(_ operands: [Shape]) -> OpSample {
    OpSample(
      Map(
        PointwiseProgram(
          operandCount: 2,
          steps: [.init(.negate, [0]), .init(.select, [1, 0, 2])])), operands,
      wholeNumbers: [1: 2], dtypes: [1: .bits])
  }

  /// What is computed for each element.
  package var program: PointwiseProgram

  /// Makes a map of a program.
  package init(_ program: PointwiseProgram) { self.program = program }

  /// Makes a map of one function.
  package init(_ function: PointwiseFunction, immediate: Float = 0) {
    program = PointwiseProgram(
      operandCount: function.arity,
      steps: [.init(function, Array(0..<function.arity), immediate: immediate)])
  }

  package var carried: CarriedProgram? {
    get { CarriedProgram(program, takesBits: true) }
    set { program = newValue?.program ?? program }
  }

  package var attributes: [Attribute] { [Attribute("program", .program(program))] }

  package init(attributes: AttributeReader) throws(AttributeError) {
    self.init(try attributes.program("program"))
  }

  package func resultShape(for operands: [Shape]) throws(TypeRuleError) -> Shape {
    guard program.isSound, program.operandCount == operands.count else {  // map_c1
      throw TypeRuleError("the program does not fit its operands", id: "arity")
    }
    var result: Shape = []
    for (number, shape) in operands.enumerated() {  // map_c2
      guard let joined = result.broadcast(with: shape) else {
        throw TypeRuleError(
          "\(result) and \(shape) do not broadcast", id: "shape-mismatch", operand: number)
      }
      result = joined
    }
    return result
  }

  package func reference(_ operands: [ReferenceTensor]) -> ReferenceTensor {
    var shape: Shape = []
    for operand in operands {
      shape = shape.broadcast(with: operand.shape) ?? shape
    }
    return program.reference(operands, over: shape)
  }

  package func lower(into context: inout some LoweringContext) throws(LoweringError) {
    let output = context.output()
    let shape = context.resultShape
    context.emit(
      .map(
        PointwiseMap(
          program: program,
          operands: (0..<context.operandCount).map {
            context.operandView($0, over: shape)
          }, output: output)))
  }

  package func transposed(_ permutation: [Int], operands: [Shape], result: Shape) -> TransposedOp? {
    TransposedOp(self, operands.map { _ in permutation })
  }
}
