import TGCompiler
import TGIR
import TGOps
import TGPlan
import TGTensor
import TGTestSupport
import Testing

/// What passes make of gradients: the ops that remain, the multiplications, and the same meaning.
@Suite struct GradientPassTests {
  private static func count<T: Op>(_ type: T.Type, _ graph: Graph) -> Int {
    graph.nodes.count { $0.op is T }
  }

  private static func macs(_ graph: Graph) -> Int {
    graph.nodes.reduce(0) { sum, node in
      sum + node.op.macs(operands: node.operands.map { graph.shape($0) }, result: node.shape)
    }
  }

  /// The gradients as differentiated, and after all passes; checks them against differences and
  /// each other.
  private static func gradients(of test: GradientCase, _ comment: String) throws -> (Graph, Graph) {
    try test.expectAgreement(comment)
    let plain = try test.differentiated()
    let graph = try Pipeline(level: .reassociating, verifies: true).run(plain)
    let expected = test.evaluated(plain)
    for (name, actual) in test.evaluated(graph) {
      let reference = try #require(expected[name])
      let scale = reference.elements.map(abs).max() ?? 0
      let worst = zip(actual.elements, reference.elements).map { abs($0 - $1) }.max() ?? 0
      #expect(worst <= 1e-5 * scale, "\(comment) \(name)")
    }
    return (plain, graph)
  }

  /// Kernels of odd and even sides, with and without border, in groups, enlarged by other factors
  /// along rows than along columns.
  @Test func anEnlargedConvolutionIsAsCheapBackward() throws {
    let forms = [
      (kernel: [3, 3], pad: 1, factors: [2, 2], groups: 1),
      (kernel: [1, 1], pad: 0, factors: [2, 2], groups: 1),
      (kernel: [4, 2], pad: 1, factors: [2, 3], groups: 1),
      (kernel: [3, 3], pad: 0, factors: [3, 1], groups: 2),
      (kernel: [5, 3], pad: 2, factors: [4, 2], groups: 4),
    ]
    for form in forms {
      let test = try GradientCase { builder in
        var numbers = SeededNumbers(seed: 8)
        let x = try builder.input("x", [2, 4, 5, 4])
        let kernel = try builder.constant(
          numbers.tensor(Shape([8, 4 / form.groups] + form.kernel)))
        let large = try builder.upsample(x, by: form.factors)
        return try builder.objective(
          builder.convolution(
            large, kernel, padding: Padding(form.pad, form.pad), groups: form.groups))
      }
      let (plain, graph) = try Self.gradients(of: test, "\(form)")
      #expect(Self.count(Conv2D.self, graph) == 2)
      // The sum over blocks is gone; what is left sums the objective.
      #expect(graph.nodes.count { ($0.op as? Reduce)?.axes == [2, 4] } == 0)
      #expect(form.kernel == [1, 1] || Self.macs(graph) < Self.macs(plain))
      if form.kernel == [3, 3], form.factors == [2, 2] {
        let forward = try Pipeline(level: .reassociating).run(test.graph)
        #expect(Self.macs(graph) == 2 * Self.macs(forward))
      }
    }
  }

  /// Somebody else reads the sums' picture: it stays.
  @Test func blocksOfAPictureThatIsReadStay() throws {
    var builder = GraphBuilder(name: "f")
    var numbers = SeededNumbers(seed: 8)
    let x = try builder.input("x", [1, 3, 4, 6])
    let kernel = try builder.constant(numbers.tensor([4, 3, 3, 3]))
    let y = try builder.convolution(x, kernel, padding: Padding(1, 1))
    let rows = try builder.transpose(y, [0, 2, 3, 1])
    let blocks = try builder.reshape(rows, [1, 2, 2, 3, 2, 4])
    builder.output("sums", try builder.insert(Reduce(.sum, axes: [2, 4]), [blocks]))
    builder.output("y", y)
    let graph = try Pipeline(level: .reassociating, verifies: true).run(builder.graph)
    #expect(Self.count(Conv2D.self, graph) == 1)
    #expect(Self.count(Reduce.self, graph) == 1)
  }

