import TGKernels
import TGMachine
import TGPlan
import Testing

/// Runs a program over rank-1 operands.
private func evaluate(
  _ program: KernelProgram, _ operands: [[Float]], count: Int, isa: ISA
) -> [Float] {
  let inputs = operands.map { FloatMemory($0) }
  let output = FloatMemory([Float](repeating: -77, count: count))
  let views = unsafe inputs.map { unsafe $0.view([count]) }
  run(
    unsafe KernelCall.elementwise(
      program: program, operands: views, output: output.view([count]), isa: isa))
  withExtendedLifetime(inputs) {}
  #expect(output.guardsAreWhole)
  return output.elements
}

@Suite struct PointwiseFunctionTests {
  static let special: [Float] = [
    0, -0, 1, -1, 0.5, -0.5, 2, -2, .infinity, -.infinity, .nan, 0x1p-133, -0x1p-133, 0x1p-149,
    3e38, -3e38,
    88.7, 89.5, -87.5, -103.5, -110, 0.624, 0.626, -0.625, 0.999, 1.001, 10, -10, 1e30, 1e-30,
    8191.5, 8193, 1e6, 12_345_678, 3.4e38, 1.5707964, 3.1415927, 16_777_216, -14.4, 14.4,
  ]

  /// All but `bit`, whose operand is packed: see `PackMasksTests`.
  static let cases = ISA.available().flatMap { isa in
    PointwiseFunction.allCases.map { (isa, $0) }
  }

  /// The table of the kernels says of each function what Swift says, and has no other.
  @Test func tableIsThatOfThePlan() throws {
    for function in PointwiseFunction.allCases {
      let entry = try #require(KernelFunction(code: function.rawValue), "\(function) has no kernel")
      #expect(entry.name == function.mnemonic)
      #expect(entry.operandCount == function.arity, "\(function)")
      #expect(entry.takesImmediate == function.takesImmediate, "\(function)")
    }
    for code in [-1, PointwiseFunction.allCases.count, Int(Int32.max), Int.max] {
      #expect(KernelFunction(code: code) == nil, "code \(code)")
    }
  }

  @Test(arguments: cases)
  func isNearTheDoubleReference(_ isa: ISA, _ function: PointwiseFunction) {
    let seed: UInt64 = 11
    var generator = SeededGenerator(seed: seed)
    var operands = [[Float]](repeating: [], count: function.arity)
    // Special values against each other, then random numbers of many sizes.
    for a in Self.special {
      for b in function.arity > 1 ? Self.special : [0] {
        for index in operands.indices { operands[index].append([a, b, b + 1][index]) }
      }
    }
    for _ in 0..<20_000 {
      let range = [0.9, 4, 20, 90, 9000].randomElement(using: &generator)!
      for index in operands.indices {
        operands[index].append(Float(Double.random(in: -range...range, using: &generator)))
      }
    }
    let count = operands.first?.count ?? 37
    let step = KernelProgram.Step(
      function, Array(0..<function.arity), immediate: function == .leakyRelu ? 0.2 : 3.5)
    let program = KernelProgram(operandCount: function.arity, steps: [step])
    let result = evaluate(program, operands, count: count, isa: isa)
    var worst = 0.0
    for i in 0..<count {
      let x = operands.map { Double($0[i]) }
      let expected = reference(function, x, immediate: step.immediate)
      let single = Float(expected)
      if expected.isNaN {
        #expect(result[i].isNaN, "\(isa) function \(function) of \(x): \(result[i])")
      } else if !single.isFinite || expected == 0 {
        let same = result[i] == single || (result[i].isFinite && result[i] >= 3.4e38)
        #expect(same, "\(isa) function \(function) of \(x): \(result[i]), not \(expected)")
      } else {
        // Relative to the value or the smallest denormal; for sine, cosine and gelu absolute.
        let absolute = [.sine, .cosine, .gelu].contains(function) ? 1e-7 : 3e-45
        let error = abs(Double(result[i]) - expected) / (abs(expected) + absolute / 1e-6)
        if error > worst { worst = error }
        #expect(
          error <= 1e-6, "\(isa) function \(function) of \(x): \(result[i]), not \(expected)")
      }
    }
    #expect(worst <= 1e-6, "seed \(seed)")
  }

  /// Bits do not depend on where in a vector, a tail or a tile an element stands.
  @Test(arguments: cases)
  func doesNotDependOnPosition(_ isa: ISA, _ function: PointwiseFunction) {
    var generator = SeededGenerator(seed: 12)
    let count = 1100
    let operands = (0..<function.arity).map { _ in generator.floats(count, scale: 12) }
    let step = KernelProgram.Step(function, Array(0..<function.arity), immediate: 0.3)
    let program = KernelProgram(operandCount: function.arity, steps: [step])
    let whole = evaluate(program, operands, count: count, isa: isa).map(\.bitPattern)
    for (start, length) in [(0, 1), (1, 1), (3, 5), (17, 15), (100, 33), (511, 2), (37, 1000)] {
      let part = operands.map { Array($0[start..<start + length]) }
      let result = evaluate(program, part, count: length, isa: isa).map(\.bitPattern)
      #expect(result == Array(whole[start..<start + length]))
    }
  }
}

