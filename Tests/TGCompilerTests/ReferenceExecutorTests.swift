import TGCompiler
import TGExecution
import TGIR
import TGMachine
import TGPlan
import TGReference
import TGRuntime
import TGTensor
import TGTestSupport
import Testing

/// The kernels against the executor that was written from spec/plan.md alone.
@Suite struct ReferenceExecutorTests {
  /// That of `OpExecutionTests`: kernels add in single precision, the reference in double.
  private static let bound = 1e-5

  private static var natives: [any ExecutionTarget] { ISA.available().map { NativeTarget($0) } }

  @Test(arguments: OpExecutionTests.samples.map(\.name))
  func kernelsAgreeOnEverySampleOfEveryOp(name: String) throws {
    let sample = try #require(OpExecutionTests.samples.first { $0.name == name }?.sample)
    let testCase = try OpExecutionTests.graphCase(sample)
    for level in [OptimizationLevel.none, .reassociating] {
      let expected = try #require(try testCase.run(level: level, on: ReferenceTarget())["y"])
      for target in Self.natives {
        let found = try #require(try testCase.run(level: level, on: target)["y"])
        let error = parityError(found, ReferenceTensor(expected))
        #expect(error <= Self.bound, "\(name) on \(target.name) at O\(level.rawValue)")
      }
    }
  }

  @Test(
    arguments: ["layers", "branches", "words"],
    [OptimizationLevel.none, .exact, .reassociating])
  func kernelsAgreeOnGoldenPlans(name: String, level: OptimizationLevel) throws {
    let loaded = try GoldenPlanTests.compiled(name, level: level).loaded()
    for index in loaded.plan.functions.indices {
      let expected = try Self.outputs(of: index, in: loaded, on: ReferenceTarget())
      for target in Self.natives {
        for (found, right) in zip(try Self.outputs(of: index, in: loaded, on: target), expected) {
          let error = parityError(found, ReferenceTensor(right))
          #expect(error <= Self.bound, "\(name), function \(index), on \(target.name)")
        }
      }
    }
  }

  @Test func kernelsAgreeOnEveryKindOfInstruction() throws {
    let small = SmallPlan()
    try PlanChecker.check(small.plan)
    var bytes: [UInt8] = []
    for tensor in small.weights {
      bytes += tensor.littleEndianBytes
      bytes += [UInt8](repeating: 0, count: (64 - bytes.count % 64) % 64)
    }
    let loaded = LoadedPlan(
      plan: small.plan, weights: try #require(WeightSection(elements: bytes)))
    let expected = try Self.outputs(of: 0, in: loaded, on: ReferenceTarget())
    for target in Self.natives {
      for (found, right) in zip(try Self.outputs(of: 0, in: loaded, on: target), expected) {
        #expect(parityError(found, ReferenceTensor(right)) <= 5e-6, "on \(target.name)")
      }
    }
  }

  @Test func memoryIsCountedAndLimited() throws {
    let loaded = try GoldenPlanTests.compiled("layers", level: .none).loaded()
    let target = ReferenceTarget()
    let needed = try target.executor(for: 0, of: loaded, within: Budget(threads: 1)).memoryBytes
    #expect(needed >= loaded.plan.functions[0].arenaBytes)
    _ = try target.executor(for: 0, of: loaded, within: Budget(threads: 1, memory: needed))
    #expect(throws: RuntimeError.overBudget(needed: needed, allowed: needed - 1)) {
      _ = try target.executor(for: 0, of: loaded, within: Budget(threads: 1, memory: needed - 1))
    }
    #expect(throws: RuntimeError.noSuchFunction(99)) {
      _ = try target.executor(for: 99, of: loaded, within: Budget(threads: 1))
    }
  }

  /// The outputs of a function over the same random inputs.
  static func outputs(
    of index: Int, in loaded: LoadedPlan, on target: any ExecutionTarget, threads: Int = 1
  ) throws -> [HostTensor] {
    let executor = try target.executor(for: index, of: loaded, within: Budget(threads: threads))
    var numbers = SeededNumbers(seed: 11)
    for item in executor.function.inputs {
      let shape = Shape(item.view.dimensions)
      let tensor =
        item.rows > 0
        ? numbers.wholeNumbers(shape, below: item.rows) : numbers.tensor(shape, in: -1...1)
      try executor.store(tensor.elements, into: item.view)
      guard let lengths = item.lengths else { continue }
      try executor.store(
        [Float](repeating: Float(shape[1]), count: lengths.count), into: lengths)
    }
    try executor.run()
    return try executor.function.outputs.map {
      HostTensor(Shape($0.view.dimensions), try executor.fetch($0.view))
    }
  }
}