  /// An instance norm between convolutions, scaled and shifted, after a rectifier: the statistics once,
  /// the sums that style and norm both ask for once, and one map each way.
  @Test func aNormWithAStyleSharesItsSums() throws {
    let test = try GradientCase { builder in
      var numbers = SeededNumbers(seed: 8)
      let x = try builder.input("x", [2, 4, 12, 10])
      let scale = try builder.input("scale", [2, 6, 1, 1])
      let shift = try builder.input("shift", [2, 6, 1, 1])
      let kernel = try builder.constant(numbers.tensor([6, 4, 3, 3]))
      let last = try builder.constant(numbers.tensor([2, 6, 3, 3]))
      let a = try builder.map(
        .leakyRelu, builder.convolution(x, kernel, padding: Padding(1, 1)), immediate: 0.2)
      let normal = try builder.insert(Normalize(axes: [2, 3], epsilon: 1e-5), [a])
      let styled = try builder.add(builder.multiply(normal, scale), shift)
      return try builder.objective(
        builder.convolution(styled, last, padding: Padding(1, 1)))
    }
    let (plain, graph) = try Self.gradients(of: test, "styled norm")
    #expect(Self.count(Normalize.self, plain) == 1)
    #expect(Self.count(Normalize.self, graph) == 0)
    let sums = graph.nodes.filter { $0.op is Reduce && graph.shape($0.operands[0]).count > 900 }
    #expect(
      sums.compactMap { ($0.op as? Reduce)?.function }.sorted { $0.rawValue < $1.rawValue } == [
        .sum, .sum, .mean, .variance,
      ], "of the cotangent, of its product; mean and variance")
    let large = graph.nodes.filter { $0.op is Map && $0.shape.count > 900 }
    #expect(large.count == 2)
  }

  /// Rectifiers before pools whose windows tile, overlap, and leave a border: the mask is taken in by
  /// the convolution that makes the pool's cotangent.
  @Test func theMaskOfARectifierGoesBeforeItsUnpooling() throws {
    for (kernel, stride, pad) in [(2, 2, 0), (3, 2, 1), (2, 3, 0)] {
      let test = try GradientCase { builder in
        var numbers = SeededNumbers(seed: 8)
        let x = try builder.input("x", [2, 3, 12, 14])
        let kernels = [try builder.constant(numbers.tensor([4, 3, 3, 3]))]
        let a = try builder.map(.relu, builder.convolution(x, kernels[0], padding: Padding(1, 1)))
        let pooled = try builder.pool(
          .maximum, a, kernel: [kernel, kernel], stride: [stride, stride],
          padding: Padding(pad, pad))
        let last = try builder.constant(numbers.tensor([2, 4, 3, 3]))
        return try builder.objective(builder.convolution(pooled, last, padding: Padding(1, 1)))
      }
      let (plain, graph) = try Self.gradients(of: test, "\(kernel) \(stride) \(pad)")
      #expect(Self.count(MaxPoolGradientOp.self, graph) == 1)
      #expect(Self.count(Pool.self, graph) == Self.count(Pool.self, plain))
      #expect(graph.nodes.count { $0.op is Map && $0.shape.count > 1000 } == 0)
      let exact = try MaskBeforeMaxPoolGradient().run(plain)
      #expect(test.evaluated(exact) == test.evaluated(plain))
    }
  }

  /// The scale leaves the sum also where it is one factor of several, a number, or smaller in rank.
  @Test func factorsThatAreTheSameEverywhereLeaveASum() throws {
    let shapes: [[Shape]] = [
      [[2, 3, 4, 5], [2, 3, 1, 1]], [[2, 3, 4, 5], [3, 1, 1], [2, 3, 4, 5]], [[2, 3, 4, 5], []],
      [[3, 4, 5], [2, 1, 1, 1], [4, 5]],
    ]
    for (index, operands) in shapes.enumerated() {
      for function in [ReductionFunction.sum, .mean] {
        var builder = GraphBuilder(name: "f")
        var product = try builder.input("0", operands[0])
        for (number, shape) in operands.enumerated().dropFirst() {
          product = try builder.multiply(product, builder.input("\(number)", shape))
        }
        builder.output("y", try builder.insert(Reduce(function, axes: [2, 3]), [product]))
        let graph = try FactorReductions().run(builder.graph)
        try graph.verify()
        let reduce = try #require(graph.nodes.firstIndex { $0.op is Reduce })
        #expect(graph.nodes[(reduce + 1)...].contains { $0.op is Map }, "case \(index)")
        var numbers = SeededNumbers(seed: 4)
        let inputs = Dictionary(
          uniqueKeysWithValues: operands.enumerated().map { ("\($0)", numbers.tensor($1)) })
        let expected = GraphCase(graph: builder.graph, inputs: inputs).reference()["y"]
        let actual = GraphCase(graph: graph, inputs: inputs).reference()["y"]
        #expect(actual?.shape == expected?.shape)
        let pairs = zip(actual?.elements ?? [], expected?.elements ?? [])
        #expect(pairs.allSatisfy { abs($0 - $1) < 1e-12 }, "case \(index)")
      }
    }
  }

  /// A constant that is the same along an axis is kept once along it, also where it alone has the
  /// result's extents.
  @Test func constantsAreKeptOnceAlongAxesOfEqualNumbers() throws {
    var numbers = SeededNumbers(seed: 4)
    let row = numbers.tensor([3])
    let rows = HostTensor([2, 4, 3], (0..<8).flatMap { _ in row.elements })
    for shape: Shape in [[2, 4, 3], [4, 1]] {
      var builder = GraphBuilder(name: "f")
      let x = try builder.input("x", shape)
      builder.output("y", try builder.map(.power, x, builder.constant(rows)))
      let graph = try Pipeline(level: .exact, verifies: true).run(builder.graph)
      let constants = graph.nodes.compactMap { ($0.op as? Constant)?.tensor }
      #expect(constants == [HostTensor([1, 1, 3], row.elements)])
      let inputs = ["x": numbers.tensor(shape, in: 0.5...1)]
      #expect(
        GraphCase(graph: graph, inputs: inputs).reference()["y"]?.elements
          == GraphCase(graph: builder.graph, inputs: inputs).reference()["y"]?.elements)
    }
  }

  /// Both branches of a mask read what they choose from: one map, although a value has two uses.
  @Test func bothSidesOfADiamondAreOneMap() throws {
    var builder = GraphBuilder(name: "f")
    let (x, y) = (try builder.input("x", [3, 7]), try builder.input("y", [3, 7]))
    let sum = try builder.map(.exponential, builder.add(x, y))
    let small = try builder.multiply(sum, builder.constant(0.2))
    let mask = try builder.map(.less, builder.constant(0), y)
    builder.output("z", try builder.map(.select, mask, sum, small))
    let graph = try Pipeline(level: .exact, verifies: true).run(builder.graph)
    #expect(Self.count(Map.self, graph) == 1)
    var numbers = SeededNumbers(seed: 4)
    let inputs = ["x": numbers.tensor([3, 7]), "y": numbers.tensor([3, 7])]
    #expect(
      GraphCase(graph: graph, inputs: inputs).reference()["z"]?.elements
        == GraphCase(graph: builder.graph, inputs: inputs).reference()["z"]?.elements)
  }
}
