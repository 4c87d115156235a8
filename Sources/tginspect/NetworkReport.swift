import TGCommandLine
import TGONNX
import TGTensor

/// What is said of the network of an ONNX file, beside its tensors.
struct NetworkReport {
  private let model: ONNXModel
  /// Operators with how many nodes are of each, in the order in which they come first.
  private let operators: [(name: String, count: Int)]

  init(_ model: ONNXModel) {
    self.model = model
    var counts: [String: Int] = [:]
    var order: [String] = []
    for node in model.graph.nodes {
      let isOwn = node.domain.isEmpty || node.domain == "ai.onnx"
      let name = isOwn ? node.operation : "\(node.domain)::\(node.operation)"
      if counts[name] == nil { order.append(name) }
      counts[name, default: 0] += 1
    }
    operators = order.map { ($0, counts[$0] ?? 0) }
  }

  /// What is given at each run: inputs that no tensor of the file has the name of.
  private var inputs: [ONNXValue] {
    let known = Set(model.graph.initializers.map(\.name))
    return model.graph.inputs.filter { !known.contains($0.name) }
  }

  /// A line for each thing.
  var lines: [String] {
    let producer = [model.producer, model.producerVersion].filter { !$0.isEmpty }
      .joined(separator: " ")
    let sets = model.operatorSets.map { "\($0.domain.isEmpty ? "" : $0.domain + " ")\($0.version)" }
    return [
      "  a network\(producer.isEmpty ? "" : " of \(producer.shown)"), IR version \(model.irVersion), "
        + "operator set \(sets.joined(separator: ", ").shown)"
    ] + inputs.map { "  input \(Self.described($0))" }
      + model.graph.outputs.map { "  result \(Self.described($0))" }
      + [
        "  \(model.graph.nodes.count) nodes: "
          + operators.map { "\($0.name.shown) \($0.count)" }.joined(separator: ", ")
      ]
  }

  private static func described(_ value: ONNXValue) -> String {
    let extents = value.dimensions.map { "[\($0.map(text).joined(separator: ", "))]" }
    return
      "\(value.name.shown)  \(ONNXTensor.typeName(value.type))  \(extents ?? "of unknown extents")"
  }

  private static func text(_ dimension: ONNXValue.Dimension) -> String {
    switch dimension {
    case .number(let size): "\(size)"
    case .name(let name): name.shown
    case .unknown: "?"
    }
  }

  /// The members of the object that is printed as JSON.
  var members: [(String, JSON)] {
    [
      ("producer", .string(model.producer)), ("producer_version", .string(model.producerVersion)),
      ("ir_version", .integer(model.irVersion)),
      ("operator_set", model.operatorSet.map { .integer($0) } ?? .null),
      ("inputs", .array(inputs.map(Self.json))),
      ("outputs", .array(model.graph.outputs.map(Self.json))),
      (
        "operators",
        .array(
          operators.map { .pairs([("name", .string($0.name)), ("count", .integer($0.count))]) })
      ),
    ]
  }

  private static func json(_ value: ONNXValue) -> JSON {
    let shape = (value.dimensions ?? []).map { dimension -> JSON in
      switch dimension {
      case .number(let size): .integer(size)
      case .name(let name): .string(name)
      case .unknown: .null
      }
    }
    return .pairs([
      ("name", .string(value.name)), ("type", .string(ONNXTensor.typeName(value.type))),
      ("shape", .array(shape)),
    ])
  }
}
