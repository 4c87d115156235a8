import TGExchange
import TGONNX
import Testing

/// What is shortened in an exported graph, and what is not.
@Suite struct PeepholeTests {
  private func shortened(_ nodes: [ONNXNode], outputs: [String] = ["y"]) -> [String] {
    var graph = ONNXGraph()
    graph.inputs = [ONNXValue("x", type: 1, dimensions: nil)]
    graph.outputs = outputs.map { ONNXValue($0, type: 1, dimensions: nil) }
    graph.nodes = nodes
    return ONNXPeephole(graph).graph.nodes.map {
      "\($0.outputs[0]) = \($0.operation)(\($0.inputs.joined(separator: ", ")))"
    }
  }

  private func transpose(_ input: String, _ output: String, _ order: [Int]) -> ONNXNode {
    ONNXNode("Transpose", [input], [output], attributes: [ONNXAttribute("perm", .ints(order))])
  }

  @Test func transposesThatUndoEachOtherDisappear() {
    #expect(
      shortened([
        transpose("x", "a", [0, 2, 3, 1]), transpose("a", "b", [0, 3, 1, 2]),
        ONNXNode("Relu", ["b"], ["y"]),
      ]) == ["y = Relu(x)"])
  }

  @Test func transposesBecomeOne() {
    #expect(
      shortened([
        transpose("x", "a", [1, 2, 0]), transpose("a", "b", [1, 2, 0]),
        transpose("b", "c", [0, 2, 1]), ONNXNode("Relu", ["c"], ["y"]),
      ]) == ["c = Transpose(x)", "y = Relu(c)"])
    #expect(
      shortened([
        transpose("x", "a", [1, 2, 0]), transpose("a", "b", [1, 2, 0]),
        transpose("b", "c", [1, 2, 0]), ONNXNode("Relu", ["c"], ["y"]),
      ]) == ["y = Relu(x)"])
  }

  @Test func aTransposeThatIsReadTwiceStays() {
    #expect(
      shortened(
        [
          transpose("x", "a", [1, 0]), transpose("a", "b", [1, 0]),
          ONNXNode("Relu", ["a"], ["y"]), ONNXNode("Relu", ["b"], ["z"]),
        ], outputs: ["y", "z"]) == ["a = Transpose(x)", "y = Relu(a)", "z = Relu(x)"])
  }

  @Test func outputsGetTheirNames() {
    #expect(
      shortened(
        [
          ONNXNode("Relu", ["x"], ["a"]), ONNXNode("Tanh", ["a"], ["b"]),
          ONNXNode("Identity", ["a"], ["y"]), ONNXNode("Identity", ["a"], ["z"]),
          ONNXNode("Identity", ["x"], ["same"]), ONNXNode("Identity", ["b"], ["t"]),
        ], outputs: ["y", "z", "same", "t"])
        == ["y = Relu(x)", "t = Tanh(y)", "z = Identity(y)", "same = Identity(x)"])
  }

  @Test func whatNothingReadsDisappears() {
    #expect(
      shortened([ONNXNode("Relu", ["x"], ["a"]), ONNXNode("Tanh", ["x"], ["y"])])
        == ["y = Tanh(x)"])
  }
}
