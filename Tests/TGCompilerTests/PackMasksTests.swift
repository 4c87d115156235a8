import TGCompiler
import TGIR
import TGMachine
import TGOps
import TGPlan
import TGTensor
import TGTestSupport
import Testing

/// Signs are kept instead of values where that saves memory, and no bit changes.
@Suite struct PackMasksTests {
  private static let inputs: [String: HostTensor] = {
    var numbers = SeededNumbers(seed: 4)
    return ["x": numbers.tensor([1, 3, 24, 20])]
  }()

  /// A chain of convolutions and rectifiers with its gradient, optimised but for `PackMasks`.
  private static func chain(
    _ functions: [PointwiseFunction], channels: Int = 20, slope: Float = 0.25,
    alsoRead: Int? = nil
  ) throws -> Graph {
    // With seed 6 a sum is so near 0 that its order decides the sign, and with it a slope.
    var numbers = SeededNumbers(seed: 5)
    var builder = GraphBuilder(name: "f")
    var h = try builder.insert(Input(name: "x", shape: [1, 3, 24, 20]), [])
    var extra: Value?
    for (index, function) in functions.enumerated() {
      let kernel = try builder.constant(
        numbers.tensor([channels, builder.shape(h)[1], 3, 3], in: -0.3...0.3))
      h = try builder.convolution(h, kernel, padding: Padding(1, 1))
      h = try builder.insert(Map(function, immediate: function == .leakyRelu ? slope : 0), [h])
      if index == alsoRead { extra = h }
    }
    var loss = try builder.insert(
      Reduce(.mean, axes: [1, 2, 3]), [builder.map(.square, h)])
    if let extra {
      let second = try builder.insert(
        Reduce(.mean, axes: [1, 2, 3]), [builder.map(.square, extra)])
      loss = try builder.add(loss, second)
    }
    builder.output("loss", loss)
    let graph = try Differentiate(objective: "loss", towards: [.input("x")]).run(builder.graph)
    var pipeline = Pipeline(level: .reassociating, verifies: true)
    pipeline.passes.removeAll { $0 is PackMasks }
    return try pipeline.run(graph)
  }

  private static func count<T: Op>(_ type: T.Type, _ graph: Graph) -> Int {
    graph.nodes.count { $0.op is T }
  }

  private static func arena(_ graph: Graph) throws -> Int {
    let built = try GraphCase(graph: graph, inputs: inputs).compiled(level: .none)
    return built.plan.functions[0].arenaBytes
  }

  /// What is read of a value with a mask, but by the mask, is read before any of its bits.
  private static func expectGaps(_ graph: Graph) {
    let uses = graph.uses
    for (index, node) in graph.nodes.enumerated() where node.op is Signs {
      let value = node.operands[0]
      #expect(value.index == index - 1)
      let last = uses[value].map(\.index).max() ?? 0
      let first = uses[Value(index)].map(\.index).min() ?? 0
      #expect(last < first)
    }
  }

