import TGCompiler
import TGIR
import TGMachine
import TGOps
import TGPlan
import TGTensor
import TGTestSupport
import Testing

/// How few values are alive at once: the order of nodes, and results that overwrite their operands.
@Suite struct MemoryTests {
  private static let shape: Shape = [1, 16, 16, 32]
  private static let bytes = 4 * shape.count

  private static func inputs(_ names: String...) -> [String: HostTensor] {
    var numbers = SeededNumbers(seed: 3)
    return Dictionary(uniqueKeysWithValues: names.map { ($0, numbers.tensor(shape)) })
  }

  private static func input(_ name: String, _ builder: inout GraphBuilder) throws -> Value {
    try builder.insert(Input(name: name, shape: shape), [])
  }

  /// The compiled function of a graph; checks that plan, numbers and threads agree.
  private static func compiled(
    _ builder: GraphBuilder, _ inputs: [String: HostTensor],
    level: OptimizationLevel = .reassociating
  ) throws -> PlanFunction {
    let graphCase = GraphCase(graph: builder.graph, inputs: inputs)
    let expected = graphCase.reference()
    for isa in ISA.available() {
      var first: [String: HostTensor]?
      for threads in [1, 2, 3, 4, 7] {
        let found = try graphCase.run(level: level, isa: isa, threads: threads)
        for (name, tensor) in found {
          #expect(try parityError(tensor, #require(expected[name])) <= 1e-5, "\(name) \(isa)")
        }
        #expect(first == nil || first == found, "threads change bits")
        first = found
      }
    }
    return try graphCase.compiled(level: level).plan.functions[0]
  }

  /// A chain of normalizations of which each is also summed; the sums are used last, as in a
  /// backward pass.
  @Test func whatIsSummedIsNotKeptForTheSum() throws {
    var builder = GraphBuilder(name: "f")
    var h = try Self.input("x", &builder)
    var scale: Value?
    for _ in 0..<6 {
      h = try builder.insert(Normalize(axes: [3], epsilon: 0.5), [builder.map(.tanh, h)])
      let sum = try builder.insert(
        Reduce(.mean, axes: [1]), [builder.transpose(builder.map(.square, h), [0, 3, 1, 2])])
      let row = try builder.reshape(sum, [1, 16, 16, 1])
      scale = try scale.map { try builder.multiply($0, row) } ?? row
    }
    builder.output("y", try builder.multiply(h, #require(scale)))
    let function = try Self.compiled(builder, Self.inputs("x"))
    // Input, output, and two links of the chain; the sums are small.
    #expect(function.arenaBytes < Self.bytes * 9 / 2)
  }

  @Test func aResultTakesTheMemoryOfAnOperandThatDies() throws {
    var builder = GraphBuilder(name: "f")
    let (x, y) = (try Self.input("x", &builder), try Self.input("y", &builder))
    // Without fusion each map is an instruction: all in the memory of `y`, which the first reads last.
    let a = try builder.add(x, y)
    let b = try builder.map(.tanh, a)
    let c = try builder.multiply(b, x)
    builder.output("z", try builder.map(.sigmoid, c))
    let function = try Self.compiled(builder, Self.inputs("x", "y"), level: .none)
    let written = Set(function.instructions.map(\.instruction.output.slot))
    #expect(written == [function.inputs[1].view.slot])
    #expect(function.outputs[0].view.slot == function.inputs[1].view.slot)
    #expect(function.arenaBytes == 2 * Self.bytes)
  }

  @Test func aResidualSumIsMadeInPlace() throws {
    var builder = GraphBuilder(name: "f")
    let x = try Self.input("x", &builder)
    var numbers = SeededNumbers(seed: 5)
    let w = try builder.constant(numbers.tensor([32, 32], in: -0.2...0.2))
    var h = try builder.insert(Normalize(axes: [3], epsilon: 0.5), [x])
    for _ in 0..<3 {
      let inner = try builder.map(.tanh, builder.insert(Linear(), [h, w]))
      h = try builder.add(h, builder.insert(Linear(), [inner, w]))
    }
    builder.output("y", try builder.insert(Normalize(axes: [3], epsilon: 0.5), [h]))
    let function = try Self.compiled(builder, Self.inputs("x"))
    #expect(function.instructions.count == 8)
    let inPlace = function.instructions.filter { placed in
      placed.instruction.elementwiseOperands.contains { $0.view == placed.instruction.output }
    }
    #expect(inPlace.count == 3)
    #expect(
      function.arenaBytes == 2 * Self.bytes, "sum, inner; before and after them input and output")
  }

  @Test func whatIsReadLaterOrElsewhereStays() throws {
    var builder = GraphBuilder(name: "f")
    let x = try Self.input("x", &builder)
    let a = try builder.insert(Normalize(axes: [3], epsilon: 0.5), [x])
    let b = try builder.map(.tanh, a)
    // Read again; seen in another order; read as a factor by the same instruction; a part of it.
    let c = try builder.add(b, a)
    let turned = try builder.transpose(b, [0, 2, 1, 3])
    let d = try builder.add(c, turned)
    let flat = try builder.reshape(d, [1, 256, 32])
    let square = try builder.insert(
      MatMul(), [flat, builder.constant(SeededNumbers.identity(32))])
    let e = try builder.add(square, flat)
    builder.output("y", e)
    builder.output("part", try builder.slice(e, axis: 1, from: 3, count: 5))
    for level in [OptimizationLevel.none, .reassociating] {
      let function = try Self.compiled(builder, Self.inputs("x"), level: level)
      for placed in function.instructions {
        let free = placed.instruction.freeOperands
        #expect(free.allSatisfy { $0.view.slot != placed.instruction.output.slot })
      }
    }
  }
}

extension SeededNumbers {
  /// The identity matrix.
  fileprivate static func identity(_ size: Int) -> HostTensor {
    HostTensor(
      [1, size, size], (0..<size * size).map { $0 % (size + 1) == 0 ? 1 : 0 })
  }
}
