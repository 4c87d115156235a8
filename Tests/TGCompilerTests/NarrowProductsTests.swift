import TGCompiler
import TGExecution
import TGIR
import TGMachine
import TGOps
import TGPlan
import TGReference
import TGRuntime
import TGSyntax
import TGTensor
import TGTestSupport
import Testing

/// `--precision bf16`: which products are narrowed, and what that does to results.
@Suite struct NarrowProductsTests {
  private static func compiled(
    _ page: String, _ precision: ProductsType, isSmall: Bool = false, weights: WeightsType = .f32
  ) throws -> PlanBuilder.Result {
    let library = try Library(path: "page.tgraph") { _ throws(Library.LoadingError) in
      Array(page.utf8)
    }
    var compilation = Compilation()
    (compilation.precision, compilation.isSmall) = (precision, isSmall)
    compilation.weightsType = weights
    compilation.verifies = true
    compilation.model = page.contains("model Fit") ? "Fit" : nil
    compilation.syntheticSeed = 1
    return try compilation.run(library).built
  }

  private static func convolutions(_ function: PlanFunction) -> [(Convolution, label: String)] {
    function.instructions.compactMap { placed in
      guard case .convolve(let convolution) = placed.instruction else { return nil }
      return (convolution, placed.label)
    }
  }

