import TGExchange
import TGIR
import TGONNX
import TGOps
import TGPlan
import TGTensor
import Testing

/// Inputs, outputs and what the file says of them.
@Suite struct EndsTests {
  /// An editor: a picture and a strength in, a picture out, and an input that nothing reads.
  private static func editor() throws -> GraphFunction {
    var builder = GraphBuilder(name: "edit")
    let image = try builder.insert(Input(name: "image", shape: [2, 1, 4, 4]), [])
    let strength = try builder.insert(Input(name: "strength", shape: [2, 1, 1, 1]), [])
    builder.output("image", try builder.insert(Map(.multiply), [image, strength]))
    builder.output("same", image)
    let picture = InterfaceItem.Kind.image(low: -1, high: 1, fit: "", filter: "")
    return GraphFunction(
      graph: builder.graph, batch: 2, documentation: "Edits.",
      inputs: [
        GraphInterface(
          name: "image", kind: picture, shape: [2, 1, 4, 4], documentation: "a face"),
        GraphInterface(
          name: "strength", kind: .tensor, shape: [2, 1, 1, 1], defaultValue: 0.5),
        GraphInterface(name: "label", kind: .label(count: 10), shape: [2]),
      ], outputs: [GraphInterface(name: "image", kind: picture, shape: [2, 1, 4, 4])])
  }

  @Test func namesAreThoseOfThePage() throws {
    let graph = try ONNXExport(Self.editor()).model.graph
    #expect(graph.inputs.map(\.name) == ["image", "strength", "label"])
    #expect(graph.inputs.map(\.type) == [1, 1, 6])
    #expect(graph.inputs[0].dimensions == [2, 1, 4, 4].map { .number($0) })
    #expect(graph.outputs.map(\.name) == ["image.out", "same"])
    #expect(graph.nodes.map(\.operation) == ["Mul", "Identity"])
    #expect(graph.nodes[0].outputs == ["image.out"])
    #expect(graph.name == "edit" && graph.documentation == "Edits.")
  }

  @Test func defaultsAreInitialisers() throws {
    let graph = try ONNXExport(Self.editor()).model.graph
    #expect(graph.initializers.map(\.name) == ["strength"])
    #expect(graph.initializers[0].dimensions == [2, 1, 1, 1])
  }

  @Test func metadataSayWhatNumbersMean() throws {
    var facts = ONNXExport.Facts()
    facts.model = "Editor"
    facts.origin = "a drawer"
    let model = try ONNXExport(Self.editor(), facts: facts).model
    #expect(
      model.metadata.map { "\($0.key) = \($0.value)" } == [
        "input.image = Image[1, 4, 4](-1 ... 1): a face", "input.strength = Tensor[1, 1, 1]",
        "input.label = Label[](0 ..< 10)", "output.image.out = Image[1, 4, 4](-1 ... 1)",
        "model = Editor", "origin = a drawer",
      ])
    #expect(model.operatorSet == 18 && model.irVersion == 8)
  }

  /// Nodes are called by the call's address, weights by their names in the checkpoint.
  @Test func addressesAreNames() throws {
    var builder = GraphBuilder(name: "f")
    let x = try builder.insert(Input(name: "x", shape: [1, 2]), [])
    builder.origin.scope = "net.fc"
    let source = Weight.Source(root: "text", name: "fc.weight")
    let weight = try builder.insert(
      Constant(Weight(HostTensor([2, 2], [1, 2, 3, 4]), source: source)), [])
    let product = try builder.insert(Linear(), [x, weight])
    builder.output("y", try builder.insert(Map(.relu), [product]))
    let model = try ONNXExport(
      GraphFunction(graph: builder.graph, batch: 1, inputs: [], outputs: [])
    ).model
    #expect(model.graph.nodes.map(\.name) == ["net/fc/Gemm", "net/fc/Relu"])
    #expect(model.graph.nodes[0].inputs == ["x", "text/fc.weight"])
  }
}
