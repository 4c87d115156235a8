import TGKernels
import TGMachine
import TGPlan
import Testing

/// A program each step of which takes the value of the one before is run in registers where its result
/// lies so (tg_chain.c), and step by step elsewhere. The bits are the same.
@Suite struct ChainTests {
  struct Program: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var steps: [KernelProgram.Step]
  }

  /// Of four operands: numbers everywhere, one for each column, one for each row, a single one.
  static let programs: [Program] = [
    .init(
      testDescription: "noise of a row times strength of a column, bias, rectifier",
      steps: [
        .init(.multiply, [2, 1]), .init(.add, [0, 4]), .init(.add, [5, 1]),
        .init(.leakyRelu, [6], immediate: 0.2),
      ]),
    .init(
      testDescription: "a gate that begins at the second operand",
      steps: [.init(.sigmoid, [1]), .init(.multiply, [0, 4]), .init(.subtract, [5, 3])]),
    .init(
      testDescription: "constants",
      steps: [
        .init(.constant, immediate: 0.75), .init(.multiply, [4, 0]),
        .init(.constant, immediate: -0.3), .init(.add, [5, 6]), .init(.tanh, [7]),
      ]),
    .init(
      testDescription: "a value added to its product, the last operand too",
      steps: [
        .init(.multiply, [0, 1]), .init(.add, [4, 0]), .init(.add, [3, 5]), .init(.relu, [6]),
      ]),
    .init(
      testDescription: "not a chain: a step is read twice",
      steps: [
        .init(.add, [0, 1]), .init(.multiply, [4, 4]), .init(.multiply, [2, 3]),
        .init(.add, [5, 6]),
      ]),
    .init(
      testDescription: "not a chain: a product that is read again",
      steps: [.init(.multiply, [1, 2]), .init(.add, [0, 4]), .init(.subtract, [5, 4])]),
    .init(
      testDescription: "not a chain: the value is subtracted",
      steps: [.init(.multiply, [0, 1]), .init(.subtract, [3, 4])]),
    .init(
      testDescription: "more links than a chain has",
      steps: (0..<12).map { .init(.add, [$0 == 0 ? 0 : 3 + $0, 1 + $0 % 3]) }),
  ]

  /// What comes first may be no operand, or one that holds whole numbers.
  @Test(arguments: ISA.available())
  func chainsBeginWithFloats(_ isa: ISA) {
    let output = FloatMemory([Float](repeating: -9, count: 40))
    unsafe TGKernelsTests.run(
      KernelCall.elementwise(
        program: KernelProgram(
          operandCount: 0,
          steps: [
            .init(.constant, immediate: 3), .init(.multiply, [0, 0]), .init(.add, [1, 0]),
          ]), operands: [], output: output.view([40]), isa: isa))
    #expect(output.elements == [Float](repeating: 12, count: 40))
    let whole = FloatMemory(integers: Array(0..<40))
    let numbers = FloatMemory([Float](repeating: 0.5, count: 40))
    for steps: [KernelProgram.Step] in [
      [.init(.multiply, [1, 0]), .init(.add, [2, 1])],
      [.init(.multiply, [1, 1]), .init(.add, [0, 2])],
    ] {
      unsafe TGKernelsTests.run(
        KernelCall.elementwise(
          program: KernelProgram(operandCount: 2, steps: steps),
          operands: [whole.integers([40], [1]), numbers.view([40])],
          output: output.view([40]), isa: isa))
      let expected = (0..<40).map {
        steps[0].arguments == [1, 0] ? Float($0) / 2 + 0.5 : Float($0) + 0.25
      }
      #expect(output.elements == expected)
    }
  }

  @Test(arguments: ISA.available(), programs)
  func registersGiveTheBitsOfSteps(_ isa: ISA, _ program: Program) {
    var generator = SeededGenerator(seed: 71)
    for (rows, columns) in [(1, 1), (5, 3), (3, 16), (4, 64), (7, 70), (2, 200), (1, 1030)] {
      let strides = [[columns, 1], [0, 1], [1, 0], [0, 0]]
      let counts = [rows * columns, columns, rows, 1]
      let memories = counts.map { FloatMemory(generator.floats($0, scale: 2)) }
      func run(step: Int) -> [Float] {
        let output = FloatMemory([Float](repeating: -9, count: rows * columns * step))
        let views = unsafe zip(memories, strides).map { unsafe $0.view([rows, columns], $1) }
        TGKernelsTests.run(
          unsafe KernelCall.elementwise(
            program: KernelProgram(operandCount: 4, steps: program.steps), operands: views,
            output: output.view([rows, columns], [columns * step, step]), isa: isa))
        #expect(output.guardsAreWhole)
        return stride(from: 0, to: rows * columns * step, by: step).map { output.elements[$0] }
      }
      #expect(
        run(step: 1).map(\.bitPattern) == run(step: 2).map(\.bitPattern), "\(rows) × \(columns)")
    }
  }
}
