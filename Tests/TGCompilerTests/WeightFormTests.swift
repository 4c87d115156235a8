import TGCompiler
import TGExecution
import TGMachine
import TGPlan
import TGRuntime
import TGSyntax
import TGTensor
import Testing

/// In which forms weights are stored, and which are made when a plan is opened.
@Suite struct WeightFormTests {
  /// Two convolutions and a linear layer, and a code that is found through them.
  private static let page = """
    model M() {
      func see(x: Tensor[32, 12, 12]) {
        return conv(tanh(conv(x, 48, kernel: 3, bias: none) @ "a"), 32, kernel: 3, bias: none) @ "b"
      }
      func end(x: Tensor[32, 12, 12]) -> (y: Tensor[32, 12, 12]) { return see(x) }
      objective find(target: Tensor[32, 12, 12]) -> (x: Tensor[32, 12, 12]) {
        var x = target * 0.5
        repeat 2 { minimize (fit: mse(see(x), target)) over x using adam(rate: 0.01) }
        return (x: x)
      }
    }
    """

  private static func compiled(_ level: OptimizationLevel, isSmall: Bool = false) throws
    -> PlanBuilder.Result
  {
    var compilation = Compilation()
    (compilation.level, compilation.isSmall) = (level, isSmall)
    compilation.verifies = true
    compilation.syntheticSeed = 1
    let library = try Library(path: "page.tgraph") { _ throws(Library.LoadingError) in
      Array(page.utf8)
    }
    return try compilation.run(library).built
  }

  private static func convolutions(_ function: PlanFunction) -> [Convolution] {
    function.instructions.compactMap { placed in
      if case .convolve(let convolution) = placed.instruction { convolution } else { nil }
    }
  }

  /// The gradient of a convolution reads the weights that the convolution reads.
  @Test(arguments: [OptimizationLevel.none, .exact, .reassociating])
  func gradientsShareTheirKernels(level: OptimizationLevel) throws {
    let built = try Self.compiled(level)
    let large = built.store.blobs.filter { $0.count >= 32 * 48 * 9 }
    #expect(large.count == 2, "one for each layer")
    let step = try #require(built.plan.functions.first { $0.role == .gradient })
    let kinds = Self.convolutions(step).map(\.packing)
    #expect(kinds.count { $0 == .turned } == 2 && kinds.count { $0 == .panels } == 2)
    for function in built.plan.functions where function.role != .gradient {
      #expect(Self.convolutions(function).allSatisfy { $0.packing == .panels })
    }
  }

  /// With memory before time nothing is transformed; results differ by rounding.
  @Test func smallPlansTransformNothing() throws {
    let (fast, small) = (
      try Self.compiled(.reassociating), try Self.compiled(.reassociating, isSmall: true)
    )
    #expect(
      fast.reports[0].transformedWeightBytes > 0 && small.reports[0].transformedWeightBytes == 0)
    #expect(fast.plan.weightBytes == small.plan.weightBytes)
    for (one, other) in zip(fast.reports, small.reports) {
      #expect(other.transformedWeightBytes <= one.transformedWeightBytes)
    }
    let input = HostTensor([1, 32, 12, 12], (0..<4608).map { Float($0 % 37) / 37 - 0.5 })
    let results = try [fast, small].map { built -> [Float] in
      let executor = try Executor(built.loaded(), within: Budget(threads: 1))
      try executor.store(input.elements, into: executor.function.inputs[0].view)
      try executor.run()
      return try executor.fetch(executor.function.outputs[0].view)
    }
    let scale = results[1].map(abs).max() ?? 0
    let error = zip(results[0], results[1]).map { abs($0 - $1) }.max() ?? 1
    #expect(error <= 2e-5 * scale && scale > 0.1)
  }
}
