package import TGIR
package import TGOps
import TGPlan
package import TGTensor

/// What an objective is differentiated towards.
package enum Leaf: Hashable, Sendable {
  /// An input of the graph.
  case input(String)
  /// A tensor of a checkpoint.
  case parameter(root: String, name: String)

  /// What the gradient's output is called after: an input's name; `ROOT/NAME` of a parameter, so
  /// `/NAME` of one of the model's own file.
  package var label: String {
    switch self {
    case .input(let name): name
    case .parameter(let root, let name): "\(root)/\(name)"
    }
  }

  /// Whether a node is this leaf.
  fileprivate func isMade(by op: any Op) -> Bool {
    switch self {
    case .input(let name): (op as? Input)?.name == name
    case .parameter(let root, let name):
      (op as? Parameter).map { $0.root == root && $0.name == name } ?? false
    }
  }
}

/// Why a gradient cannot be had: everything that stands in its way.
package struct DifferentiationFailure: Error, Hashable, Sendable {
  /// What was found, from the objective back to the leaves; at least one.
  package var errors: [DifferentiationError]

  /// Makes a failure of what was found.
  package init(errors: [DifferentiationError]) { self.errors = errors }
}

/// One reason why a gradient cannot be had.
package enum DifferentiationError: Hashable, Sendable {
  /// An op between a leaf and the objective hands nothing back.
  case notDifferentiable(GradientStop)
  /// The objective does not depend on the leaf, or only through `detach` and conditions.
  case unreached(Leaf)
  /// The graph has no output of that name with the shape `[N]` or `[]`; what it has instead, if
  /// anything.
  case notAnObjective(String, found: Shape?)
}

/// Adds the gradients of an objective: for each leaf an output `gradient.LABEL` of the leaf's shape.
///
/// The walk is `GraphBuilder.gradients`, which `gradient(…)` of the language takes, too.
///
/// Runs before any optimisation. Effect on numbers: the outputs that were there stay as they are.
package struct Differentiate: Pass {
  package static let name = "Differentiate"
  /// The output that is differentiated, of shape `[N]` or `[]`.
  package var objective: String
  /// Towards what.
  package var leaves: [Leaf]
  /// What stands before the point in the names of the outputs, unless said otherwise.
  package static let prefix = "gradient"
  /// What stands before the point in the names of the outputs.
  package var prefix: String

  /// Makes a differentiation. A second one of the same leaves needs another prefix.
  package init(
    objective: String, towards leaves: [Leaf], prefix: String = Differentiate.prefix
  ) {
    self.objective = objective
    self.leaves = leaves
    self.prefix = prefix
  }

  /// The name of the output that is the gradient towards a leaf.
  package static func output(
    of leaf: Leaf, prefix: String = Differentiate.prefix
  ) -> String { "\(prefix).\(leaf.label)" }

  /// The graph with the gradients.
  ///
  /// - Throws: `DifferentiationFailure`; `TypeRuleError` or `RewriteError`, bugs of a rule.
  package func run(_ graph: Graph) throws -> Graph {
    let graph = try graph.rewritten { _, _, _ in nil }
    guard let output = graph.outputs.first(where: { $0.name == objective }),
      graph.shape(output.value).rank <= 1
    else {
      throw DifferentiationFailure(errors: [
        .notAnObjective(
          objective,
          found: graph.outputs.first { $0.name == objective }.map { graph.shape($0.value) })
      ])
    }
    let found = leaves.map { leaf in graph.nodes.firstIndex { leaf.isMade(by: $0.op) } }
    var builder = GraphBuilder(extending: graph)
    let gradients: [Value?]
    do throws(GradientFailure) {
      gradients = try builder.gradients(
        of: output.value, towards: found.compactMap { $0.map { Value($0) } }
      ).values
    } catch {
      switch error {
      case .stopped(let stops):
        throw DifferentiationFailure(errors: stops.map { .notDifferentiable($0) })
      case .unfit(let error): throw error
      case .tooLarge: throw RewriteError("a walk without a bound passed it")
      }
    }
    var rest = gradients[...]
    var unreached: [DifferentiationError] = []
    for (leaf, index) in zip(leaves, found) {
      if index != nil, let gradient = rest.removeFirst() {
        builder.output(Self.output(of: leaf, prefix: prefix), gradient)
      } else {
        unreached.append(.unreached(leaf))
      }
    }
    guard unreached.isEmpty else { throw DifferentiationFailure(errors: unreached) }
    return builder.graph
  }
}
