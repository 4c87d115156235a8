package import TGIR
package import TGPlan
package import TGTensor

/// A pointwise program over broadcast operands: `y[i…] = program(x₀[i…], x₁[i…], …)`.
///
/// - Operands: up to eight, broadcast by NumPy's rule. Result: the broadcast shape.
/// - Gradient: that of each function in turn, summed over broadcast axes; in terms of the result
///   for relu, leakyRelu of a positive slope, tanh, sigmoid, exponential and roots. The condition of
///   select carries none. A tie of minimum or maximum goes to one side whole if the other is a
///   constant, else in halves. `pow(0, 0)` passes nothing. Refused: less, floor, sign.
/// - C1: the program is sound and takes as many operands as there are.
/// - C2: the operands broadcast.
/// - C3: a packed operand, of which the program reads bits, has a word for 16 places along the
///   innermost axis; its other axes broadcast.
package struct Map: Op {
  package static let mnemonic = "map"
  package static let samples: [OpSample] =
    PointwiseFunction.allCases.filter { $0 != .constant && $0 != .bit }.map { function in
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
      masked([[2, 5, 37], [2, 5, 3]]), masked([[3, 2, 32], [2, 2]]), masked([[40, 5], [40, 1]]),
      // A bit as it is, of every place.
      OpSample(
        Map(
          PointwiseProgram(
            operandCount: 2, steps: [.init(.negate, [1]), .init(.bit, [0])])),
        [[1, 4, 33, 5], [1, 4, 33, 70]], wholeNumbers: [0: 1 << 16]),
    ]

  /// `select(bit(m), x, −x)`.
  private static func masked(_ operands: [Shape]) -> OpSample {
    OpSample(
      Map(
        PointwiseProgram(
          operandCount: 2,
          steps: [.init(.bit, [1]), .init(.negate, [0]), .init(.select, [2, 0, 3])])), operands,
      wholeNumbers: [1: 1 << 16])
  }

  /// What is computed at each place.
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
    get { CarriedProgram(program, takesWords: true) }
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
    let packed = program.packedOperands
    var result: Shape = []
    for (place, shape) in operands.enumerated() where !packed.contains(place) {  // map_c2
      guard let joined = result.broadcast(with: shape) else {
        throw TypeRuleError(
          "\(result) and \(shape) do not broadcast", id: "shape-mismatch", operand: place)
      }
      result = joined
    }
    for place in packed.sorted() where !program.takes(operands[place], at: place, over: result) {
      throw TypeRuleError(  // map_c3
        "words \(operands[place]) do not fit \(result)", id: "shape-mismatch", operand: place)
    }
    return result
  }

  package func reference(_ operands: [ReferenceTensor]) -> ReferenceTensor {
    let packed = program.packedOperands
    var shape: Shape = []
    for (place, operand) in operands.enumerated() where !packed.contains(place) {
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
            context.operandView($0, ofOperand: $0, of: program, over: shape)
          }, output: output)))
  }

  package func transposed(_ permutation: [Int], operands: [Shape], result: Shape) -> TransposedOp? {
    program.packedOperands.isEmpty ? TransposedOp(self, operands.map { _ in permutation }) : nil
  }
}
