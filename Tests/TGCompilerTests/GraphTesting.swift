import TGCompiler
import TGDiagnostics
import TGExecution
import TGIR
import TGMachine
import TGOps
import TGPlan
import TGRuntime
import TGTensor
import TGTestSupport

/// A graph with values for its inputs, for tests that run it in several ways.
struct GraphCase {
  var graph: Graph
  var inputs: [String: HostTensor]
  var batch = 1

  /// The outputs in `Double`.
  func reference() -> [String: ReferenceTensor] {
    graph.evaluated { node in
      (node.op as? Input).flatMap { inputs[$0.name] }.map { ReferenceTensor($0) }
    }
  }

  /// The graph through passes, lowering, checker and executor.
  func run(
    level: OptimizationLevel = .none, isa: ISA = .best(), threads: Int = 1,
    stopAfter: String? = nil
  ) throws -> [String: HostTensor] {
    try run(level: level, on: NativeTarget(isa), threads: threads, stopAfter: stopAfter)
  }

  /// The same on any target.
  func run(
    level: OptimizationLevel, on target: any ExecutionTarget, threads: Int = 1,
    stopAfter: String? = nil
  ) throws -> [String: HostTensor] {
    let executor = try executor(level: level, on: target, threads: threads, stopAfter: stopAfter)
    for item in executor.function.inputs {
      if let tensor = inputs[item.name] { try executor.store(tensor.elements, into: item.view) }
      if let view = item.lengths, let tensor = inputs[item.name + ".lengths"] {
        try executor.store(tensor.elements, into: view)
      }
    }
    try executor.run()
    var outputs: [String: HostTensor] = [:]
    for item in executor.function.outputs {
      outputs[item.name] = HostTensor(
        Shape(item.view.dimensions), try executor.fetch(item.view))
    }
    return outputs
  }

  /// The compiled function.
  func executor(
    level: OptimizationLevel, on target: any ExecutionTarget = NativeTarget(), threads: Int = 1,
    stopAfter: String? = nil
  ) throws -> any PlanExecutor {
    let loaded = try compiled(level: level, stopAfter: stopAfter).loaded()
    return try target.executor(for: 0, of: loaded, within: Budget(threads: threads))
  }

  /// The plan with its weights.
  func compiled(level: OptimizationLevel, stopAfter: String? = nil) throws -> PlanBuilder.Result {
    let named = inputs.keys.sorted().filter { !$0.hasSuffix(".lengths") }
    let function = GraphFunction(
      graph: graph, batch: batch,
      inputs: named.map { name in
        GraphInterface(name: name, kind: kind(name), shape: inputs[name]?.shape ?? [])
      },
      outputs: graph.outputs.map {
        GraphInterface(name: $0.name, kind: .tensor, shape: graph.shape($0.value))
      })
    let model = GraphModel(name: "test", functions: [function], roots: [], parameters: [])
    // Samples of fused ops have what no front end makes: passes then find less than they could.
    let isOfFrontEnd = try GraphForm.ofFrontEnd.allSatisfy { try $0.holds(in: graph) }
    return try PlanBuilder(
      level: level, verifies: isOfFrontEnd, stopAfter: stopAfter, sources: SourceTable()
    ).build([function], name: "test", weights: WeightBinding(model, syntheticSeed: 1).weights)
  }

  /// An input with lengths is a text of ids or a sequence of vectors.
  private func kind(_ name: String) -> InterfaceItem.Kind {
    guard inputs[name + ".lengths"] != nil else { return .tensor }
    return inputs[name]?.shape.rank == 2 ? .text(vocabulary: "") : .sequence(vocabulary: "")
  }

}

extension PlanBuilder.Result {
  /// The checked plan with its weights in memory.
  func loaded() throws -> LoadedPlan {
    try PlanChecker.check(plan)
    guard let weights = store.section else { throw NoMemory() }
    return LoadedPlan(plan: plan, weights: weights)
  }

  struct NoMemory: Error {}
}

/// The largest difference, relative to `max(1, max |b| / 10)`: the parity rule's measure.
func parityError(_ a: HostTensor, _ b: ReferenceTensor) -> Double {
  precondition(a.shape == b.shape, "tensors of one shape are compared")
  let scale = max(1, b.elements.map(abs).max() ?? 0) / 10
  let worst = zip(a.elements, b.elements).map { pair in
    let difference = abs(Double(pair.0) - pair.1)
    return difference.isNaN ? (Double(pair.0).isNaN && pair.1.isNaN ? 0 : .infinity) : difference
  }
  return (worst.max() ?? 0) / max(1, scale)
}
