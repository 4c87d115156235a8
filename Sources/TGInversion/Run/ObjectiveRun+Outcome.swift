internal import TGPlan
internal import TGSession
package import TGTensor

/// What came of one item.
package struct Outcome: Hashable, Sendable {
  /// The seed of what was drawn.
  package var seed: UInt64
  /// Losses and reasons, loop by loop.
  package var records: [LoopRecord]
  /// The variables of all loops, `[1, …]`.
  package var variables: [String: HostTensor]
  /// The outputs of `finish`, `[1, …]`.
  package var results: [String: HostTensor]
  /// What the method remembers, by names such as `adam.m.V`, with `round` and `loop`; empty where it
  /// is not kept.
  package var memory: [String: HostTensor]
  /// The scalars of L-BFGS; null for other methods, and where its search is over.
  package var search: JSON
  /// The smallest loss of the last loop that was run.
  package var bestLoss: Float

  /// The loss of the code: the smallest where the method searches or patience ended, else that of
  /// the last evaluation; not a number if there was none.
  package var loss: Float

  /// Makes an outcome.
  package init(
    seed: UInt64, records: [LoopRecord], variables: [String: HostTensor],
    results: [String: HostTensor], memory: [String: HostTensor], search: JSON = .null,
    bestLoss: Float, loss: Float
  ) {
    self.seed = seed
    self.records = records
    self.variables = variables
    self.results = results
    self.memory = memory
    self.search = search
    self.bestLoss = bestLoss
    self.loss = loss
  }

  /// The record of the last loop that had rounds.
  package var lastRecord: LoopRecord? { records.last { !$0.losses.isEmpty } ?? records.last }

  /// Rounds of all loops.
  package var rounds: Int { records.reduce(0) { $0 + $1.losses.count } }

  /// True if a value was not finite.
  package var hasFailed: Bool { records.contains { $0.reason == .notFinite } }
}

extension ObjectiveRun {
  /// Runs `finish` and collects what came of each item; the run must be done.
  ///
  /// - Throws: `InversionError`.
  package func outcomes() throws(InversionError) -> [Outcome] {
    let finish = try functions.function(objective.finish)
    try finish.run(store)
    var results: [(item: InterfaceItem, elements: [Float])] = []
    for output in finish.function.outputs {
      results.append((output, try finish.fetch(output.name)))
    }
    let forms = try variableForms()
    return items.indices.map { row in
      let state = items[row]
      var variables: [String: HostTensor] = [:]
      for item in forms {
        guard let elements = store.row(row, of: item.name) else { continue }
        variables[item.name] = HostTensor(Shape([1] + item.itemShape), Array(elements))
      }
      var outputs: [String: HostTensor] = [:]
      for (item, elements) in results {
        let count = item.itemShape.reduce(1, *)
        outputs[item.name] = HostTensor(
          Shape([1] + item.itemShape), Array(elements[row * count..<(row + 1) * count]))
      }
      let record = state.records.last { !$0.losses.isEmpty }
      let keepsBest =
        (state.optimizer.searches || settings.patience != nil)
        && record?.reason != .stopLoss && record?.reason != .notFinite
      let (memory, search) = memory(of: state)
      return Outcome(
        seed: seeds[row], records: state.records, variables: variables, results: outputs,
        memory: memory, search: search, bestLoss: state.bestLoss,
        loss: (keepsBest ? state.bestLoss : lastFinite(record)) ?? .nan)
    }
  }

  /// The last loss of a record that is finite, unless none is.
  private func lastFinite(_ record: LoopRecord?) -> Float? {
    record?.losses.last(where: \.isFinite)
  }

  /// The variables of all loops, each once, as inputs of the steps.
  private func variableForms() throws(InversionError) -> [InterfaceItem] {
    var forms: [InterfaceItem] = []
    for loop in objective.loops {
      let step = try functions.function(loop.step).function
      for name in loop.variables where !forms.contains(where: { $0.name == name }) {
        if let item = step.inputs.first(where: { $0.name == name }) { forms.append(item) }
      }
    }
    return forms
  }

  /// What the method of the last loop with rounds remembers, in the form `InitialCode` reads.
  private func memory(of state: ItemState) -> (tensors: [String: HostTensor], search: JSON) {
    var memory: [String: HostTensor] = [:]
    var search = JSON.null
    func cut(_ vector: [Float], _ prefix: String) {
      for part in parts where part.start + part.count <= vector.count {
        memory[prefix + part.name] = HostTensor(
          Shape([1] + part.form.itemShape), Array(vector[part.start..<part.start + part.count]))
      }
    }
    let index = objective.loops.count - 1
    let before = initial?.loop == index ? initial?.rounds ?? 0 : 0
    let rounds = before + (state.records.last?.losses.count ?? 0)
    if !state.next.isEmpty {
      cut(state.next, "next.")
      memory["best.loss"] = HostTensor(scalar: state.bestLoss)
      memory["best.round"] = HostTensor(scalar: Float(before + state.bestRound))
    }
    switch state.optimizer {
    case .descent(let method): cut(method.velocity, "descent.v.")
    case .adam(let method):
      cut(method.mean, "adam.m.")
      cut(method.square, "adam.v.")
    case .lbfgs(let method):
      guard !state.next.isEmpty, method.search != nil else { break }
      var archive = StateArchive(.null)
      search = method.save(to: &archive, prefix: InitialCode.methodPrefix)
      memory.merge(archive.tensors) { $1 }
    }
    memory["round"] = HostTensor(scalar: Float(rounds))
    memory["loop"] = HostTensor(scalar: Float(index))
    return (memory, search)
  }
}
