import TGCompiler
import TGDiagnostics
import TGExecution
import TGMachine
import TGPlan
import TGRuntime
import TGSyntax
import TGTensor
import Testing

/// What depends on no input but is much to compute is left to the run, once.
@Suite struct PrepareTests {
  /// The mean of `rows` equal rows, of `rows` · 128 · 128 multiplications: 16 everywhere.
  private static func page(rows: Int) -> String {
    """
    model M() {
      func centre() {
        let many = constant(0.5) |> expand([\(rows), 128])
        let weight = constant(0.25) |> expand([128, 128])
        return mean(linear(many, weight: weight, bias: none), axis: 0)
      }
      func shift(x: Tensor[128]) -> (y: Tensor[128]) { return x + centre() }
      func fixed() -> (y: Tensor[128]) { return centre() * 2 }
    }
    """
  }

  private static func compiled(rows: Int, level: OptimizationLevel = .reassociating) throws
    -> PlanBuilder.Result
  {
    try compiled(page(rows: rows), level: level)
  }

  private static func compiled(_ page: String, level: OptimizationLevel = .reassociating) throws
    -> PlanBuilder.Result
  {
    var compilation = Compilation()
    compilation.level = level
    compilation.verifies = true
    compilation.batches = [1, 2]
    compilation.syntheticSeed = 1
    let library = try Library(path: "page.tgraph") { _ throws(Library.LoadingError) in
      Array(page.utf8)
    }
    return try compilation.run(library).built
  }

  /// A picture that depends on no input goes through operations on pictures once, not once for each
  /// item of a batch, and all batch sizes share it.
  @Test func picturesWithoutInputsAreComputedOnce() throws {
    let plan = try Self.compiled(
      """
      model M() {
        func shift(x: Tensor[4, 256, 256]) -> (y: Tensor[4, 256, 256]) {
          let fixed = parameter("z", [8, 128, 128]) |> conv(32, kernel: 5) @ "a" |> instanceNorm
            |> groupNorm(2) @ "b" |> pixelShuffle(2) |> fir([1, 2, 1]) |> avgPool(2) |> upsample(2)
            |> resize([130, 130], filter: "bilinear") |> convTranspose(4, kernel: 3, padding: 0) @ "c"
          return x + resize(fixed, [256, 256], filter: "nearest")
        }
      }
      """
    ).plan
    try #require(plan.functions.map(\.name) == ["shift", "shift", "shift.prepare"])
    #expect(plan.functions.map(\.batch) == [1, 2, 1])
    #expect(plan.functions[..<2].allSatisfy { $0.prepare == "shift.prepare" })
    #expect(plan.functions[2].outputs[0].view.dimensions.first != 2)
  }

  /// The states of a recurrence are there for each item, so they are others in each batch size.
  @Test func partsOfBatchSizesThatDifferHaveNamesOfTheirOwn() throws {
    let plan = try Self.compiled(
      """
      model M() {
        func shift(x: Tensor[512]) -> (y: Tensor[512]) {
          let states = lstm(parameter("words", [40, 512]), 512) @ "rnn"
          return x + states.final
        }
      }
      """
    ).plan
    try #require(
      plan.functions.map(\.name) == ["shift", "shift", "shift.prepare", "shift.prepare2"])
    #expect(plan.functions[..<2].map(\.prepare) == ["shift.prepare", "shift.prepare2"])
  }

  @Test func littleIsComputedByTheCompiler() throws {
    let plan = try Self.compiled(rows: 40).plan
    #expect(plan.functions.map(\.name) == ["shift", "shift", "fixed", "fixed"])
    #expect(plan.functions.allSatisfy { $0.prepared.isEmpty && $0.macs == 0 })
  }

  @Test(arguments: [OptimizationLevel.none, .exact, .reassociating])
  func muchIsComputedOnceByTheRun(level: OptimizationLevel) throws {
    let built = try Self.compiled(rows: 4000, level: level)
    let plan = built.plan
    let parts = plan.functions.filter { $0.role == .prepare }
    #expect(parts.map(\.name) == ["shift.prepare", "fixed.prepare"])
    for function in plan.functions where function.role == .entry {
      #expect(function.prepare == function.name + ".prepare" && function.macs == 0)
      #expect(function.prepared.map(\.name) == ["v0"])
    }
    #expect(parts[0].macs == 4000 * 128 * 128)
    let section = try #require(built.store.section)
    let index = try #require(plan.functions.firstIndex { $0.name == "shift.prepare" })
    let executor = try Executor(
      LoadedPlan(plan: plan, weights: section), function: index, within: Budget(threads: 1))
    try executor.run()
    let centre = try executor.fetch(executor.function.outputs[0].view)
    #expect(centre.count == 128 && centre.allSatisfy { abs($0 - 16) < 1e-4 })
  }
}
