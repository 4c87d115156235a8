import Foundation
import TGExecution
import TGMachine
import TGPlan
import TGRuntime
import TGSession
import TGTensor
import TGTestSupport
import Testing

/// What depends on no input is computed once, whatever is run afterwards.
@Suite struct PreparedValueTests {
  private static func loaded() throws -> LoadedPlan {
    try PlanChecker.check(PreparedPlan.plan())
    return LoadedPlan(
      plan: PreparedPlan.plan(),
      weights: try #require(WeightSection(elements: PreparedPlan.weights)))
  }

  @Test func aSessionComputesThemForAllRuns() throws {
    let session = try Session(
      Self.loaded(), on: NativeTarget(), within: Budget(threads: 1))
    #expect(session.variants.form.inputs.map(\.name) == ["x"])
    let numbers: [[Float]] = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
    let items = numbers.enumerated().map {
      RunItem(seed: UInt64($0.offset), numbers: ["x": $0.element])
    }
    let run = try session.prepare([:], items: items, belongTogether: false)
    #expect(Set(run.chunks.map(\.size)) == [1, 2])
    let results = try run.chunks.flatMap { try session.run($0, of: run, outputs: ["y"]).results }
    for (given, result) in zip(numbers, results) {
      for (index, x) in given.enumerated() {
        let expected = x + tanh(PreparedPlan.weights[index])
        #expect(try abs(#require(result["y"])[index] - expected) < 1e-6)
      }
    }
    let again = try run.chunks.flatMap { try session.run($0, of: run, outputs: ["y"]).results }
    #expect(again == results)
  }

  @Test func theFunctionThatComputesThemIsOpenedOnce() throws {
    let loaded = try Self.loaded()
    var opened: [Int] = []
    var prepared = PreparedValues()
    for index in [0, 1, 0] {
      let executor = try Executor(loaded, function: index, within: Budget(threads: 1))
      try prepared.fill(executor, of: loaded) { index throws(SessionError) in
        opened.append(index)
        do throws(RuntimeError) {
          return try Executor(loaded, function: index, within: Budget(threads: 1))
        } catch {
          throw .runtime(error)
        }
      }
    }
    #expect(opened == [2])
  }

  @Test func theirMemoryCounts() throws {
    let loaded = try Self.loaded()
    let (reader, prepare) = (try Self.memoryBytes(0, loaded), try Self.memoryBytes(2, loaded))
    // The weights and the function; beside them the arena of the other, one line of 64 bytes.
    let bytes = loaded.plan.weightBytes + reader
    let session = try Session(
      loaded, on: NativeTarget(), within: Budget(threads: 1, memory: bytes))
    #expect(throws: SessionError.memory(needed: bytes + 64, allowed: bytes)) {
      try session.memoryBytes(batch: 1)
    }
    let roomy = try Session(
      loaded, on: NativeTarget(), within: Budget(threads: 1, memory: bytes + prepare))
    #expect(try roomy.memoryBytes(batch: 1) == bytes)
  }

  private static func memoryBytes(_ function: Int, _ loaded: LoadedPlan) throws -> Int {
    try Executor(loaded, function: function, within: Budget(threads: 1)).memoryBytes
  }
}
