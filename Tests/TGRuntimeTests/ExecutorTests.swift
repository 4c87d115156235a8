import CTGAllocationCounter
import Glibc
import TGExecution
import TGKernels
import TGMachine
import TGPlan
import TGRuntime
import TGTensor
import Testing

/// A chain through all kernels, with sizes that give every one several tiles: product with
/// epilogue, normalization, softmax, resampling, pooling, reduction, map, gathering, convolution.
private func chain() -> (builder: PlanBuilder, input: View, outputs: [View]) {
  var builder = PlanBuilder(seed: 3)
  let input = builder.allocate([1, 400, 96])
  let weights = builder.constant([1, 96, 200], Randomness.floats(96 * 200, seed: 1))
  let product = builder.allocate([1, 400, 200])
  var multiply = MatrixProduct(left: input, right: weights, output: product)
  multiply.epilogue = Epilogue(
    program: PointwiseProgram(operandCount: 1, steps: [.init(.tanh, [0])]))
  builder.add(.multiply(multiply), label: "product", macs: 400 * 96 * 200)

  let normal = builder.allocate([1, 400, 200])
  builder.add(
    .normalize(Normalization(input: product, keptRank: 2, epsilon: 1e-5, output: normal)))

  let attention = builder.allocate([1, 400, 200])
  builder.add(.softmax(Softmax(input: normal, output: attention)))

  let wide = builder.allocate([1, 800, 200])
  builder.add(
    .resample(
      Resampling(
        input: attention, output: wide, axis: 1,
        starts: builder.constant([800], integers: (0..<800).map { min($0 / 2, 398) }),
        weights: builder.constant([800, 2], [Float](repeating: 0.5, count: 1600)))))

  let picture = View(
    slot: wide.slot, dimensions: [1, 40, 20, 200], strides: [160_000, 4_000, 200, 1])
  let pooled = builder.allocate([1, 20, 10, 200])
  builder.add(
    .pool(
      Pooling(
        function: .maximum, input: picture, output: pooled,
        window: Pooling.Window(
          kernelHeight: 2, kernelWidth: 2,
          strideY: 2, strideX: 2, padTop: 0, padLeft: 0))))

  let sums = builder.allocate([200])
  let columns = View(slot: pooled.slot, dimensions: [200, 200], strides: [1, 200])
  builder.add(.reduce(Reduction(function: .mean, input: columns, keptRank: 1, output: sums)))

  let everything = builder.allocate([1, 20, 10, 200])
  var broadcast = sums
  broadcast.dimensions = [1, 20, 10, 200]
  broadcast.strides = [0, 0, 0, 1]
  builder.add(
    .map(
      PointwiseMap(
        program: PointwiseProgram(
          operandCount: 2, steps: [.init(.divide, [0, 1]), .init(.sigmoid, [2])]),
        operands: [pooled, broadcast], output: everything)),
    label: "map")

  let rows = builder.constant([300], integers: (0..<300).map { $0 * 7 % 200 })
  let gathered = builder.allocate([300, 200])
  builder.add(
    .gather(
      Gathering(
        table: View(slot: everything.slot, shape: [200, 200]), indices: rows, output: gathered)))

  let kernel = HostTensor([40, 200, 3, 3], Randomness.floats(72_000, seed: 6))
  let packed = WeightPacking.packPanels(kernel, groups: 1)
  let mixed = builder.allocate([1, 20, 15, 40])
  var convolution = Convolution(
    input: View(slot: gathered.slot, shape: [1, 20, 15, 200]), output: mixed,
    phases: [
      Convolution.Phase(
        weights: builder.constant([packed.count], packed), kernelHeight: 3, kernelWidth: 3,
        padTop: 1, padLeft: 1)
    ])
  convolution.epilogue = Epilogue(
    program: PointwiseProgram(
      operandCount: 1, steps: [.init(.leakyRelu, [0], immediate: 0.2)]))
  builder.add(.convolve(convolution), label: "conv", macs: 20 * 15 * 40 * 9 * 200)
  return (builder, input, [product, normal, wide, everything, mixed])
}

