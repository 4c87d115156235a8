import TGIR
import TGONNX
import TGOps
import TGTensor

/// Says a graph in ONNX, op by op; each op has one function.
///
/// Spatial ops, which are channels-last, stand between two transpositions, which `ONNXPeephole` cancels.
struct GraphExporter {
  /// The graph; it has no parameters.
  let graph: Graph
  /// Hashes of tensors of four axes as they are in their files, by their tensors' names.
  let originals: [Weight.Source: Int]
  /// What was made so far.
  var draft: ONNXDraft
  private var results: [ONNXResult?]

  /// Starts with nothing but the ends of the graph.
  init(_ graph: Graph, originals: [Weight.Source: Int], draft: ONNXDraft) {
    self.graph = graph
    self.originals = originals
    self.draft = draft
    results = [ONNXResult?](repeating: nil, count: graph.nodes.count)
  }

  /// Makes the nodes of all that an output needs, and lets the outputs be their values.
  ///
  /// - Parameter outputs: what each output of the graph is called.
  /// - Throws: `ExportError` for an op that ONNX does not have.
  mutating func run(outputs: [String]) throws(ExportError) {
    let live = graph.live
    for (index, node) in graph.nodes.enumerated() where live[index] && !(node.op is Constant) {
      draft.scope = node.origin.scope.split(separator: ".").joined(separator: "/")
      results[index] = try result(of: node)
    }
    for (output, name) in zip(graph.outputs, outputs) {
      draft.scope = ""
      draft.assign(value(output.value).name, to: name)
    }
  }

  /// What stands for a value. A constant is written when it is first asked for.
  mutating func value(_ value: Value) -> ONNXResult {
    if let known = results[value.index] { return known }
    let node = graph[value]
    guard let constant = node.op as? Constant else {
      preconditionFailure("operands come before their use")
    }
    let made =
      if node.shape.rank == 0, constant.dtype == .float32, constant.weight.source == nil {
        draft.scalar(constant.tensor[0])
      } else {
        draft.numbers(constant.tensor, dtype: constant.dtype, name(of: constant, node))
      }
    results[value.index] = made
    return made
  }

  /// The numbers of a value, if it is a constant.
  func constant(_ value: Value) -> Constant? { graph[value].op as? Constant }

  /// A tensor of the checkpoint has its name there, with its root's before it; what is made of one has
  /// that name with `.folded`.
  private func name(of constant: Constant, _ node: Node) -> String {
    guard let source = constant.weight.source else {
      let scope = node.origin.scope
      return scope.isEmpty ? "constant" : "\(scope).constant"
    }
    // A file of one tensor may have no name for it; here that would be nothing.
    let path = source.path.isEmpty ? "parameter" : source.path
    return path + (source.isWhole ? "" : ".folded")
  }

  private mutating func result(of node: Node) throws(ExportError) -> ONNXResult {
    switch node.op {
    case let op as Input: ONNXResult(name: op.name, shape: op.shape, dtype: op.dtype)
    case let op as Map: map(op, node)
    case is Signs: signs(node)
    case is ToInt32: wholeNumbers(node)
    case let op as Linear: linear(op, node)
    case let op as MatMul: matrixProduct(op, node)
    case let op as Conv2D: try convolution(op, node)
    case let op as Pool: pool(op, node)
    case let op as Upsample: upsample(op, node)
    case let op as Resample: resample(op, node)
    case let op as Reduce: reduce(op, node)
    case let op as Normalize: normalize(op, node)
    case let op as SoftmaxOp: softmax(op, node)
    case is Reshape: reshape(value(node.operands[0]), to: node.shape)
    case let op as Transpose: transpose(value(node.operands[0]), op.permutation)
    case is Broadcast: expand(value(node.operands[0]), to: node.shape)
    case let op as Slice: slice(op, node)
    case let op as Concat: concat(op, node)
    case let op as Pad: pad(op, node)
    case is Gather: gather(node)
    case is Detach: value(node.operands[0])
    case is MaxPoolGradientOp:
      throw ExportError("ONNX has no gradient of a maximum pooling", at: node.origin)
    case is Scatter:
      throw ExportError("rows added up by their numbers are not exported", at: node.origin)
    default:
      throw ExportError(
        "the op `\(type(of: node.op).mnemonic)` is not exported", at: node.origin)
    }
  }
}

extension Weight.Source {
  /// The name in the ONNX file: `NAME` of the model's own file, `ROOT/NAME` of others.
  var path: String { root.isEmpty ? name : "\(root)/\(name)" }
}