  @Test func depthwiseKernelsAndFewOutputsStay() throws {
    let built = try Self.compiled(HalfWeightTests.kinds, .bf16)
    var narrow = 0
    for (convolution, label) in Self.convolutions(built.plan.functions[0]) {
      let stays =
        convolution.packing == .depthwise || convolution.output.dimensions[3] <= 4
        || convolution.input.dimensions[3] < 32
      #expect((convolution.precision == .bfloat16) != stays, "\(label)")
      narrow += convolution.precision == .bfloat16 ? Instruction.convolve(convolution).macs : 0
    }
    #expect(narrow > 0 && built.reports[0].macsNarrow == narrow)
    let full = try Self.compiled(HalfWeightTests.kinds, .f32)
    #expect(full.reports[0].macsNarrow == 0)
    #expect(
      Self.convolutions(full.plan.functions[0]).allSatisfy { $0.0.precision == .float32 })
    // Forms are chosen for what their products cost: weights in the file are the same either way.
    #expect(full.plan.weightBytes == built.plan.weightBytes)
  }

  @Test func gradientsStay() throws {
    let plan = try Self.compiled(HalfWeightTests.turned, .bf16).plan
    let step = try #require(plan.functions.first { $0.role == .gradient })
    let convolutions = Self.convolutions(step)
    #expect(convolutions.count == 4)
    for (convolution, label) in convolutions {
      #expect((convolution.precision == .float32) == label.contains(GradientStop.mark), "\(label)")
    }
    // Both are made of one kernel in the file.
    for (convolution, _) in convolutions {
      let weights = convolution.phases[0].weights
      #expect(convolutions.count { $0.0.phases[0].weights == weights } == 2)
    }
  }

  /// Without tiles, the second executor rounds the same factors. What is left are factors that rounding of
  /// sums before them moved to the other side of a tie.
  @Test(arguments: [HalfWeightTests.kinds, HalfWeightTests.turned], WeightsType.allCases)
  func runsAsItsMeaning(page: String, weights: WeightsType) throws {
    let loaded = try Self.compiled(page, .bf16, isSmall: true, weights: weights).loaded()
    let wide = try Self.compiled(page, .f32, isSmall: true, weights: weights).loaded()
    for index in loaded.plan.functions.indices {
      let expected = try ReferenceExecutorTests.outputs(
        of: index, in: loaded, on: ReferenceTarget())
      let full = try ReferenceExecutorTests.outputs(of: index, in: wide, on: ReferenceTarget())
      for isa in ISA.available() {
        var known: [[UInt32]]?
        for threads in [1, 2, 3] {
          let found = try ReferenceExecutorTests.outputs(
            of: index, in: loaded, on: NativeTarget(isa), threads: threads)
          let bits = found.map { $0.elements.map(\.bitPattern) }
          #expect(bits == known ?? bits, "function \(index) on \(isa), \(threads) threads")
          known = bits
          for (a, b) in zip(found, expected) {
            #expect(parityError(a, ReferenceTensor(b)) <= 1e-3, "function \(index) on \(isa)")
          }
        }
      }
      // Rounding is seen, and is small.
      for (a, b) in zip(expected, full) where a.elements.count > 1 {
        #expect(parityError(a, ReferenceTensor(b)) <= 2e-2, "function \(index)")
      }
    }
    #expect(
      try ReferenceExecutorTests.outputs(of: 0, in: loaded, on: ReferenceTarget())
        != ReferenceExecutorTests.outputs(of: 0, in: wide, on: ReferenceTarget()))
  }

  /// In tiles, too, within what they lose.
  @Test func tilesRunNearTheirMeaning() throws {
    let loaded = try Self.compiled(HalfWeightTests.kinds, .bf16).loaded()
    let full = try Self.compiled(HalfWeightTests.kinds, .f32).loaded()
    let tiled = Self.convolutions(loaded.plan.functions[0]).filter {
      $0.0.tile > 0 && $0.0.precision == .bfloat16
    }
    #expect(!tiled.isEmpty)
    let expected = try ReferenceExecutorTests.outputs(of: 0, in: full, on: ReferenceTarget())
    for isa in ISA.available() {
      let found = try ReferenceExecutorTests.outputs(of: 0, in: loaded, on: NativeTarget(isa))
      for (a, b) in zip(found, expected) { #expect(parityError(a, ReferenceTensor(b)) <= 3e-2) }
    }
  }

  /// IR text has the precision, and the op's meaning rounds.
  @Test func opsRoundTheirFactors() throws {
    let values = (0..<(5 * 32)).map { "\(1 + Double($0) / 512)" }.joined(separator: ", ")
    let text = """
      %0 = input() name="x" shape=[1, 2, 2, 32] : [1, 2, 2, 32]
      %1 = constant() shape=[5, 32] values=[\(values)]f : [5, 32]
      %2 = linear(%0, %1) epilogue={1: } : [1, 2, 2, 5]
      output "y" = %2
      """
    let graph = try NarrowProducts().run(PassCase.graph(text))
    try graph.verify()
    let printed = PrintedGraph(graph).text
    #expect(printed.contains("linear(%0, %1) epilogue={1: } bfloat16=true"))
    #expect(try PrintedGraph(GraphText.parse(PrintedGraph(graph))).text == printed)
    var numbers = SeededNumbers(seed: 5)
    let input = numbers.tensor([1, 2, 2, 32], in: -1...1)
    let expected = try #require(GraphCase(graph: graph, inputs: ["x": input]).reference()["y"])
    let exact = try #require(
      GraphCase(graph: PassCase.graph(text), inputs: ["x": input]).reference()["y"])
    #expect(expected != exact)
    for isa in ISA.available() {
      let test = GraphCase(graph: graph, inputs: ["x": input])
      let found = try #require(try test.run(level: .reassociating, isa: isa)["y"])
      #expect(parityError(found, expected) <= 1e-6)
      #expect(parityError(found, exact) > 1e-5)
    }
  }

  @Test func computedMatricesAndNarrowLayersStay() throws {
    let input = "%0 = input() name=\"x\" shape=[3, 3] : [3, 3]\n"
    let values = (0..<(5 * 3)).map { "\(Double($0))" }.joined(separator: ", ")
    try PassCase.expect(
      NarrowProducts(), on: input,
      keeps: """
        %1 = constant() shape=[5, 3] values=[\(values)]f : [5, 3]
        %2 = linear(%0, %1) epilogue={1: } : [3, 5]
        output "y" = %2
        """)
    try PassCase.expect(
      NarrowProducts(),
      keeps: """
        %0 = input() name="x" shape=[3, 64] : [3, 64]
        %1 = input() name="w" shape=[5, 64] : [5, 64]
        %2 = linear(%0, %1) epilogue={1: } : [3, 5]
        output "y" = %2
        """)
  }
}
