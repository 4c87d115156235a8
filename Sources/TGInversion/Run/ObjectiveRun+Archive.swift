internal import TGPlan
package import TGTensor

extension ObjectiveRun {
  /// Puts everything that the rounds so far have changed into an archive and returns the rest.
  ///
  /// - Throws: `InversionError`.
  package func save(
    to archive: inout StateArchive, prefix: String
  ) throws(InversionError) -> JSON {
    var changed = finished
    if !isDone { changed.append(try changes()) }
    for (index, tensors) in changed.enumerated() {
      for (name, elements) in tensors {
        archive.put(elements, as: "\(prefix)store.\(index).\(name)")
      }
    }
    var states: [JSON] = []
    for (row, item) in items.enumerated() {
      states.append(item.save(to: &archive, prefix: "\(prefix)item.\(row)."))
    }
    return .members([
      ("loop", .integer(loop)), ("round", .integer(round)), ("items", .array(states)),
    ])
  }

  /// Goes on from where an archive was made; the run must have begun with the same inputs, and no
  /// round been done.
  ///
  /// - Throws: `InversionError.state` for an archive that does not fit.
  package func restore(
    _ archive: StateArchive, _ members: JSON, prefix: String
  ) throws(InversionError) {
    let target = try members.whole("loop", in: 0..<objective.loops.count)
    guard target >= loop else { throw .state("a loop without rounds is said to be run") }
    while loop < target {
      try restoreStore(archive, prefix: prefix)
      finished.append(try changes())
      try enter(loop: loop + 1)
    }
    try restoreStore(archive, prefix: prefix)
    round = try members.whole("round", in: 0..<settings.rounds[loop] + 1)
    let states = try members.array("items")
    guard states.count == items.count else { throw .state("it has \(states.count) items") }
    let count = parts.reduce(0) { $0 + $1.count }
    for row in items.indices {
      items[row] = try ItemState(
        archive, states[row], prefix: "\(prefix)item.\(row).", of: objective, loop: loop,
        count: count)
    }
  }

  /// Puts the tensors that a loop changed back into the store.
  private func restoreStore(
    _ archive: StateArchive, prefix: String
  ) throws(InversionError) {
    for name in try changedNames() {
      let key = "\(prefix)store.\(loop).\(name)"
      // What the first round puts out is not there before it.
      guard archive.tensors[key] != nil else {
        guard store[name] == nil else { throw .state("it lacks '\(key)'") }
        continue
      }
      store.put(try archive.vector(key, counts: [try width(of: name)]), as: name)
    }
  }

  /// How many numbers a tensor that a round changes has, for the whole batch.
  private func width(of name: String) throws(InversionError) -> Int {
    if let part = parts.first(where: { $0.name == name }) { return part.count * functions.batch }
    let form = objective.loops[loop]
    for function in [form.project, form.step].compactMap(\.self) {
      let outputs = try functions.function(function).function.outputs
      if let output = outputs.first(where: { $0.name == name }) { return output.view.count }
    }
    return 0
  }
}
