import TGCompiler
import TGIR
import TGOps
import TGPlan
import TGTensor
import TGTestSupport
import Testing

/// Each pass does what its equation says, seen in the ops that remain, and keeps the meaning.
@Suite struct PassTests {
  /// A convolution of a picture `[1, 3, 6, 5]` with 4 output channels.
  private static func convolution(
    _ builder: inout GraphBuilder, _ x: Value, channels: Int = 3
  ) throws -> Value {
    var numbers = SeededNumbers(seed: 5)
    let kernel = try builder.constant(numbers.tensor([4, channels, 3, 3]))
    return try builder.convolution(x, kernel, padding: Padding(1, 1))
  }

  private static func picture(_ builder: inout GraphBuilder) throws -> Value {
    try builder.insert(Input(name: "x", shape: [1, 3, 6, 5]), [])
  }

  private static func inputs() -> [String: HostTensor] {
    var numbers = SeededNumbers(seed: 9)
    return ["x": numbers.tensor([1, 3, 6, 5])]
  }

  /// Runs the pipeline of a level; checks that the meaning is kept.
  private static func optimised(
    _ builder: GraphBuilder, _ level: OptimizationLevel
  ) throws -> Graph {
    let before = GraphCase(graph: builder.graph, inputs: inputs())
    let graph = try Pipeline(level: level, verifies: true).run(builder.graph)
    let after = GraphCase(graph: graph, inputs: inputs())
    for (name, expected) in before.reference() {
      let actual = try #require(after.reference()[name])
      let worst = zip(actual.elements, expected.elements).map { abs($0 - $1) }.max() ?? 0
      #expect(worst <= 1e-5, "\(name)")
    }
    return graph
  }

  private static func count<T: Op>(_ type: T.Type, _ graph: Graph) -> Int {
    graph.nodes.count { $0.op is T }
  }

  @Test func biasAndActivationBecomeAnEpilogue() throws {
    var builder = GraphBuilder(name: "f")
    let x = try Self.picture(&builder)
    let y = try Self.convolution(&builder, x)
    let bias = try builder.constant(HostTensor([4, 1, 1], [1, 2, 3, 4]))
    builder.output("y", try builder.map(.relu, builder.add(y, bias)))
    let graph = try Self.optimised(builder, .exact)
    #expect(Self.count(Map.self, graph) == 0)
    let fused = try #require(graph.nodes.compactMap { $0.op as? Conv2D }.first)
    #expect(fused.epilogue.steps.map(\.function) == [.add, .relu])
  }

  @Test func whatIsSummedKeepsItsLayoutWhereEveryBitCounts() throws {
    var builder = GraphBuilder(name: "f")
    let x = try Self.picture(&builder)
    let inner = try builder.map(.relu, Self.convolution(&builder, x))
    let outer = try builder.map(.tanh, Self.convolution(&builder, inner, channels: 4))
    builder.output("y", try builder.insert(Reduce(.mean, axes: [2, 3]), [outer]))
    let exact = try Self.optimised(builder, .exact)
    #expect(Self.count(Map.self, exact) == 1, "the tanh; the relu is in the first epilogue")
    // Into the first convolution and out of the second; nothing between them.
    #expect(Self.count(Transpose.self, exact) == 2)
    #expect(Self.count(Map.self, try Self.optimised(builder, .reassociating)) == 0)
    let plain = GraphCase(graph: builder.graph, inputs: Self.inputs())
    #expect(try plain.run(level: .exact) == plain.run(level: .none))
  }

  @Test func aResidualSumReadsItsOperandInTheEpilogue() throws {
    var builder = GraphBuilder(name: "f")
    let x = try Self.picture(&builder)
    let a = try Self.convolution(&builder, x)
    let b = try Self.convolution(&builder, builder.map(.tanh, a), channels: 4)
    builder.output("y", try builder.add(a, b))
    let graph = try Self.optimised(builder, .exact)
    #expect(Self.count(Map.self, graph) == 1, "the tanh, whose operand has two uses")
    #expect(Self.count(Conv2D.self, graph) == 2)
  }

  @Test func aScalePerChannelGoesIntoTheWeights() throws {
    var builder = GraphBuilder(name: "f")
    let x = try Self.picture(&builder)
    let y = try Self.convolution(&builder, x)
    let scale = try builder.constant(HostTensor([4, 1, 1], [0.5, 2, -1, 3]))
    builder.output("y", try builder.multiply(y, scale))
    let graph = try Self.optimised(builder, .reassociating)
    #expect(Self.count(Map.self, graph) == 0)
    let convolution = try #require(graph.nodes.compactMap { $0.op as? Conv2D }.first)
    #expect(convolution.epilogue.isIdentity)
  }

