internal import TGExecution
package import TGPlan
internal import TGSession
package import TGTensor

/// The minimisation of an objective for the items of one batch.
///
/// Items do not know of each other: each has its own variables, method and end. Rows of the batch
/// beyond the items repeat the last one.
package final class ObjectiveRun {
  /// Where a variable lies in the vector of an item.
  struct Part {
    let name: String
    let start: Int
    let form: InterfaceItem
    var count: Int { form.itemShape.reduce(1, *) }
  }

  /// What is minimised.
  package let objective: PlanObjective
  /// The items.
  package internal(set) var items: [ItemState] = []
  /// The loop that is run, or the number of loops at the end.
  package internal(set) var loop = 0
  /// The rounds done in it.
  package internal(set) var round = 0
  let functions: ObjectiveFunctions
  let settings: InversionSettings
  let seeds: [UInt64]
  let initial: InitialCode?
  var store: TensorStore
  var parts: [Part] = []
  /// For each loop that ended, the tensors that its rounds changed.
  var finished: [[String: [Float]]] = []
  /// The names of what the first `start` puts out.
  let given: Set<String>
  /// The names of what rounds of any loop change.
  let changing: Set<String>
  private var gradient: [Float] = []

  /// Begins: the first loop is ready for its first round.
  ///
  /// - Parameters:
  ///   - functions: the functions in a batch of at least as many items.
  ///   - seeds: the seed of each item, for what is drawn in each round.
  ///   - started: for each item the outputs of the first `start`.
  ///   - initial: values to begin with, for all items; nil for the objective's own.
  /// - Throws: `InversionError`.
  package init(
    _ functions: ObjectiveFunctions, settings: InversionSettings, seeds: [UInt64],
    started: [[String: HostTensor]], initial: InitialCode? = nil
  ) throws(InversionError) {
    objective = functions.objective
    self.functions = functions
    self.settings = settings
    self.seeds = seeds
    self.initial = initial
    store = TensorStore(batch: functions.batch)
    given = Set((started.first ?? [:]).keys)
    var changing: Set<String> = []
    for form in functions.objective.loops {
      changing.formUnion(try Self.changedNames(form, functions))
    }
    self.changing = changing
    functions.forget()
    for name in (started.first ?? [:]).keys.sorted() {
      var rows: [Float] = []
      for row in 0..<functions.batch {
        rows += started[min(row, started.count - 1)][name]?.elements ?? []
      }
      store.put(rows, as: name)
    }
    try enter(loop: 0)
    try skipLoopsWithoutRounds()
  }

  /// True when all loops are done.
  package var isDone: Bool { loop >= objective.loops.count }

  /// The most rounds that are still to be done.
  package var roundsLeft: Int {
    isDone ? 0 : settings.rounds[loop...].reduce(0, +) - round
  }

  /// Does one round; afterwards the next loop is ready if this one ended.
  ///
  /// - Throws: `InversionError`.
  package func advance() throws(InversionError) {
    guard !isDone else { return }
    try evaluate()
    round += 1
    if round >= settings.rounds[loop] || !items.contains(where: \.isActive) {
      try leave()
      try skipLoopsWithoutRounds()
    }
  }

  /// Ends all loops where they are: what is left has no rounds.
  ///
  /// - Throws: `InversionError`.
  package func stop() throws(InversionError) { while !isDone { try leave() } }

  private func skipLoopsWithoutRounds() throws(InversionError) {
    while !isDone, settings.rounds[loop] == 0 { try leave() }
  }

  /// Readies a loop: its start has been run, or is run now.
  func enter(loop index: Int) throws(InversionError) {
    loop = index
    round = 0
    let form = objective.loops[index]
    if index > 0 {
      let start = try functions.function(form.start)
      try start.run(store)
      for output in start.function.outputs {
        store.put(try start.fetch(output.name), as: output.name)
      }
    }
    let step = try functions.function(form.step).function
    let chosen = form.starts.first { $0 == settings.start } ?? form.starts.first
    parts = []
    var end = 0
    for name in form.variables {
      guard let item = step.inputs.first(where: { $0.name == name }) else {
        throw .session(.runtime(.unsound("'\(form.step)' has no input '\(name)'")))
      }
      let part = Part(name: name, start: end, form: item)
      let start = functions.starts[index].first { item in
        chosen.map { item.role == .start(of: name, named: $0) } ?? false
      }
      let begun = store[start?.name ?? name]
      guard var elements = begun?.elements, elements.count == functions.batch * part.count else {
        throw .session(.runtime(.unsound("'\(form.start)' does not put out '\(name)'")))
      }
      if let given = initial?.point(name), initial?.loop == index {
        elements = (0..<functions.batch).flatMap { _ in given }
      }
      if form.shared.contains(name) {
        elements = (0..<functions.batch).flatMap { _ in elements.prefix(part.count) }
      }
      store.put(elements, as: name)
      parts.append(part)
      end += part.count
    }
    begin(count: end, method: form.method)
  }

  /// Gives each item its point and a method at its beginning.
  private func begin(count: Int, method: PlanObjective.Method) {
    gradient = [Float](repeating: 0, count: count)
    items = seeds.indices.map { row in
      var records = loop > 0 ? items[row].records : []
      records.append(LoopRecord())
      if records.contains(where: { $0.reason == .notFinite }) {
        records[records.count - 1].reason = .skipped
      }
      var optimizer = Optimizer(method, count: count)
      let memory = initial?.loop == loop ? initial : nil
      memory?.restore(&optimizer, parts)
      var state = ItemState(
        point: parts.flatMap { store.row(row, of: $0.name) ?? [] }, optimizer: optimizer,
        records: records)
      memory?.restore(&state, parts)
      return state
    }
  }

  /// Ends the loop for all items and readies the next.
  private func leave() throws(InversionError) {
    let keepsBest = settings.patience != nil || items.contains { $0.optimizer.searches }
    for row in items.indices {
      if items[row].isActive { items[row].end(.rounds, keepsBest: keepsBest) }
      publish(row)
    }
    finished.append(try changes())
    loop += 1
    round = 0
    if !isDone { try enter(loop: loop) }
  }

  /// The tensors that the rounds of this loop change, by name.
  func changes() throws(InversionError) -> [String: [Float]] {
    var result: [String: [Float]] = [:]
    for name in try changedNames() { result[name] = store[name]?.elements }
    return result
  }

  /// The names of the tensors that the rounds of this loop change.
  func changedNames() throws(InversionError) -> [String] {
    try Self.changedNames(objective.loops[loop], functions)
  }

  private static func changedNames(
    _ form: PlanObjective.Loop, _ functions: ObjectiveFunctions
  ) throws(InversionError) -> [String] {
    var names = form.variables + (try functions.function(form.step).carried.map(\.name))
    if let project = form.project {
      names += try functions.function(project).function.outputs.map(\.name)
    }
    return names
  }

  // MARK: A round

  private func evaluate() throws(InversionError) {
    let form = objective.loops[loop]
    let step = try functions.function(form.step)
    let project: StagedFunction?
    if let name = form.project { project = try functions.function(name) } else { project = nil }
    draw(form, for: step.function.inputs + (project?.function.inputs ?? []))
    try step.run(store)

    let evaluation = try evaluation(of: step, form)
    let wasActive = items.map(\.isActive)
    var hasMoved = [Bool](repeating: false, count: items.count)
    for row in items.indices where wasActive[row] {
      gather(evaluation.gradients, row: row)
      var numbers: MethodNumbers? = settings.numbers[loop]
      for (name, values) in evaluation.scheduled
      where numbers?.set(name, to: Double(values[row])) == false {
        numbers = nil
      }
      hasMoved[row] = items[row].take(
        loss: evaluation.losses[row], terms: evaluation.terms.map { $0[row] },
        gradient: gradient, numbers: numbers, settings: settings)
    }
    let isSound = items.indices.map {
      wasActive[$0] && items[$0].records[loop].reason != .notFinite
    }
    for output in step.carried {
      store.put(try step.fetch(output.name), as: output.name, rows: rows(isSound))
    }
    for row in items.indices where wasActive[row] { publish(row) }
    guard let project, hasMoved.contains(true) else { return }
    try project.run(store)
    for output in project.function.outputs {
      store.put(try project.fetch(output.name), as: output.name, rows: rows(hasMoved))
    }
    for part in parts where project.function.outputs.contains(where: { $0.name == part.name }) {
      let isShared = form.shared.contains(part.name)
      for row in items.indices where hasMoved[row] {
        guard let numbers = store.row(isShared ? 0 : row, of: part.name) else { continue }
        items[row].point.replaceSubrange(part.start..<part.start + part.count, with: numbers)
      }
      guard isShared else { continue }
      for row in items.indices where hasMoved[row] { publish(row) }
    }
  }

  /// Draws what is drawn in each round, and says how far the loop is.
  private func draw(_ form: PlanObjective.Loop, for inputs: [InterfaceItem]) {
    for name in form.draws {
      guard let item = inputs.first(where: { $0.name == name }) else { continue }
      let distribution = item.distribution ?? .normal
      let count = item.itemShape.reduce(1, *)
      var elements: [Float] = []
      elements.reserveCapacity(functions.batch * count)
      for row in 0..<functions.batch {
        let noise = Noise(
          seed: seeds[min(row, seeds.count - 1)], input: "\(name)@\(loop).\(firstRound + round)",
          item: 0)
        elements += noise.numbers(count, of: distribution)
      }
      store.put(elements, as: name)
    }
    if let name = form.fraction {
      let done = Double(firstRound + round) / Double(max(1, settings.wholes[loop]))
      let fraction = min(Float(done), Float(1).nextDown)
      store.put([Float](repeating: fraction, count: functions.batch), as: name)
    }
  }

  /// The rounds done before this run began.
  private var firstRound: Int { initial?.loop == loop ? initial?.rounds ?? 0 : 0 }

  private func gather(_ gradients: [[Float]], row: Int) {
    for (part, numbers) in zip(parts, gradients) {
      let count = part.count
      for index in 0..<count { gradient[part.start + index] = numbers[row * count + index] }
    }
  }

  /// Puts the point of an item into the store, and into the rows that repeat it.
  func publish(_ row: Int) {
    for part in parts {
      store.copy(items[row].point, from: part.start, into: part.name, row: row)
      guard row == items.count - 1 else { continue }
      for copy in items.count..<max(items.count, functions.batch) {
        store.copy(items[row].point, from: part.start, into: part.name, row: copy)
      }
    }
  }

  /// Flags of items as flags of the rows of the batch.
  private func rows(_ flags: [Bool]) -> [Bool] {
    (0..<functions.batch).map { flags[min($0, flags.count - 1)] }
  }
}
