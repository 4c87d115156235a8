import TGPlan
import TGTensor
import TGTestSupport
import Testing

/// What bounds the time of a run.
@Suite struct WorkTests {
  /// A function of one instruction over views of its own.
  private func work(_ instruction: Instruction) -> Int {
    var function = PlanFunction(name: "f", batch: 1)
    function.instructions = [PlacedInstruction(instruction, label: "", source: "")]
    return function.work
  }

  private func view(_ extents: [Int], strides: [Int]? = nil) -> View {
    View(slot: 0, dimensions: extents, strides: strides ?? Shape(extents).strides)
  }

  /// Elements that several positions see count once; transformed weights count as they are read.
  @Test func bytesAreThoseThatLieApart() {
    let sum = PointwiseProgram(operandCount: 2, steps: [.init(.add, [0, 1])])
    let row = view([10, 20], strides: [0, 1])
    #expect(
      Instruction.map(
        PointwiseMap(program: sum, operands: [row, view([10, 20])], output: view([10, 20]))
      ).leastBytes == 4 * (20 + 200 + 200))
    var convolution = Convolution(
      input: view([1, 8, 8, 16]), output: view([1, 8, 8, 32]),
      phases: [
        .init(
          weights: view([32 * 16 * 9]), kernelHeight: 3, kernelWidth: 3, padTop: 1, padLeft: 1)
      ])
    let (pictures, weights) = (4 * 64 * (16 + 32), 4 * 32 * 16 * 9)
    #expect(Instruction.convolve(convolution).leastBytes == pictures + weights)
    convolution.tile = 4
    #expect(Instruction.convolve(convolution).leastBytes == pictures + weights * 36 / 9)
    // With a stride of 2 a kernel of 5 × 5 is four of 3 × 3.
    var strided = convolution
    strided.phases[0].weights.dimensions = [32 * 16 * 25]
    (strided.phases[0].kernelHeight, strided.phases[0].kernelWidth) = (5, 5)
    (strided.strideY, strided.strideX) = (2, 2)
    #expect(Instruction.convolve(strided).leastBytes == pictures + 4 * 32 * 16 * 36 * 4)
    // Two bfloat16 are a word: half as many, also of an odd number of channels a whole word.
    var narrow = convolution
    narrow.precision = .bfloat16
    #expect(Instruction.convolve(narrow).leastBytes == pictures + weights * 36 / 9 / 2)
    (narrow.tile, narrow.groups) = (0, 16)
    narrow.phases[0].weights.dimensions = [16 * 16 * 9]
    #expect(Instruction.convolve(narrow).leastBytes == pictures + 4 * 16 * 16 * 9)
    // Transformed once, however many instructions read them.
    var function = PlanFunction(name: "f", batch: 1)
    let placed = PlacedInstruction(.convolve(convolution), label: "", source: "")
    function.instructions = [placed, placed]
    #expect(function.transformedWeightBytes == weights * 36 / 9)
    // Turned ones too, in tiles and as panels, beside them.
    var turned = convolution
    turned.packing = .turned
    function.instructions.append(PlacedInstruction(.convolve(turned), label: "", source: ""))
    #expect(function.transformedWeightBytes == 2 * weights * 36 / 9)
    // Beside those of bfloat16.
    var narrowed = PlanFunction(name: "f", batch: 1)
    narrow = convolution
    narrow.precision = .bfloat16
    narrowed.instructions = [
      placed, PlacedInstruction(.convolve(narrow), label: "", source: ""),
    ]
    #expect(narrowed.transformedWeightBytes == weights * 36 / 9 * 3 / 2)
    // Halves are widened while others are made of them.
    turned.phases[0].weights.dtype = .float16
    function.slots = [Slot(kind: .weight, dtype: .float16, offset: 0, count: 32 * 16 * 9)]
    function.instructions[2].instruction = .convolve(turned)
    #expect(function.transformedWeightBytes == 2 * weights * 36 / 9)
    #expect(function.widenedSlots.isEmpty)
    turned.tile = 0
    #expect(Instruction.convolve(turned).leastBytes == pictures + weights)
    function.instructions = [PlacedInstruction(.convolve(turned), label: "", source: "")]
    #expect(function.transformedWeightBytes == weights)
    // Read as float32, however they are stored; widened once where nothing transforms them.
    convolution.phases[0].weights.dtype = .float16
    #expect(Instruction.convolve(convolution).leastBytes == pictures + weights * 36 / 9)
    let half = PlacedInstruction(.convolve(convolution), label: "", source: "")
    function.instructions = [half, half]
    #expect(function.transformedWeightBytes == weights * 36 / 9)
    convolution.tile = 0
    #expect(Instruction.convolve(convolution).leastBytes == pictures + weights)
    function.instructions[0].instruction = .convolve(convolution)
    #expect(function.transformedWeightBytes == weights * 36 / 9 + weights)
    function.instructions[1].instruction = .convolve(convolution)
    #expect(function.transformedWeightBytes == weights)
    // Rows are read as they are.
    var table = view([10, 300])
    table.dtype = .float16
    function.instructions = [
      PlacedInstruction(
        .gather(
          Gathering(
            table: table, indices: view([40], strides: [0]), output: view([40, 300]))), label: "",
        source: "")
    ]
    #expect(function.transformedWeightBytes == 0)
  }

  @Test func whatIsMostCounts() {
    let wide = view([1_000, 1_000], strides: [0, 0])
    let one = view([])
    // Read as often as it is seen, however little memory is behind it.
    #expect(
      work(.reduce(Reduction(function: .mean, input: wide, keptRank: 0, output: one))) == 1_000_000)
    // Two operands are read for each element.
    let sum = PointwiseProgram(operandCount: 2, steps: [.init(.add, [0, 1])])
    #expect(
      work(.map(PointwiseMap(program: sum, operands: [wide, wide], output: view([1_000, 1_000]))))
        == 2_000_000)
    // A fill reads nothing and writes.
    let fill = PointwiseProgram(operandCount: 0, steps: [.init(.constant, immediate: 1)])
    #expect(work(.map(PointwiseMap(program: fill, operands: [], output: view([5, 7])))) == 35)
    // Multiply-adds.
    #expect(
      work(
        .multiply(
          MatrixProduct(
            left: view([2, 3, 50]), right: view([2, 50, 4]), output: view([2, 3, 4])))) == 1_200)
    // A window reads all of its positions.
    let pooling = Pooling(
      function: .maximum, input: view([1, 64, 64, 2]), output: view([1, 8, 8, 2]),
      window: Pooling.Window(
        kernelHeight: 9, kernelWidth: 5, strideY: 7, strideX: 7, padTop: 0, padLeft: 0))
    #expect(work(.pool(pooling)) == 8 * 8 * 2 * 45)
    #expect(
      work(
        .gather(
          Gathering(
            table: view([10, 300]), indices: view([40], strides: [0]), output: view([40, 300]))))
        == 12_000)
    // Each row is read and added once, and each number of a row.
    #expect(
      work(
        .scatter(
          Scattering(
            input: view([40, 300]), indices: view([40], strides: [0]), output: view([10, 300]))))
        == 12_040)
    // What does not fit is the largest number.
    let huge = view([1 << 31, 1 << 31, 1 << 31], strides: [0, 0, 0])
    #expect(
      work(.reduce(Reduction(function: .sum, input: huge, keptRank: 0, output: one))) == .max)
  }

  @Test func theLimitIsThatOfTheCaller() throws {
    let plan = SmallPlan().plan
    let work = try #require(plan.functions.map(\.work).max())
    #expect(work > 0)
    var limits = PlanLimits.standard
    limits.work = work
    try PlanChecker.check(plan, limits: limits)
    limits.work = work - 1
    let error = try #require(throws: PlanError.self) {
      try PlanChecker.check(plan, limits: limits)
    }
    #expect(error.problem == .limit(.work, work, work - 1))
    #expect(error.exitCode == 71 && error.isAboutWork)
  }
}