  /// Noise opened to a picture: by a plain transposed convolution, one with stride and border, and an
  /// ordinary convolution, of which only the middle tap of the kernel ever meets the pixel.
  @Test func aConvolutionOfOnePositionIsAProduct() throws {
    for (stride, pad, extra) in [(1, 0, 0), (2, 1, 1), (3, 0, 0)] {
      var builder = GraphBuilder(name: "f")
      var numbers = SeededNumbers(seed: 5)
      let noise = try builder.insert(Input(name: "z", shape: [2, 6]), [])
      let z = try builder.reshape(noise, [2, 6, 1, 1])
      let kernel = try builder.constant(numbers.tensor([6, 5, 4, 4]))
      let opened = try builder.convolutionTransposed(
        z, kernel, stride: [stride, stride], padding: Padding(pad, pad),
        outputPadding: [extra, extra])
      builder.output("y", opened)
      let flat = try builder.constant(numbers.tensor([3, 6, 3, 3]))
      builder.output("v", try builder.convolution(z, flat, padding: Padding(1, 1)))
      let inputs = ["z": numbers.tensor([2, 6])]
      let graph = try Pipeline(level: .reassociating, verifies: true).run(builder.graph)
      #expect(Self.count(Conv2D.self, graph) == 0)
      let before = GraphCase(graph: builder.graph, inputs: inputs).reference()
      let after = GraphCase(graph: graph, inputs: inputs).reference()
      for name in ["y", "v"] {
        let (a, b) = try (#require(after[name]).elements, #require(before[name]).elements)
        #expect(a.count == b.count)
        #expect(zip(a, b).allSatisfy { abs($0 - $1) < 1e-5 }, "\(name) with stride \(stride)")
      }
    }
  }

  @Test func anEnlargedConvolutionSplitsIntoPhases() throws {
    var builder = GraphBuilder(name: "f")
    let x = try Self.picture(&builder)
    let large = try builder.upsample(x, by: [2, 2])
    builder.output("y", try Self.convolution(&builder, large))
    let plain = try Pipeline(level: .exact).run(builder.graph)
    let graph = try Self.optimised(builder, .reassociating)
    #expect(Self.count(Upsample.self, graph) == 0)
    func macs(_ graph: Graph) -> Int {
      graph.nodes.reduce(0) { sum, node in
        sum + node.op.macs(operands: node.operands.map { graph.shape($0) }, result: node.shape)
      }
    }
    #expect(macs(graph) * 9 == macs(plain) * 4)
  }

  @Test func aMapIsReducedAsItIsComputed() throws {
    var builder = GraphBuilder(name: "f")
    let x = try Self.picture(&builder)
    let y = try Self.convolution(&builder, x)
    let z = try Self.convolution(&builder, y, channels: 4)
    let difference = try builder.subtract(y, z)
    builder.output(
      "mean", try builder.insert(Reduce(.mean, axes: [0, 1, 2, 3]), [builder.map(.square, y)]))
    builder.output(
      "loss",
      try builder.insert(
        Reduce(.mean, axes: [1, 2, 3]), [builder.map(.square, builder.multiply(difference, y))]))
    builder.output("y", y)
    builder.output("z", z)
    let graph = try Self.optimised(builder, .reassociating)
    #expect(Self.count(Map.self, graph) == 0)
    let fused = graph.nodes.compactMap { $0.op as? Reduce }
    #expect(
      fused.map { $0.program.steps.map(\.function) } == [
        [.square], [.subtract, .multiply, .square],
      ])
    #expect(Self.count(Transpose.self, graph) == 3, "at the ends, none before a reduction")
    #expect(try Self.count(Map.self, Self.optimised(builder, .exact)) > 0)
  }

  /// What is cheap is computed in each use; what is dear, or would make a later use read more, not.
  @Test func aCheapMapThatIsUsedTwiceIsComputedTwice() throws {
    for (function, isRepeated) in [(PointwiseFunction.square, true), (.exponential, false)] {
      var builder = GraphBuilder(name: "f")
      let x = try Self.picture(&builder)
      let y = try builder.map(function, x)
      builder.output("sum", try builder.insert(Reduce(.sum, axes: [3]), [y]))
      builder.output("mean", try builder.insert(Reduce(.mean, axes: [2, 3]), [y]))
      let graph = try Self.optimised(builder, .reassociating)
      #expect(Self.count(Map.self, graph) == (isRepeated ? 0 : 1), "\(function)")
      #expect(try Self.count(Map.self, Self.optimised(builder, .exact)) == 1)
    }
  }