@Suite struct PointwiseMapTests {
  struct Layout: CustomTestStringConvertible, Sendable {
    var name: String
    var dimensions: [Int]
    var output: [Int]
    var operands: [[Int]]
    var testDescription: String { name }
  }

  static let layouts: [Layout] = [
    .init(name: "scalar", dimensions: [], output: [], operands: [[], []]),
    .init(
      name: "flat", dimensions: [3, 5, 7], output: [35, 7, 1], operands: [[35, 7, 1], [35, 7, 1]]),
    .init(
      name: "bias and scale per channel", dimensions: [2, 9, 11, 19],
      output: [9 * 11 * 19, 11 * 19, 19, 1],
      operands: [[9 * 11 * 19, 11 * 19, 19, 1], [0, 0, 0, 1], [19, 0, 0, 1]]),
    .init(
      name: "one value per position", dimensions: [2, 33, 40], output: [33 * 40, 40, 1],
      operands: [[33 * 40, 40, 1], [33, 1, 0], [0, 0, 0]]),
    .init(
      name: "channels first to last", dimensions: [2, 21, 17, 35],
      output: [21 * 17 * 35, 17 * 35, 35, 1], operands: [[35 * 21 * 17, 17, 1, 21 * 17]]),
    .init(
      name: "channels last to first", dimensions: [2, 40, 21, 17],
      output: [40 * 21 * 17, 21 * 17, 17, 1], operands: [[40 * 21 * 17, 1, 17 * 40, 40]]),
    .init(
      name: "three channels first", dimensions: [1, 3, 50, 40], output: [6000, 2000, 40, 1],
      operands: [[6000, 1, 120, 3], [0, 1, 0, 0]]),
    .init(
      name: "nearest upsampling", dimensions: [2, 6, 2, 5, 2, 24],
      output: [6 * 2 * 5 * 2 * 24, 2 * 5 * 2 * 24, 5 * 2 * 24, 2 * 24, 24, 1],
      operands: [[6 * 5 * 24, 5 * 24, 0, 24, 0, 1]]),
    .init(
      name: "into a slice", dimensions: [2, 7, 24], output: [7 * 40, 40, 1],
      operands: [[7 * 24, 24, 1], [0, 24, 1]]),
    .init(
      name: "strided output", dimensions: [30, 50], output: [100, 2],
      operands: [[50, 1], [1, 30]]),
    .init(
      name: "backwards", dimensions: [20, 70], output: [70, 1], operands: [[-70, 1], [70, -1]]),
    .init(
      name: "long rows", dimensions: [2, 70_001], output: [70_001, 1],
      operands: [[70_001, 1], [0, 1]]),
    .init(
      name: "rank 8", dimensions: [2, 3, 2, 2, 3, 2, 2, 3],
      output: rowMajor([2, 3, 2, 2, 3, 2, 2, 3]),
      operands: [rowMajor([2, 3, 2, 2, 3, 2, 2, 3]), [1, 2, 6, 12, 24, 72, 144, 288]]),
    .init(name: "empty", dimensions: [3, 0, 4], output: [0, 4, 1], operands: [[0, 4, 1]]),
  ]

