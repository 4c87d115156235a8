package import TGIR
package import TGOps

/// `parameter → constant`: the graph with the numbers of a checkpoint.
///
/// Effect on numbers: none; before it there are no numbers.
package struct BindParameters: Pass {
  package static let name = "BindParameters"
  /// The tensors by name.
  package var weights: [ParameterKey: Weight]

  /// Makes the pass with its tensors.
  package init(_ weights: [ParameterKey: Weight]) { self.weights = weights }

  package func run(_ graph: Graph) throws -> Graph {
    let live = graph.live
    return try graph.rewritten { node, old, builder in
      guard let parameter = node.op as? Parameter, live[old.index] else { return nil }
      guard let weight = weights[ParameterKey(root: parameter.root, name: parameter.name)] else {
        throw RewriteError("the tensor `\(parameter.name)` was not read")
      }
      return try builder.constant(weight)
    }
  }
}
