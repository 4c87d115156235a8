import TGIR
import TGOps
import TGTensor

/// `parameter → constant`: the graph with the numbers of a checkpoint.
///
/// Effect on numbers: none; before it there are no numbers.
struct BindParameters: Pass {
  static let name = "BindParameters"
  /// The tensors by name.
  var tensors: [ParameterKey: HostTensor]

  func run(_ graph: Graph) throws -> Graph {
    let live = graph.live
    return try graph.rewritten { node, old, builder in
      guard let parameter = node.op as? Parameter, live[old.index] else { return nil }
      guard let tensor = tensors[ParameterKey(root: parameter.root, name: parameter.name)] else {
        throw RewriteError("the tensor `\(parameter.name)` was not read")
      }
      return try builder.constant(tensor)
    }
  }
}
