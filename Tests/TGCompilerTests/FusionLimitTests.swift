import TGCompiler
import TGIR
import TGOps
import TGPlan
import TGTensor
import TGTestSupport
import Testing

/// Programs have at most eight operands and 64 steps: what does not fit stays apart, and nothing of it is
/// lost.
@Suite struct FusionLimitTests {
  private static let shape: Shape = [3, 5]

  /// A linear layer, then in two maps so many sums with inputs each, the second also with the layer's
  /// rectified result.
  private static func sums(_ first: Int, _ second: Int) throws -> GraphCase {
    var numbers = SeededNumbers(seed: 12)
    var inputs: [String: HostTensor] = [:]
    var builder = GraphBuilder(name: "f")
    func input(_ name: String, _ builder: inout GraphBuilder) throws -> Value {
      inputs[name] = numbers.tensor(shape)
      return try builder.insert(Input(name: name, shape: shape), [])
    }
    let x = try input("x", &builder)
    let matrix = try builder.constant(numbers.tensor([5, 5]))
    var y = try builder.insert(Linear(), [x, matrix])
    for index in 0..<first { y = try builder.add(y, input("a\(index)", &builder)) }
    y = try builder.map(.relu, y)
    for index in 0..<second { y = try builder.add(y, input("b\(index)", &builder)) }
    builder.output("y", try builder.map(.tanh, y))
    return GraphCase(graph: builder.graph, inputs: inputs)
  }

  @Test(arguments: [(1, 2), (3, 4), (4, 4), (5, 5), (7, 1), (2, 7), (7, 7), (12, 9)])
  func epiloguesThatHaveNoRoomStayAsTheyAre(first: Int, second: Int) throws {
    let graphCase = try Self.sums(first, second)
    // The first map goes into the layer, the second only where there is room.
    let chained = try FuseElementwise().run(graphCase.graph)
    let fused = try FuseEpilogues().run(chained)
    try fused.verify()
    let expected = graphCase.reference()
    #expect(GraphCase(graph: chained, inputs: graphCase.inputs).reference() == expected)
    #expect(GraphCase(graph: fused, inputs: graphCase.inputs).reference() == expected)
    let found = try graphCase.run(level: .reassociating)
    #expect(try parityError(#require(found["y"]), #require(expected["y"])) <= 1e-5)
  }

  /// The epilogue that is there, and a map that reads the result and more than what is left.
  @Test func anEpilogueIsNotLostBehindAMapWithoutRoom() throws {
    var numbers = SeededNumbers(seed: 13)
    var inputs = ["x": numbers.tensor(Self.shape)]
    var builder = GraphBuilder(name: "f")
    let x = try builder.insert(Input(name: "x", shape: Self.shape), [])
    let matrix = try builder.constant(numbers.tensor([5, 5]))
    let sum = { (count: Int) in
      PointwiseProgram(
        operandCount: count,
        steps: (1..<count).map { .init(.add, [$0 == 1 ? 0 : count + $0 - 2, $0]) })
    }
    func more(_ count: Int, _ letter: String) throws -> [Value] {
      try (0..<count).map { index in
        let name = "\(letter)\(index)"
        inputs[name] = numbers.tensor(Self.shape)
        return try builder.insert(Input(name: name, shape: Self.shape), [])
      }
    }
    let bias = try more(4, "a")
    let layer = try builder.insert(Linear(epilogue: sum(5)), [x, matrix] + bias)
    builder.output("y", try builder.map(sum(8), [layer] + more(7, "b")))
    let before = GraphCase(graph: builder.graph, inputs: inputs)
    let after = GraphCase(graph: try FuseEpilogues().run(builder.graph), inputs: inputs)
    #expect(after.reference() == before.reference())
    #expect(after.graph.nodes.count == before.graph.nodes.count)
  }
}
