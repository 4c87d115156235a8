extension ONNXGraph {
  /// The tensors of the file, in its order: initialisers, and those of `Constant` nodes by the names of
  /// their results.
  package var tensors: [ONNXTensor] { initializers + nodes.compactMap(\.constant) }
}

extension ONNXNode {
  /// The tensor of a `Constant`, by the name of its result; nil for other nodes.
  fileprivate var constant: ONNXTensor? {
    guard operation == "Constant", domain.isEmpty || domain == "ai.onnx",
      case .tensor(var tensor)? = self["value"], let name = outputs.first
    else { return nil }
    tensor.name = name
    return tensor
  }
}
