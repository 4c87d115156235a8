package import TGDiagnostics
package import TGIR
import TGOps
import TGTensor

extension WeightBinding {
  /// The requirements that the tensors miss, in the order of the text.
  ///
  /// One whose tensors were not read is not looked at; numbers of our own making fulfil none.
  package func missed(_ requirements: [GraphRequirement]) -> [Diagnostic] {
    requirements.compactMap { requirement in
      let keys = requirement.graph.nodes.compactMap { ($0.op as? Parameter).map(ParameterKey.init) }
      guard keys.allSatisfy({ tensors[$0] != nil }) else { return nil }
      let values = requirement.graph.evaluated { node in
        (node.op as? Parameter).flatMap { tensors[ParameterKey($0)] }.map { ReferenceTensor($0) }
      }
      guard let holds = values[GraphRequirement.output]?.elements.first, holds != 0 else {
        return Diagnostic("require", requirement.message, at: requirement.range)
      }
      return nil
    }
  }
}

extension ParameterKey {
  /// The name that an op of the graph asks for.
  fileprivate init(_ parameter: Parameter) {
    self.init(root: parameter.root, name: parameter.name)
  }
}
