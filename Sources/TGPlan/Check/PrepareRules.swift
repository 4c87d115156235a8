internal import TGTensor

/// The rules of values that are computed once (P4 in `spec/plan.md`): the function that computes them
/// is there, needs nothing, and puts each of them out.
struct PrepareCheck {
  /// The function that reads the values, accepted by `FunctionCheck`.
  let function: PlanFunction
  /// The functions of the plan.
  let functions: [PlanFunction]

  /// Checks what a function says of its prepared values.
  ///
  /// - Throws: `PlanError`.
  func run() throws(PlanError) {
    guard !function.prepare.isEmpty || !function.prepared.isEmpty else { return }
    let named = functions.first {
      $0.name == function.prepare && $0.batch == 1 && $0.role == .prepare && $0.inputs.isEmpty
        && $0.prepare.isEmpty
    }
    guard let named, !function.prepared.isEmpty else {
      throw failure(.function(function.prepare))
    }
    let outputs = Dictionary(
      named.outputs.map { ($0.name, $0.view.dimensions) }, uniquingKeysWith: { first, _ in first })
    for item in function.prepared {
      guard let extents = outputs[item.name] else {
        throw failure(.missing(item.name, function: named.name))
      }
      guard extents == item.view.dimensions else {
        throw failure(.extents(item.name, function: named.name))
      }
    }
  }

  private func failure(_ fault: PrepareFault) -> PlanError {
    FunctionCheck.at(nil, of: function, PlanError(.prepare(fault)))
  }
}
