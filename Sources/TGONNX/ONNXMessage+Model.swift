/// What each value puts into its message; the numbers are those of spec/onnx.proto.
extension ONNXMessage {
  /// Puts a network.
  ///
  /// - Throws: `ONNXWritingError.noNumbers`.
  mutating func put(_ model: ONNXModel) throws(ONNXWritingError) {
    number(1, model.irVersion)
    text(2, model.producer)
    text(3, model.producerVersion)
    text(6, model.documentation)
    try message(7) { (inner) throws(ONNXWritingError) in try inner.put(model.graph) }
    for (domain, version) in model.operatorSets {
      message(8) { inner in
        // Stated even if it is empty, as ONNX's own library does.
        inner.bytes(1, Array(domain.utf8))
        inner.number(2, version)
      }
    }
    for (key, value) in model.metadata {
      message(14) { inner in
        inner.text(1, key)
        inner.text(2, value)
      }
    }
  }

  private mutating func put(_ graph: ONNXGraph) throws(ONNXWritingError) {
    for node in graph.nodes {
      try message(1) { (inner) throws(ONNXWritingError) in try inner.put(node) }
    }
    text(2, graph.name)
    for tensor in graph.initializers {
      try message(5) { (inner) throws(ONNXWritingError) in try inner.put(tensor) }
    }
    text(10, graph.documentation)
    for (field, values) in [(11, graph.inputs), (12, graph.outputs), (13, graph.values)] {
      for value in values { message(field) { $0.put(value) } }
    }
  }

  private mutating func put(_ node: ONNXNode) throws(ONNXWritingError) {
    // An empty name is an input that is left out, so it is put.
    for input in node.inputs { bytes(1, Array(input.utf8)) }
    for output in node.outputs { bytes(2, Array(output.utf8)) }
    text(3, node.name)
    text(4, node.operation)
    for attribute in node.attributes {
      try message(5) { (inner) throws(ONNXWritingError) in try inner.put(attribute) }
    }
    text(7, node.domain)
  }

  private mutating func put(_ attribute: ONNXAttribute) throws(ONNXWritingError) {
    text(1, attribute.name)
    let type: Int
    switch attribute.value {
    case .float(let value):
      float(2, value)
      type = 1
    case .int(let value):
      number(3, value)
      type = 2
    case .string(let value):
      bytes(4, value)
      type = 3
    case .tensor(let value):
      try message(5) { (inner) throws(ONNXWritingError) in try inner.put(value) }
      type = 4
    case .floats(let values):
      for value in values { float(7, value) }
      type = 6
    case .ints(let values):
      for value in values { number(8, value) }
      type = 7
    case .strings(let values):
      for value in values { bytes(9, value) }
      type = 8
    case .unread: throw .noNumbers(tensor: attribute.name)
    }
    number(20, type)
  }

  private mutating func put(_ tensor: ONNXTensor) throws(ONNXWritingError) {
    for extent in tensor.dimensions { number(1, extent) }
    number(2, tensor.type)
    text(8, tensor.name)
    switch tensor.content {
    case .raw(let numbers): region(9, numbers)
    case .none where tensor.dimensions.contains(0): bytes(9, [])
    case .none, .list, .external: throw .noNumbers(tensor: tensor.name)
    }
  }

  private mutating func put(_ value: ONNXValue) {
    text(1, value.name)
    message(2) { type in
      type.message(1) { tensor in
        tensor.number(1, value.type)
        guard let dimensions = value.dimensions else { return }
        tensor.message(2) { shape in
          for dimension in dimensions {
            shape.message(1) { $0.put(dimension) }
          }
        }
      }
    }
  }

  private mutating func put(_ dimension: ONNXValue.Dimension) {
    switch dimension {
    case .number(let extent): number(1, extent)
    case .name(let name): bytes(2, Array(name.utf8))
    case .unknown: break
    }
  }
}
