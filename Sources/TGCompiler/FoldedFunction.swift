package import TGDiagnostics
package import TGIR
package import TGOps
import TGPlan
package import TGSyntax
import TGTensor

/// A function with its weights, nothing rewritten but what is known: for other formats than plans.
package struct FoldedFunction: Sendable {
  /// The function; its graph has no parameters and is of `-O0`, nothing cut out of it.
  package var function: GraphFunction
  /// Hashes of the tensors of four axes as they are in their files, by their names, if the graph has
  /// convolutions in phases: whoever puts such a kernel together again learns whether it is one of them.
  package var originals: [Weight.Source: Int]
  /// The model's name.
  package var model: String
  /// The model's documentation, plain text.
  package var documentation: String
  /// Remarks of the front end and of the weights.
  package var warnings: [Diagnostic]
  /// Remarks for the user.
  package var notes: [String]
}

extension Compilation {
  /// The function of a name, or the first, for the first batch size.
  ///
  /// - Throws: as `run`, and `CompilationError.noFunction`.
  package func folded(_ library: Library, function name: String?) throws -> FoldedFunction {
    let checked = try check(library)
    let model = checked.models[0].model
    try demandFunction(name, of: model)
    var bound = try bind(checked)
    let names = Set(model.functions.map(\.graph.name))
    let usable = bound.functions.filter { names.contains($0.graph.name) }
    guard var function = usable.first(where: { name == nil || $0.graph.name == name }) else {
      throw CompilationError.nothingToCompile(notes: bound.notes)
    }
    let isTransposed = function.graph.nodes.contains { ($0.op as? Conv2D)?.phases.count ?? 1 > 1 }
    let originals = isTransposed ? bound.binding.kernelHashes : [:]
    function.graph = try BindParameters(bound.binding.handOver()).run(function.graph)
    function.graph = try FoldConstants().run(function.graph)
    try memory.demandRoom(after: FoldConstants.name)
    function.graph.settleWeights()
    return FoldedFunction(
      function: function, originals: originals, model: model.name,
      documentation: model.documentation,
      warnings: checked.elaborated.warnings + bound.warnings, notes: bound.notes)
  }

  /// Refuses a name that no function of a model has.
  private func demandFunction(_ name: String?, of model: GraphModel) throws(CompilationError) {
    let functions = model.functions.map(\.graph.name)
    let objectives = model.objectives.map(\.form.name)
    let wanted = name ?? (functions.isEmpty ? objectives.first : nil)
    guard let wanted, !functions.contains(wanted) else { return }
    throw .noFunction(wanted, functions: functions, isObjective: objectives.contains(wanted))
  }
}

extension WeightBinding {
  /// Hashes of the tensors of four axes, by their names.
  fileprivate var kernelHashes: [Weight.Source: Int] {
    var hashes: [Weight.Source: Int] = [:]
    for (key, tensor) in tensors where tensor.shape.rank == 4 {
      hashes[Weight.Source(root: key.root, name: key.name)] = tensor.hashValue
    }
    return hashes
  }
}
