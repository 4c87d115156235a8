import TGKernels
import TGMachine
import TGPlan
import Testing

@Suite struct SoftmaxTests {
  /// Softmax has no exponential of its own: beside a 0, which makes the sum 1 in single precision,
  /// a number becomes the bits that `exponential` makes of it, in a row and side by side.
  @Test(arguments: ISA.available(), [false, true])
  func exponentialIsThatOfPrograms(_ isa: ISA, _ sideBySide: Bool) {
    var generator = SeededGenerator(seed: 51)
    let count = 500
    let exponents = (0..<count).map { _ in Float.random(in: -110 ... -20, using: &generator) }
    let row = FloatMemory(exponents)
    let expected = FloatMemory([Float](repeating: 0, count: count))
    run(
      unsafe KernelCall.elementwise(
        program: KernelProgram(operandCount: 1, steps: [.init(.exponential, [0])]),
        operands: [row.view([count])], output: expected.view([count]), isa: isa))
    let pairs = FloatMemory(
      sideBySide
        ? [Float](repeating: 0, count: count) + exponents : exponents.flatMap { [0, $0] })
    let strides = sideBySide ? [1, count] : [2, 1]
    let output = FloatMemory([Float](repeating: 7, count: 2 * count))
    run(
      unsafe KernelCall.softmax(
        input: pairs.view([count, 2], strides), output: output.view([count, 2], strides),
        logarithmic: false, isa: isa))
    withExtendedLifetime([row, pairs]) {}
    let found = (0..<count).map { output.elements[$0 * strides[0] + strides[1]].bitPattern }
    #expect(found == expected.elements.map(\.bitPattern))
  }

  /// Short rows are turned and taken side by side: a row alone has the bits of a row among others.
  @Test(arguments: ISA.available(), [1, 2, 18, 64, 65])
  func shortRowsDoNotSeeEachOther(_ isa: ISA, _ count: Int) {
    var generator = SeededGenerator(seed: 52)
    let rows = 37
    var values = generator.floats(rows * count, scale: 6)
    for i in 0..<count { values[5 * count + i] = -.infinity }
    func softmax(_ values: [Float], logarithmic: Bool) -> [UInt32] {
      let shape = [values.count / count, count]
      let memory = FloatMemory(values)
      unsafe run(
        KernelCall.softmax(
          input: memory.view(shape), output: memory.view(shape), logarithmic: logarithmic, isa: isa)
      )
      #expect(memory.guardsAreWhole)
      return memory.elements.map(\.bitPattern)
    }
    for logarithmic in [false, true] {
      let together = softmax(values, logarithmic: logarithmic)
      for row in 0..<rows {
        let range = row * count..<(row + 1) * count
        #expect(
          softmax(Array(values[range]), logarithmic: logarithmic) == Array(together[range]),
          "row \(row)")
      }
    }
  }
}