@Suite struct ExecutorTests {
  @Test func threadsDoNotChangeBits() throws {
    let (builder, input, outputs) = chain()
    let values = Randomness.floats(input.count, seed: 7)
    for isa in ISA.available() {
      var first: [[UInt32]] = []
      for threads in [1, 2, 3, 4, 7, 1000] {
        let executor = try builder.executor(threads: threads, isa: isa)
        try executor.store(values, into: input)
        for _ in 0..<5 {
          try executor.run()
          let found = try outputs.map { try executor.fetch($0).map(\.bitPattern) }
          if first.isEmpty { first = found }
          #expect(found == first, "\(isa), \(threads) threads")
        }
      }
      let spread = Set(first.last ?? []).count
      #expect(spread > 1000, "the chain computes something")
    }
  }

  @Test func fewThreadsAreStarted() throws {
    let (builder, _, _) = chain()
    #expect(try builder.executor(threads: 1).threadCount == 1)
    #expect(try builder.executor(threads: 3).threadCount == 3)
    // No instruction has more tiles than this.
    #expect(try builder.executor(threads: 1000).threadCount <= 128)
    var small = PlanBuilder()
    let view = small.allocate([4])
    small.add(
      .map(PointwiseMap(program: .identity, operands: [view], output: small.allocate([4]))))
    #expect(try small.executor(threads: 8).threadCount == 1)
  }

  @Test func manyShortJobsNeitherHangNorTear() throws {
    // Each instruction adds one to what the one before it left: a lost or doubled tile shows.
    var builder = PlanBuilder()
    let count = 30_000
    let view = builder.allocate([count])
    let program = PointwiseProgram(
      operandCount: 1, steps: [.init(.constant, immediate: 1), .init(.add, [0, 1])])
    for _ in 0..<200 {
      builder.add(.map(PointwiseMap(program: program, operands: [view], output: view)))
    }
    for threads in [2, 4, 9] {
      let executor = try builder.executor(threads: threads)
      try executor.store([Float](repeating: 0, count: count), into: view)
      for _ in 0..<10 {
        try executor.run()
        // Let the workers fall asleep now and then.
        usleep(threads == 2 ? 3_000 : 0)
      }
      #expect(try executor.fetch(view).allSatisfy { $0 == 2_000 }, "\(threads) threads")
    }
  }

  @Test func statesAreZeroAtFirstAndLast() throws {
    var builder = PlanBuilder()
    let state = builder.allocate([5], kind: .state)
    let program = PointwiseProgram(
      operandCount: 1, steps: [.init(.constant, immediate: 1), .init(.add, [0, 1])])
    builder.add(.map(PointwiseMap(program: program, operands: [state], output: state)))
    let executor = try builder.executor()
    #expect(try executor.fetch(state) == [0, 0, 0, 0, 0])
    try executor.run()
    try executor.run()
    #expect(try executor.fetch(state) == [2, 2, 2, 2, 2])
  }

  @Test func storeAndFetchFollowStrides() throws {
    var builder = PlanBuilder()
    let view = builder.allocate([2, 3, 4], .order([0, 2, 1]))
    let executor = try builder.executor()
    let values = (0..<24).map(Float.init)
    try executor.store(values, into: view)
    #expect(try executor.fetch(view) == values)
    let channelsLast = View(slot: view.slot, shape: [2, 4, 3])
    #expect(try executor.fetch(channelsLast).prefix(6) == [0, 4, 8, 1, 5, 9])
    let scalar = View(slot: view.slot, offset: 3, dimensions: [], strides: [])
    try executor.store([-1], into: scalar)
    #expect(try executor.fetch(scalar) == [-1])
    #expect(try executor.fetch(View(slot: view.slot, shape: [3, 0])) == [])
  }

