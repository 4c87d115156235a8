import TGDiagnostics
import TGIR
import TGOps
import TGPlan
import TGTensor

/// What is known of an objective while its body is elaborated. All of it becomes one graph, whose
/// inputs and outputs say at which moment they are known (`GraphStage`).
struct ObjectiveParts {
  /// The most loops of an objective.
  static let maximumLoops = 64

  /// The loops so far, as the plan will say them.
  var loops: [PlanObjective.Loop] = []
  /// Where in the objective elaboration is.
  var stage = GraphStage.given
  /// What the graph's inputs of later stages are.
  var inputs: [StagedInterface] = []
  /// What is drawn once, in order.
  var samples: [GraphInterface] = []

  /// The loop whose body is elaborated; nil outside of all. Its variables are updated when the stage
  /// is `projection`.
  var loop: Int? {
    switch stage {
    case .constant, .once: nil
    case .round(let loop), .projection(let loop): loop
    }
  }
}

extension Elaboration {
  /// An input of a shape, one for each item of the batch, that is known from the present stage on; of
  /// the type that its kind has first, unless `dtype` says otherwise.
  func input(
    _ name: String, _ shape: [Int], kind: InterfaceItem.Kind = .tensor, dtype: DType? = nil,
    role: InterfaceItem.Role = .value, at range: SourceRange
  ) throws -> Tensor {
    stamp(range, nil)
    guard let extents = Shape(checking: [batch] + shape), extents.count <= Int(Int32.max) else {
      throw failure("tensor-size", "`\(name)` is too large", at: range)
    }
    if objective.stage > .given {
      let item = GraphInterface(name: name, kind: kind, role: role, shape: extents, range: range)
      objective.inputs.append(StagedInterface(stage: objective.stage, item: item))
    }
    let dtype = dtype ?? kind.dtypes[0]
    let value = try builder.insert(
      Input(name: name, shape: extents, dtype: dtype, stage: objective.stage), [])
    return Tensor(value: value, shape: shape, isBatched: true, range: range)
  }

  /// Puts out a value of the present stage, one for each item.
  func putOut(_ name: String, _ tensor: Tensor, role: InterfaceItem.Role) throws {
    builder.output(name, try batched(tensor).value, stage: objective.stage, role: role)
  }

  /// An objective whose body has been elaborated; its results have been put out.
  func finishedObjective(
    _ declaration: FunctionDeclaration, _ inputs: [GraphInterface], _ results: [GraphInterface]
  ) throws -> GraphObjective {
    let name = declaration.name.name
    guard diagnostics.isEmpty else { throw ElaborationFailure.known }
    guard !objective.loops.isEmpty else {
      throw failure(
        "minimize", "`\(name)` minimises nothing", at: declaration.name.range,
        hint: "repeat 100 { minimize … over … using adam(rate: 0.01) }")
    }
    var form = PlanObjective(name: name, finish: "")
    form.documentation = declaration.documentation
    form.loops = objective.loops
    return GraphObjective(
      form: form, batch: batch, graph: pruned(builder.graph, name: name),
      given: inputs + objective.samples, later: objective.inputs, results: results,
      range: declaration.name.range)
  }
}