  @Test(arguments: ISA.available(), layouts)
  func walksEveryLayout(_ isa: ISA, _ layout: Layout) {
    var generator = SeededGenerator(seed: 5)
    let operandCount = layout.operands.count
    // x0, or x0 · x1 + 0.5, or x0 · x1 + x2.
    var steps: [KernelProgram.Step] = []
    if operandCount >= 2 {
      steps.append(.init(.multiply, [0, 1]))
      if operandCount == 3 {
        steps.append(.init(.add, [3, 2]))
      } else {
        steps += [.init(.constant, immediate: 0.5), .init(.add, [2, 3])]
      }
    }
    func extent(_ strides: [Int]) -> (low: Int, high: Int) {
      var low = 0
      var high = 0
      for (stride, dimension) in zip(strides, layout.dimensions) where dimension > 0 {
        if stride < 0 { low += stride * (dimension - 1) } else { high += stride * (dimension - 1) }
      }
      return (low, high)
    }
    let values = layout.operands.map { strides in
      generator.floats(extent(strides).high - extent(strides).low + 1)
    }
    let memories = values.map { FloatMemory($0) }
    let blank = [Float](repeating: -99, count: extent(layout.output).high + 1)
    var expected = blank
    for index in indices(layout.dimensions) {
      func at(_ strides: [Int]) -> Int {
        zip(strides, index).reduce(-extent(strides).low) { $0 + $1.0 * $1.1 }
      }
      let x = zip(values, layout.operands).map { $0[at($1)] }
      let result: Float =
        x.count == 1 ? x[0] : x.count == 2 ? x[0] * x[1] + 0.5 : x[0] * x[1] + x[2]
      expected[at(layout.output)] = result
    }
    for backwards in [false, true] {
      let output = FloatMemory(blank)
      let views = unsafe zip(memories, layout.operands).map { memory, strides in
        unsafe memory.view(layout.dimensions, strides, offset: -extent(strides).low)
      }
      let call = unsafe KernelCall.elementwise(
        program: KernelProgram(operandCount: operandCount, steps: steps), operands: views,
        output: output.view(layout.dimensions, layout.output), isa: isa)
      run(call, backwards: backwards)
      #expect(output.elements == expected)
      #expect(output.guardsAreWhole)
    }
    withExtendedLifetime(memories) {}
  }

  @Test(arguments: ISA.available())
  func worksInPlace(_ isa: ISA) {
    var generator = SeededGenerator(seed: 6)
    let values = generator.floats(3000)
    let memory = FloatMemory(values)
    let program = KernelProgram(
      operandCount: 2, steps: [.init(.multiply, [0, 1]), .init(.add, [2, 0]), .init(.relu, [3])])
    let view = unsafe memory.view([100, 30])
    run(
      unsafe KernelCall.elementwise(
        program: program, operands: [view, view], output: view, isa: isa))
    #expect(memory.elements == values.map { max(0, $0 * $0 + $0) })
  }

  /// Functions that keep numbers tame, and are exact in single precision.
  static let tame: [PointwiseFunction] = [
    .constant, .add, .subtract, .minimum, .maximum, .less, .select, .negate, .absolute, .relu,
  ]

  @Test(arguments: ISA.available())
  func longProgramsKeepTheirValues(_ isa: ISA) {
    let seed: UInt64 = 21
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<60 {
      let operandCount = Int.random(in: 0...8, using: &generator)
      var steps: [KernelProgram.Step] = []
      for index in 0..<Int.random(in: 1...64, using: &generator) {
        let known = operandCount + index
        let function: PointwiseFunction =
          known == 0 ? .constant : Self.tame.randomElement(using: &generator)!
        steps.append(
          .init(
            function,
            (0..<function.arity).map { _ in Int.random(in: 0..<known, using: &generator) },
            immediate: Float.random(in: -1...1, using: &generator)))
      }
      let count = 600
      let operands = (0..<operandCount).map { _ in generator.floats(count) }
      let program = KernelProgram(operandCount: operandCount, steps: steps)
      let result = evaluate(program, operands, count: count, isa: isa)
      for i in 0..<count {
        var values = operands.map { $0[i] }
        for step in steps {
          let x = step.arguments.map { Double(values[$0]) }
          let function = PointwiseFunction(rawValue: step.function)!
          values.append(Float(reference(function, x, immediate: step.immediate)))
        }
        guard result[i] == values.last! || (result[i].isNaN && values.last!.isNaN) else {
          Issue.record("seed \(seed): \(program) gives \(result[i]), not \(values.last!)")
          return
        }
      }
    }
  }
}
