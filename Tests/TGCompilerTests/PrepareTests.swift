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
    var compilation = Compilation()
    compilation.level = level
    compilation.verifies = true
    compilation.batches = [1, 2]
    compilation.syntheticSeed = 1
    let library = try Library(path: "page.tgraph") { _ throws(Library.LoadingError) in
      Array(page(rows: rows).utf8)
    }
    return try compilation.run(library).built
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
