internal import TGTensor

/// The rules of objectives: the functions that they name are there, in the same batch sizes, and
/// every input is given, drawn, or put out before by a function, with the same extents.
struct ObjectiveCheck {
  /// What is checked.
  let objective: PlanObjective
  /// The functions of the plan, each accepted by `FunctionCheck`.
  let functions: [PlanFunction]

  /// The most loops of an objective.
  static let maximumLoops = 64
  /// The most rounds of a loop.
  static let maximumRounds = 1_000_000_000

  /// Checks all of the objective.
  ///
  /// - Throws: `PlanError`.
  func run() throws(PlanError) {
    guard PlanName.isIdentifier(objective.name) else {
      throw PlanError(.name(.objective, objective.name))
    }
    guard let first = objective.loops.first, objective.loops.count <= Self.maximumLoops else {
      throw failure(.loops(objective.loops.count))
    }
    for loop in objective.loops { try check(loop) }
    let batches = functions.filter { $0.name == first.start }.map(\.batch)
    for batch in batches.isEmpty ? [1] : batches { try checkStore(batch) }
    for name in objective.functions {
      let count = functions.count { $0.name == name }
      guard count == batches.count else { throw failure(.batches(function: name)) }
    }
  }

  private func failure(_ fault: ObjectiveFault) -> PlanError {
    PlanError(.objective(objective.name, fault))
  }

  private func check(_ loop: PlanObjective.Loop) throws(PlanError) {
    guard loop.rounds >= 1, loop.rounds <= Self.maximumRounds else {
      throw failure(.rounds(loop.rounds))
    }
    guard !loop.variables.isEmpty else { throw failure(.noVariable) }
    if let bad = loop.numbers.first(where: { !$0.value.isFinite }) {
      throw failure(.number(bad.name))
    }
    // In the order of the variables, so that each stands there once.
    let shared = loop.variables.filter { loop.shared.contains($0) }
    guard shared == loop.shared,
      loop.method != .lbfgs || shared.isEmpty || shared == loop.variables
    else { throw failure(.shared(loop.shared[0])) }
    let names = loop.numbers.map(\.name) + loop.scheduled
    guard Set(names).count == names.count else { throw failure(.number(names[0])) }
    if loop.method != .lbfgs, !names.contains("rate") { throw failure(.number("rate")) }
  }

  /// Runs the functions on a store that holds only extents.
  private func checkStore(_ batch: Int) throws(PlanError) {
    var store: [String: [Int]] = [:]
    for (index, loop) in objective.loops.enumerated() {
      let start = try function(loop.start, batch, .prepare)
      try check(inputsOf: start, in: store, besides: index == 0 ? start.inputs.map(\.name) : [])
      put(start, into: &store)
      try checkLoop(loop, begunBy: start, &store)
    }
    let finish = try function(objective.finish, batch, .finish)
    try check(inputsOf: finish, in: store, besides: [])
  }

  private func checkLoop(
    _ loop: PlanObjective.Loop, begunBy start: PlanFunction, _ store: inout [String: [Int]]
  ) throws(PlanError) {
    let batch = start.batch
    let step = try function(loop.step, batch, .gradient)
    let own = loop.draws + (loop.fraction.map { [$0] } ?? [])
    for variable in loop.variables {
      guard let extents = extents(of: variable, in: step.inputs) else {
        throw failure(.missing(variable, function: loop.step))
      }
      try demand(.gradient(of: variable), extents, step)
      for name in loop.starts {
        let begun = start.outputs.first { $0.role == .start(of: variable, named: name) }
        guard let begun else { continue }
        guard begun.view.dimensions == extents else {
          throw failure(.extents(begun.name, function: loop.start))
        }
        store[variable] = extents
      }
    }
    try demand(.loss, [batch], step)
    for name in loop.terms { try demand(.term(name), [batch], step) }
    for name in loop.scheduled { try demand(.number(name), [batch], step) }
    if let fraction = loop.fraction, let extents = extents(of: fraction, in: step.inputs),
      extents != [batch]
    {
      throw failure(.extents(fraction, function: loop.step))
    }
    try check(inputsOf: step, in: store, besides: own)
    put(step, into: &store)
    if let name = loop.project {
      let project = try function(name, batch, .project)
      try check(inputsOf: project, in: store, besides: own)
      for output in project.outputs {
        if let known = store[output.name], known != output.view.dimensions {
          throw failure(.extents(output.name, function: name))
        }
      }
      put(project, into: &store)
    }
  }

  private func put(_ function: PlanFunction, into store: inout [String: [Int]]) {
    for output in function.outputs where output.role.isStored {
      store[output.name] = output.view.dimensions
    }
  }

  private func function(
    _ name: String, _ batch: Int, _ role: PlanFunction.Role
  ) throws(PlanError) -> PlanFunction {
    guard
      let found = functions.first(where: {
        $0.name == name && $0.batch == batch && $0.role == role
      })
    else { throw failure(.function(name, batch: batch)) }
    return found
  }

  private func extents(of name: String, in items: [InterfaceItem]) -> [Int]? {
    items.first { $0.name == name }?.view.dimensions
  }

  private func demand(
    _ role: InterfaceItem.Role, _ extents: [Int], _ step: PlanFunction
  ) throws(PlanError) {
    guard let found = step.outputs.first(where: { $0.role == role }) else {
      throw failure(.missing(role.description, function: step.name))
    }
    guard found.view.dimensions == extents else {
      throw failure(.extents(found.name, function: step.name))
    }
  }

  private func check(
    inputsOf function: PlanFunction, in store: [String: [Int]], besides own: [String]
  ) throws(PlanError) {
    for input in function.inputs where !own.contains(input.name) {
      guard let extents = store[input.name] else {
        throw failure(.missing(input.name, function: function.name))
      }
      guard extents == input.view.dimensions else {
        throw failure(.extents(input.name, function: function.name))
      }
    }
  }
}
