import TGCompiler
import TGDiagnostics
import TGIR
import TGOps
import TGPlan
import TGTensor
import TGTestSupport
import Testing

/// The walk from the objective to the leaves: compositions, derivatives of derivatives, refusals.
@Suite struct DifferentiationTests {
  /// A composition: what it is called, and how it is built.
  struct Composition: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var range: ClosedRange<Float> = -1...1
    var build: @Sendable (inout GraphBuilder) throws -> Value
  }

  /// One op between leaves and an objective that bends: also its second derivative is not 0.
  static let ops: [Composition] = [
    Composition(testDescription: "linear") { b in
      try b.insert(Linear(), [b.input("x", [2, 3, 4]), b.parameter("w", [5, 4])])
    },
    Composition(testDescription: "matmul") { b in
      try b.insert(MatMul(), [b.input("x", [2, 3, 4]), b.input("y", [2, 4, 2])])
    },
    Composition(testDescription: "matmul of one matrix") { b in
      try b.insert(MatMul(), [b.input("x", [2, 3, 4]), b.parameter("w", [4, 2])])
    },
    Composition(testDescription: "convolution") { b in
      try b.convolution(
        b.input("x", [2, 4, 6, 5]), b.parameter("w", [6, 2, 3, 3]), stride: [2, 1],
        padding: Padding(1, 1), dilation: [1, 2], groups: 2)
    },
    Composition(testDescription: "depthwise convolution") { b in
      try b.convolution(
        b.input("x", [1, 3, 5, 5]), b.parameter("w", [3, 1, 3, 3]), padding: Padding(1, 1),
        groups: 3)
    },
    Composition(testDescription: "transposed convolution") { b in
      try b.convolutionTransposed(
        b.input("x", [2, 4, 3, 2]), b.parameter("w", [4, 3, 4, 3]), stride: [2, 2],
        padding: Padding(1, 1), outputPadding: [0, 1])
    },
    Composition(testDescription: "transposed convolution, dilated, in groups") { b in
      try b.convolutionTransposed(
        b.input("x", [1, 4, 3, 3]), b.parameter("w", [4, 2, 3, 2]), stride: [2, 3],
        padding: Padding(1, 0), dilation: [3, 2], groups: 2)
    },
    Composition(testDescription: "elementwise", range: 0.5...1.5) { b in
      let (x, y) = (try b.input("x", [2, 3, 4]), try b.input("y", [2, 1, 4]))
      let product = try b.multiply(b.map(.sigmoid, x), b.map(.logarithm, y))
      let ratio = try b.divide(b.map(.gelu, x), b.map(.squareRoot, y))
      let power = try b.map(.power, x, y)
      let waves = try b.add(b.map(.sine, x), b.multiply(b.map(.cosine, y), b.map(.square, x)))
      let soft = try b.add(b.map(.softplus, y), b.map(.errorFunction, x))
      let roots = try b.multiply(b.map(.reciprocalSquareRoot, x), b.map(.exponential, y))
      var sum = try b.add(product, ratio)
      for part in [power, waves, soft, roots] { sum = try b.add(sum, part) }
      return sum
    },
    Composition(testDescription: "kinks") { b in
      let (x, y) = (try b.input("x", [2, 3, 4]), try b.input("y", [2, 1, 4]))
      let bent = try b.add(b.map(.relu, x), b.map(.leakyRelu, y, immediate: 0.2))
      let ends = try b.multiply(b.map(.maximum, x, y), b.map(.minimum, x, b.constant(0.3)))
      let chosen = try b.map(.select, b.map(.less, x, y), b.map(.square, x), b.map(.absolute, y))
      return try b.multiply(b.add(bent, ends), b.add(chosen, b.constant(1)))
    },
    Composition(testDescription: "sum, mean and variance") { b in
      let x = try b.input("x", [2, 3, 4])
      let parts = try [ReductionFunction.sum, .mean, .variance].map { function in
        try b.insert(Reduce(function, axes: [2]), [b.multiply(x, x)])
      }
      return try b.add(b.add(parts[0], parts[1]), parts[2])
    },
    Composition(testDescription: "extrema and product", range: 0.5...1.5) { b in
      let x = try b.input("x", [2, 3, 4])
      let squares = try b.map(.square, x)
      let parts = try [ReductionFunction.maximum, .minimum, .product].map { function in
        try b.insert(Reduce(function, axes: [2]), [squares])
      }
      return try b.add(b.multiply(parts[0], parts[1]), parts[2])
    },
    Composition(testDescription: "normalize") { b in
      try b.insert(Normalize(axes: [2, 3], epsilon: 1e-3), [b.input("x", [2, 3, 4, 2])])
    },
    Composition(testDescription: "batch norm in training mode") { b in
      let normal = try b.insert(
        Normalize(axes: [0, 2, 3], epsilon: 1e-5), [b.input("x", [3, 2, 2, 3])])
      let scaled = try b.multiply(normal, b.parameter("scale", [2, 1, 1]))
      return try b.add(scaled, b.parameter("shift", [2, 1, 1]))
    },
    Composition(testDescription: "average pool") { b in
      let x = try b.input("x", [1, 2, 7, 5])
      let a = try b.pool(.average, x, kernel: [3, 2], stride: [2, 2], padding: Padding(1, 1))
      return try b.pool(
        .averageCountingPadding, b.map(.square, a), kernel: [2, 2], stride: [2, 2],
        padding: Padding(0, 0))
    },
    Composition(testDescription: "resizing") { b in
      let table = try #require(
        ResampleTable(convention: .torchBicubic, inputSize: 5, outputSize: 8))
      let x = try b.upsample(b.input("x", [1, 2, 5, 3]), by: [1, 2])
      return try b.resample(b.map(.square, x), axis: 2, table)
    },
    Composition(testDescription: "softmax") { b in
      let x = try b.input("x", [2, 3, 4])
      return try b.add(
        b.insert(SoftmaxOp(axis: 2), [x]), b.insert(SoftmaxOp(axis: 1, logarithmic: true), [x]))
    },
    Composition(testDescription: "moves") { b in
      let x = try b.input("x", [2, 3, 4])
      let cut = try b.insert(Slice(starts: [0, 0, 1], counts: [2, 2, 2], steps: [1, 2, 1]), [x])
      let turned = try b.transpose(
        b.concat([cut, b.slice(x, axis: 2, from: 0, count: 2)], axis: 1), [0, 2, 1])
      let padded = try b.insert(Pad(before: [0, 1, 0], after: [0, 0, 2], value: 0.5), [turned])
      let column = try b.slice(x, axis: 2, from: 3, count: 1)
      return try b.multiply(padded, b.broadcast(column, to: [2, 3, 7]))
    },
    Composition(testDescription: "embedding") { b in
      let ids = try b.insert(Constant(HostTensor([2, 3], [4, 0, 4, 9, 1, 2]), .int32), [])
      let rows = try b.insert(Gather(), [b.parameter("table", [5, 4]), ids])
      return try b.insert(Linear(), [rows, b.parameter("w", [3, 4])])
    },
  ]

  @Test(arguments: ops)
  func firstDerivativesAgree(composition: Composition) throws {
    let plain = try GradientCase(composition.testDescription, range: composition.range) { b in
      try b.objective(composition.build(&b))
    }
    try plain.expectAgreement("first")
  }

  @Test(arguments: ops)
  func secondDerivativesAgree(composition: Composition) throws {
    let plain = try GradientCase(composition.testDescription, range: composition.range) { b in
      try b.objective(composition.build(&b))
    }
    try plain.slope().expectAgreement("second")
  }

  // MARK: Networks

  /// A step of an LSTM (Hochreiter & Schmidhuber 1997), as the language unrolls it: gates are slices.
  @Test func aRecurrenceIsDifferentiatedThroughTime() throws {
    let plain = try GradientCase("recurrence") { b in
      let width = 3
      let rows = try b.insert(
        Linear(), [b.input("x", [2, 4, 5]), b.parameter("input", [4 * width, 5])])
      let recurrent = try b.parameter("recurrent", [4 * width, width])
      var hidden: Value?
      var cell: Value?
      for step in 0..<4 {
        var sum = try b.reshape(
          b.slice(rows, axis: 1, from: step, count: 1), [2, 4 * width])
        if let hidden { sum = try b.add(sum, b.insert(Linear(), [hidden, recurrent])) }
        let gates = try b.split(sum, [width, width, width, width], axis: 1)
        let fresh = try b.multiply(b.map(.sigmoid, gates[0]), b.map(.tanh, gates[2]))
        cell = try cell.map { try b.add(b.multiply(b.map(.sigmoid, gates[1]), $0), fresh) } ?? fresh
        hidden = try cell.map {
          try b.multiply(b.map(.sigmoid, gates[3]), b.map(.tanh, $0))
        }
      }
      return try b.objective(#require(hidden))
    }
    try plain.expectAgreement()
    try plain.slope().expectAgreement()
    // Gates and time steps are laid side by side: no border of zeros is left to add.
    let graph = try plain.differentiated().swept
    #expect(!graph.nodes.contains { $0.op is Pad })
    #expect(graph.nodes.count { $0.op is Concat } == 5)
  }

  /// Rows that leave gaps are laid beside zeros; what overlaps is added.
  @Test func stripsThatDoNotOverlapAreLaidSideBySide() throws {
    let plain = try GradientCase("strips") { b in
      let x = try b.input("x", [2, 9])
      let parts = try [(1, 2), (4, 3), (5, 2), (7, 2)].map { start, count in
        try b.insert(
          Reduce(.sum, axes: [1]),
          [b.map(.square, b.slice(x, axis: 1, from: start, count: count))])
      }
      var product = parts[0]
      for part in parts.dropFirst() { product = try b.multiply(product, part) }
      return product
    }
    try plain.expectAgreement()
    let graph = try plain.differentiated().swept
    #expect(graph.nodes.count { $0.op is Concat } == 1)
    #expect(graph.nodes.count { $0.op is Pad } == 1, "4 ..< 7 and 5 ..< 7 overlap")
  }

  /// A small generator's way: dense, transposed convolution, norm, leaky rectifier, average.
  static func network(_ b: inout GraphBuilder) throws -> Value {
    let seed = try b.insert(Linear(), [b.input("z", [2, 6]), b.parameter("dense", [12, 6])])
    let grown = try b.convolutionTransposed(
      b.reshape(seed, [2, 3, 2, 2]), b.parameter("grow", [3, 4, 4, 4]), stride: [2, 2],
      padding: Padding(1, 1))
    let normal = try b.insert(Normalize(axes: [2, 3], epsilon: 1e-5), [grown])
    let bent = try b.map(.leakyRelu, normal, immediate: 0.2)
    let wide = try b.upsample(bent, by: [2, 2])
    let seen = try b.convolution(wide, b.parameter("see", [5, 4, 3, 3]), padding: Padding(1, 1))
    let small = try b.pool(
      .maximum, b.map(.tanh, seen), kernel: [2, 2], stride: [2, 2], padding: Padding(0, 0))
    let target = try b.input("target", [2, 5, 4, 4])
    return try b.insert(
      Reduce(.mean, axes: [1, 2, 3]), [b.map(.square, b.subtract(small, target))])
  }

  @Test func aNetworkIsDifferentiated() throws {
    try GradientCase("network") { try Self.network(&$0) }.expectAgreement()
  }

  /// What the optimiser makes of a differentiated graph computes the same, in `Double` and as a plan.
  @Test(arguments: OptimizationLevel.allCases)
  func optimisationKeepsGradients(level: OptimizationLevel) throws {
    let plain = try GradientCase("network") { try Self.network(&$0) }
    let towards: [Leaf] = [.input("z"), .input("target")]
    let graph = try Differentiate(objective: "objective", towards: towards).run(plain.bound())
    let expected = plain.evaluated(graph)
    let optimised = try Pipeline(level: level, verifies: true).run(graph)
    let actual = plain.evaluated(optimised)
    let inputs = ["z", "target"].reduce(into: [:]) { $0[$1] = plain.values[$1]?.rounded }
    let executed = try GraphCase(graph: graph, inputs: inputs, batch: 2).run(level: level)
    #expect(Set(executed.keys) == ["objective", "gradient.z", "gradient.target"])
    for (name, tensor) in expected {
      let same = try #require(actual[name])
      let scale = tensor.elements.map(abs).max() ?? 1
      let worst = zip(same.elements, tensor.elements).map { abs($0 - $1) }.max() ?? 0
      #expect(worst <= 1e-5 * max(scale, 1e-3), "\(name)")
      let run = try #require(executed[name]).elements
      let error = zip(run, tensor.elements).map { abs(Double($0) - $1) }.max() ?? 0
      #expect(error <= 1e-5 * max(scale, 1e-2), "\(name)")
    }
  }

  // MARK: What is built and what is refused

  /// Only what lies between the leaf and the objective is visited: here no kernel's gradient.
  @Test func onlyWhatIsAskedForIsBuilt() throws {
    let plain = try GradientCase("network") { try Self.network(&$0) }
    let graph = try Differentiate(objective: "objective", towards: [.input("target")]).run(
      plain.graph)
    #expect(graph.nodes.count < plain.graph.nodes.count + 12)
    #expect(graph.nodes.dropFirst(plain.graph.nodes.count).allSatisfy { !($0.op is Conv2D) })
  }

  @Test func gradientNodesStandWhereTheirOpStood() throws {
    var builder = GraphBuilder(name: "f")
    let range = SourceRange(file: 0, start: 3, end: 5)
    let x = try builder.input("x", [2])
    builder.origin = Origin(ranges: [range], scope: "net.0")
    builder.output("y", try builder.map(.square, x))
    let graph = try Differentiate(objective: "y", towards: [.input("x")]).run(builder.graph)
    let made = graph.nodes.dropFirst(2).map(\.origin)
    #expect(!made.isEmpty && made.allSatisfy { $0.ranges == [range] && $0.scope == "∂ net.0" })
  }

  @Test func whatHasNoDerivativeIsNamedWithItsLocation() throws {
    var builder = GraphBuilder(name: "f")
    let x = try builder.input("x", [2, 3])
    let origin = Origin(ranges: [SourceRange(file: 0, start: 7, end: 12)], scope: "net")
    builder.origin = origin
    let steps = try builder.map(.floor, x)
    builder.origin = Origin()
    builder.output("y", try builder.insert(Reduce(.sum, axes: [1]), [steps]))
    #expect {
      try Differentiate(objective: "y", towards: [.input("x")]).run(builder.graph)
    } throws: {
      guard
        case .notDifferentiable(let stop)? = ($0 as? DifferentiationFailure)?.errors.first
      else { return false }
      return stop.op == "floor" && stop.origin == origin && stop.reason.contains("derivative is 0")
        && stop.hint?.contains("detach(") == true
    }
  }

  @Test func aLeafThatIsNotReachedIsNamed() throws {
    var builder = GraphBuilder(name: "f")
    let (x, y) = (try builder.input("x", [2]), try builder.input("y", [2]))
    let still = try builder.insert(Detach(), [y])
    builder.output("o", try builder.multiply(x, still))
    for leaf in [Leaf.input("y"), .input("z"), .parameter(root: "g", name: "w")] {
      #expect(throws: DifferentiationFailure(errors: [.unreached(leaf)])) {
        try Differentiate(objective: "o", towards: [.input("x"), leaf]).run(builder.graph)
      }
    }
  }

  @Test func anObjectiveIsOneNumberForEachItem() throws {
    var builder = GraphBuilder(name: "f")
    builder.output("y", try builder.input("x", [2, 3]))
    #expect(throws: DifferentiationFailure(errors: [.notAnObjective("y", found: [2, 3])])) {
      try Differentiate(objective: "y", towards: [.input("x")]).run(builder.graph)
    }
    #expect(throws: DifferentiationFailure(errors: [.notAnObjective("z", found: nil)])) {
      try Differentiate(objective: "z", towards: [.input("x")]).run(builder.graph)
    }
  }

  /// A clamp passes the gradient at its bounds, as PyTorch's; equal sides of an extremum share it.
  @Test func tiesAreSettledAsDocumented() throws {
    var builder = GraphBuilder(name: "f")
    let x = try builder.input("x", [3])
    let (low, high) = (try builder.constant(0), try builder.constant(1))
    let clamped = try builder.map(.minimum, builder.map(.maximum, x, low), high)
    let y = try builder.input("y", [3])
    builder.output("o", try builder.add(clamped, builder.map(.maximum, x, y)))
    let graph = try Differentiate(objective: "o", towards: [.input("x"), .input("y")]).run(
      builder.graph)
    let values = ["x": [0.0, 1, 2], "y": [0.0, 2, 1]]
    let results = graph.evaluated { node in
      (node.op as? Input).flatMap { values[$0.name] }.map { ReferenceTensor([3], $0) }
    }
    #expect(results["gradient.x"]?.elements == [1.5, 1, 1])
    #expect(results["gradient.y"]?.elements == [0.5, 1, 0])
  }

  @Test func powersOfZeroAreSettledAsPyTorchDoes() throws {
    var builder = GraphBuilder(name: "f")
    let (a, b) = (try builder.input("a", [4]), try builder.input("b", [4]))
    builder.output("o", try builder.map(.power, a, b))
    let graph = try Differentiate(objective: "o", towards: [.input("a"), .input("b")]).run(
      builder.graph)
    let values = ["a": [0.0, 0, 0, 2], "b": [0.0, 1, 2, 0]]
    let results = graph.evaluated { node in
      (node.op as? Input).flatMap { values[$0.name] }.map { ReferenceTensor([4], $0) }
    }
    #expect(results["gradient.a"]?.elements == [0, 1, 0, 0])
    let logarithm = PointwiseFunction.logarithm.evaluate(2, 0, 0, immediate: 0)
    #expect(results["gradient.b"]?.elements == [0, 0, 0, logarithm])
  }
}