  @Test func aDifferenceIsRepeatedOnlyWhereItsPartsAreReadAnyway() throws {
    for readsAnyway in [true, false] {
      var builder = GraphBuilder(name: "f")
      let x = try Self.picture(&builder)
      let a = try Self.convolution(&builder, x)
      let b = try Self.convolution(&builder, builder.map(.square, x))
      let difference = try builder.subtract(a, b)
      let loss = try builder.insert(
        Reduce(.mean, axes: [1, 2, 3]), [builder.map(.square, difference)])
      let c = try Self.convolution(&builder, builder.map(.tanh, x))
      let mask = try builder.map(.less, readsAnyway ? a : c, builder.constant(0))
      builder.output("weighted", try builder.multiply(difference, mask))
      builder.output("loss", loss)
      for (name, value) in [("a", a), ("b", b), ("c", c)] { builder.output(name, value) }
      let graph = try Self.optimised(builder, .reassociating)
      let subtractions = graph.nodes.count { node in
        let program = (node.op as? Map)?.program ?? (node.op as? Reduce)?.program
        return program?.steps.contains { $0.function == .subtract } ?? false
      }
      #expect(subtractions == (readsAnyway ? 2 : 1))
    }
  }

  @Test func transpositionsCancelBetweenSpatialOps() throws {
    var builder = GraphBuilder(name: "f")
    var h = try Self.convolution(&builder, Self.picture(&builder))
    for _ in 0..<3 {
      let next = try Self.convolution(&builder, builder.map(.tanh, h), channels: 4)
      h = try builder.concat([next, h], axis: 1)
      h = try builder.slice(h, axis: 1, from: 2, count: 4)
    }
    builder.output("y", h)
    let graph = try Self.optimised(builder, .exact)
    #expect(Self.count(Transpose.self, graph) == 2, "one at each end")
  }

  @Test func equalExpressionsAreComputedOnceAndDeadOnesNever() throws {
    var graph = Graph(name: "f")
    let x = try graph.insert(Input(name: "x", shape: [1, 3, 6, 5]), [])
    let a = try graph.insert(Map(.tanh), [x])
    let b = try graph.insert(Map(.tanh), [x])
    try graph.insert(Map(.exponential), [x])
    let y = try graph.insert(Map(.add), [a, b])
    graph.outputs = [GraphOutput(name: "y", value: y)]
    let cleaned = try FoldConstants().run(graph)
    #expect(cleaned.nodes.count == 3)
  }

  @Test func whatOnlyDifferentiationSeesDisappears() throws {
    var builder = GraphBuilder(name: "f")
    let x = try builder.insert(Detach(), [Self.picture(&builder)])
    builder.output("y", try builder.map(.tanh, x))
    let graph = try Self.optimised(builder, .exact)
    #expect(graph.nodes.count == 2)
  }

  @Test func aNumberThatIsRepeatedBecomesAStep() throws {
    var builder = GraphBuilder(name: "f")
    let x = try Self.picture(&builder)
    let threes = try builder.constant(HostTensor([3, 1, 1], repeating: 3))
    let halves = try builder.broadcast(builder.constant(0.5), to: [1, 3, 6, 5])
    builder.output("y", try builder.multiply(builder.add(x, threes), halves))
    // Here the constant gives the result its shape, and stays.
    let one = try builder.slice(x, axis: 3, from: 0, count: 1)
    let wide = try builder.constant(HostTensor([1, 3, 6, 4], repeating: 2))
    builder.output("z", try builder.add(one, wide))
    let graph = try Self.optimised(builder, .exact)
    #expect(Self.count(Constant.self, graph) == 1)
    let maps = graph.nodes.compactMap { $0.op as? Map }
    #expect(maps.map(\.program.operandCount).sorted() == [1, 2])
  }

  @Test func theVerifierNamesThePassThatBreaksAGraph() throws {
    struct Breaking: Pass {
      static let name = "Breaking"
      func run(_ graph: Graph) throws -> Graph {
        var broken = graph
        broken.outputs[0].value = Value(99)
        return broken
      }
    }
    var builder = GraphBuilder(name: "f")
    builder.output("y", try Self.picture(&builder))
    var pipeline = Pipeline(level: .none, verifies: true)
    pipeline.passes.append(Breaking())
    #expect {
      try pipeline.run(builder.graph)
    } throws: {
      ($0 as? RewriteError)?.message.contains("Breaking") == true
    }
  }
}
