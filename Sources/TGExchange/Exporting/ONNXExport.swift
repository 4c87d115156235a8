package import TGIR
package import TGONNX
package import TGOps
import TGPlan
import TGTensor

/// A function of a page as a network in ONNX.
///
/// Inputs and outputs keep their names, noise is an input, the batch is fixed. spec/onnx.md says which
/// nodes each op becomes.
package struct ONNXExport: Sendable {
  /// The version of ONNX's operators: the first in which every operator used here takes its axes as
  /// an input, read by all runtimes of today.
  package static let operatorSet = 18
  /// The version of the file format that goes with it.
  package static let irVersion = 8

  /// What the file says of itself.
  package struct Facts: Sendable {
    /// The program and its version.
    package var producer = ""
    package var producerVersion = ""
    /// The model's name and documentation.
    package var model = ""
    package var documentation = ""
    /// The licence and origin of the weights; empty if they are not stated.
    package var licence = ""
    package var origin = ""

    /// Says nothing.
    package init() {}
  }

  /// The network.
  package let model: ONNXModel

  /// Exports a function.
  ///
  /// - Parameters:
  ///   - function: its graph has no parameters.
  ///   - originals: hashes (`HostTensor.hashValue`) of tensors of four axes as they are in their files.
  /// - Throws: `ExportError` for an op that ONNX does not have.
  package init(
    _ function: GraphFunction, originals: [Weight.Source: Int] = [:], facts: Facts = Facts()
  ) throws(ExportError) {
    let graph = function.graph
    let ends = ExportedEnds(function)
    var draft = ONNXDraft(name: graph.name)
    for input in ends.inputs { draft.input(input.name, input.type, default: input.preset) }
    for (output, name) in zip(graph.outputs, ends.outputs) {
      draft.output(name, graph.type(output.value))
    }
    var exporter = GraphExporter(graph, originals: originals, draft: draft)
    try exporter.run(outputs: ends.outputs)
    var model = ONNXModel()
    model.irVersion = Self.irVersion
    model.operatorSets = [("", Self.operatorSet)]
    model.producer = facts.producer
    model.producerVersion = facts.producerVersion
    model.documentation = facts.documentation
    model.metadata = ends.metadata
    for (key, value) in [
      ("model", facts.model), ("licence", facts.licence), ("origin", facts.origin),
    ] where !value.isEmpty {
      model.metadata.append((key, value))
    }
    model.graph = ONNXPeephole(exporter.draft.graph).graph
    model.graph.documentation = function.documentation
    self.model = model
  }
}

/// The inputs and outputs of a function as ONNX has them.
private struct ExportedEnds {
  /// The inputs: those of the page in its order, lengths after their texts.
  private(set) var inputs: [(name: String, type: TensorType, preset: Float?)] = []
  /// What each output of the graph is called: as on the page, with `.out` if an input is called so.
  private(set) var outputs: [String] = []
  /// What the ends mean.
  private(set) var metadata: [(key: String, value: String)] = []

  init(_ function: GraphFunction) {
    var known: [String: TensorType] = [:]
    for node in function.graph.nodes {
      if let input = node.op as? Input { known[input.name] = node.type }
    }
    for item in function.inputs {
      // What no output needs is still a part of the interface.
      let type = known[item.name] ?? TensorType(item.kind.dtypes[0], item.shape)
      inputs.append((item.name, type, item.defaultValue))
      metadata.append(("input.\(item.name)", item.typeText))
      let lengths = "\(item.name).lengths"
      if let type = known[lengths] { inputs.append((lengths, type, nil)) }
    }
    var taken = Set(inputs.map(\.name))
    for output in function.graph.outputs {
      var name = output.name
      while !taken.insert(name).inserted { name += ".out" }
      outputs.append(name)
      guard let item = function.outputs.first(where: { $0.name == output.name }) else { continue }
      metadata.append(("output.\(name)", item.typeText))
    }
  }
}

extension GraphInterface {
  /// The type as a page has it, with what is said of it: `Image[3, 64, 64](-1 ... 1): the picture`.
  fileprivate var typeText: String {
    let sizes = shape.dimensions.dropFirst().map(String.init).joined(separator: ", ")
    let details = kind.value.details
    return type(of: kind.value).typeName + "[\(sizes)]" + (details.isEmpty ? "" : "(\(details))")
      + (documentation.isEmpty ? "" : ": " + documentation)
  }
}