  @Test func impossibleRequestsAreRefused() throws {
    var builder = PlanBuilder()
    let view = builder.allocate([4])
    let constant = builder.constant([4], [1, 2, 3, 4])
    let executor = try builder.executor()
    #expect(throws: RuntimeError.wrongCount(expected: 4, found: 3)) {
      try executor.store([1, 2, 3], into: view)
    }
    #expect(throws: RuntimeError.unsound("weights are read-only")) {
      try executor.store([1, 2, 3, 4], into: constant)
    }
    let outside = [
      View(slot: view.slot, offset: 1, dimensions: [4], strides: [1]),
      View(slot: view.slot, offset: -1, dimensions: [4], strides: [1]),
      View(slot: view.slot, dimensions: [2], strides: [-1]),
      View(slot: view.slot, dimensions: [3], strides: [.max / 2]),
      View(slot: view.slot, dimensions: [.max, 2], strides: [0, 0]),
      View(slot: view.slot, dimensions: [-1], strides: [1]),
      View(slot: view.slot, dimensions: [2, 2], strides: [1]),
      View(slot: 99, dimensions: [1], strides: [1]),
      View(slot: -1, dimensions: [1], strides: [1]),
    ]
    for bad in outside {
      #expect(throws: RuntimeError.self, "\(bad)") { _ = try executor.fetch(bad) }
      var damaged = builder
      damaged.add(.map(PointwiseMap(program: .identity, operands: [view], output: bad)))
      #expect(throws: RuntimeError.self, "\(bad)") { _ = try damaged.executor() }
    }
    var writing = builder
    writing.add(.map(PointwiseMap(program: .identity, operands: [view], output: constant)))
    #expect(throws: RuntimeError.unsound("weights are read-only")) { _ = try writing.executor() }
  }

  @Test func damagedPlansAreRefused() throws {
    var builder = PlanBuilder()
    _ = builder.allocate([4])
    let section = try #require(WeightSection(elements: [Float]()))
    func load(_ change: (inout PlanFunction) -> Void) throws {
      var plan = Plan(name: "test")
      plan.functions = [builder.function]
      change(&plan.functions[0])
      _ = try Executor(LoadedPlan(plan: plan, weights: section), within: Budget(threads: 1))
    }
    try load { _ in }
    for elements in [-1, 0, Int.max, Int.max / 4] {
      #expect(throws: RuntimeError.self) { try load { $0.arenaBytes = elements } }
    }
    for (offset, count) in [(-1, 1), (0, -1), (.max, 1), (1, .max), (0, 1 << 40)] {
      for kind in Slot.Kind.allCases {
        #expect(throws: RuntimeError.self) {
          try load { $0.slots[0] = Slot(kind: kind, offset: offset, count: count) }
        }
      }
    }
    var plan = Plan(name: "test")
    plan.functions = [builder.function]
    #expect(throws: RuntimeError.noSuchFunction(1)) {
      _ = try Executor(
        LoadedPlan(plan: plan, weights: section), function: 1, within: Budget(threads: 1))
    }
  }

  @Test func memoryLimitHolds() throws {
    let (builder, _, _) = chain()
    let executor = try builder.executor()
    let needed = executor.memoryBytes
    #expect(needed >= builder.function.arenaBytes)
    _ = try builder.executor(memoryLimit: needed)
    #expect(throws: RuntimeError.self) { _ = try builder.executor(memoryLimit: needed - 1) }
    #expect(throws: RuntimeError.self) { _ = try builder.executor(memoryLimit: 1) }
  }

  @Test func profileNamesEveryInstruction() throws {
    let (builder, input, outputs) = chain()
    let executor = try builder.executor(threads: 2)
    try executor.store(Randomness.floats(input.count, seed: 7), into: input)
    let times = try executor.profile()
    #expect(times.count == builder.function.instructions.count)
    #expect(times[0].label == "product" && times[0].source == "test.tgraph:1")
    #expect(times[0].macs == 400 * 96 * 200 && times[0].gigaflops > 0)
    #expect(times.seconds > 0 && times.allSatisfy { $0.seconds >= 0 })
    let profiled = try executor.fetch(outputs[4])
    try executor.run()
    #expect(try executor.fetch(outputs[4]) == profiled)
  }

  /// In a process of its own: every allocation of any thread counts.
  @Test(.enabled(if: tg_allocations_countable() == 1, "allocations cannot be counted here"))
  func runsAllocateNothingFromTheSecondOn() async {
    await #expect(processExitsWith: .success) {
      // The counter counts.
      tg_allocations_start()
      let some = [Float](repeating: 1, count: Int.random(in: 1000...2000))
      let counted = tg_allocations_stop()
      guard counted > 0, some.count > 0 else { exit(2) }

      let (builder, input, outputs) = chain()
      for threads in [1, 2, 4] {
        let executor = try builder.executor(threads: threads)
        let values = Randomness.floats(input.count, seed: 7)
        var result = [Float](repeating: 0, count: outputs[4].count)
        try executor.run()
        tg_allocations_start()
        for _ in 0..<20 {
          try executor.store(values.span, into: input)
          try executor.run()
          var span = result.mutableSpan
          try executor.fetch(outputs[4], into: &span)
        }
        let allocations = tg_allocations_stop()
        print("\(threads) threads: \(allocations) allocations in 20 runs")
        guard allocations == 0, result[0] != 0 else { exit(EXIT_FAILURE) }
      }
      exit(EXIT_SUCCESS)
    }
  }
}