  /// Both graphs give the same bits, with any instruction set and number of threads, and what the
  /// reference gives.
  private static func expectSameBits(_ before: Graph, _ after: Graph) throws {
    try after.verify()
    expectGaps(after)
    let (old, new) = (
      GraphCase(graph: before, inputs: inputs), GraphCase(graph: after, inputs: inputs)
    )
    let reference = new.reference()
    #expect(old.reference() == reference)
    for isa in ISA.available() {
      let expected = try old.run(isa: isa)
      for threads in [1, 3] {
        let found = try new.run(isa: isa, threads: threads)
        #expect(found == expected, "\(isa)")
      }
      for (name, tensor) in expected {
        let error = try parityError(tensor, #require(reference[name]))
        #expect(error <= 1e-5, "\(isa) \(name)")
      }
    }
  }

  @Test(arguments: [PointwiseFunction.relu, .leakyRelu], [20, 32])
  func aChainOfRectifiersKeepsBits(_ function: PointwiseFunction, _ channels: Int) throws {
    let functions = [PointwiseFunction](repeating: function, count: 5)
    let before = try Self.chain(functions, channels: channels)
    let after = try PackMasks(least: 64).run(before)
    // The last result is read as it is, by the loss.
    #expect((3...4).contains(Self.count(Signs.self, after)))
    try Self.expectSameBits(before, after)
    // Of four values as large as the largest one, bits of a thirtieth remain.
    let value = 4 * channels * 24 * 20
    #expect(try Self.arena(after) <= Self.arena(before) - value)
  }

  @Test func aResultAlsoNeededAsItIsIsKept() throws {
    let before = try Self.chain([.relu, .relu, .tanh, .relu, .relu, .relu], alsoRead: 1)
    let after = try PackMasks(least: 64).run(before)
    let signed = after.nodes.filter { $0.op is Signs }.compactMap {
      (after[$0.operands[0]].op as? Conv2D)?.epilogue.steps.last?.function
    }
    // Neither what the loss reads nor the tanh, which its own gradient reads.
    #expect(!signed.isEmpty && signed.allSatisfy { $0 == .relu })
    try Self.expectSameBits(before, after)
  }

  @Test func slopesThatTurnTheSignReadTheOperand() throws {
    let before = try Self.chain([.leakyRelu, .leakyRelu, .leakyRelu], slope: -0.5)
    let after = try PackMasks(least: 64).run(before)
    try Self.expectSameBits(before, after)
  }

  @Test func smallValuesStay() throws {
    let before = try Self.chain([.relu, .relu, .relu])
    #expect(try PackMasks().run(before) == before)
  }

  @Test func withoutAGapNothingIsPacked() throws {
    var builder = GraphBuilder(name: "f")
    let x = try builder.insert(Input(name: "x", shape: [1, 3, 24, 20]), [])
    let y = try builder.map(.tanh, x)
    builder.output("sum", try builder.insert(Reduce(.sum, axes: [1, 2, 3]), [y]))
    let zero = try builder.constant(0)
    let mask = try builder.map(.less, zero, y)
    builder.output("y", try builder.insert(Map(.select), [mask, builder.map(.negate, x), zero]))
    var pipeline = Pipeline(level: .reassociating)
    pipeline.passes.removeAll { $0 is PackMasks }
    let graph = try pipeline.run(builder.graph)
    #expect(try PackMasks(least: 1).run(graph) == graph)
  }

  /// A comparison with another number, from the other side, or of a repeated value says nothing
  /// about bits.
  @Test(arguments: 0..<4)
  func onlySignsOfWholeValuesCount(_ variant: Int) throws {
    var numbers = SeededNumbers(seed: 8)
    var builder = GraphBuilder(name: "f")
    let x = try builder.insert(Input(name: "x", shape: [1, 3, 24, 20]), [])
    let first = try builder.constant(numbers.tensor([3, 3, 3, 3]))
    let y = try builder.map(.tanh, builder.convolution(x, first, padding: Padding(1, 1)))
    // Much is alive while y waits.
    var h = y
    for channels in [24, 24, 3] {
      let kernel = try builder.constant(numbers.tensor([channels, builder.shape(h)[1], 3, 3]))
      h = try builder.convolution(h, kernel, padding: Padding(1, 1))
    }
    let number = try builder.constant(variant == 1 ? 0.5 : 0)
    let seen =
      variant == 3
      ? try builder.insert(
        Slice(starts: [0, 0, 0, 0], counts: [1, 1, 24, 20], steps: [1, 1, 1, 1]), [y]) : y
    let mask =
      try variant == 2
      ? builder.map(.less, seen, number) : builder.map(.less, number, seen)
    let least = try builder.insert(Map(.select), [mask, h, builder.constant(0)])
    builder.output("y", least)
    var pipeline = Pipeline(level: .reassociating)
    pipeline.passes.removeAll { $0 is PackMasks || $0 is Schedule }
    let before = try pipeline.run(builder.graph)
    let after = try PackMasks(least: 1).run(before)
    #expect(Self.count(Signs.self, after) == (variant == 0 ? 1 : 0))
    try Self.expectSameBits(before, after)
  }

  /// All passes, on a batch: values large enough for the pass as it is.
  @Test func theDefaultPipelineKeepsSignsOfLargeValues() throws {
    var numbers = SeededNumbers(seed: 10)
    var builder = GraphBuilder(name: "f")
    let shape: Shape = [2, 3, 32, 32]
    var h = try builder.insert(Input(name: "x", shape: shape), [])
    for _ in 0..<4 {
      let kernel = try builder.constant(
        numbers.tensor([16, builder.shape(h)[1], 3, 3], in: -0.3...0.3))
      h = try builder.map(.relu, builder.convolution(h, kernel, padding: Padding(1, 1)))
    }
    builder.output(
      "loss", try builder.insert(Reduce(.mean, axes: [1, 2, 3]), [builder.map(.square, h)]))
    let graph = try Differentiate(objective: "loss", towards: [.input("x")]).run(builder.graph)
    let graphCase = GraphCase(graph: graph, inputs: ["x": numbers.tensor(shape)], batch: 2)
    let function = try graphCase.compiled(level: .reassociating).plan.functions[0]
    let kinds = function.instructions.map(\.instruction)
    #expect(kinds.count { if case .packMask = $0 { true } else { false } } >= 2)
    let expected = graphCase.reference()
    for (name, tensor) in try graphCase.run(level: .reassociating, threads: 3) {
      #expect(try parityError(tensor, #require(expected[name])) <= 1e-5)
    }
  }
}
