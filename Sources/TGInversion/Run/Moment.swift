internal import TGPlan
internal import TGSession
package import TGTensor

/// What an item was at one moment, as far as the function at the end needs it: the picture of that
/// moment can be drawn later.
package struct Moment: Hashable, Sendable {
  /// The rounds that were done, of all loops.
  package let round: Int
  /// The tensors of the item, by name.
  package let tensors: [String: [Float]]

  /// Makes a moment.
  package init(round: Int, tensors: [String: [Float]]) {
    self.round = round
    self.tensors = tensors
  }

  /// The round after this one whose moment is the next to be kept: each of the first ten rounds, then
  /// whenever a tenth more have been done.
  ///
  /// - Parameter interval: keeps every so many rounds instead; nil for the rule.
  package func next(every interval: Int?) -> Int { round + (interval ?? max(1, round / 10)) }

  /// Puts moments into an archive and returns their rounds.
  package static func save(
    _ moments: [Moment], to archive: inout StateArchive, prefix: String
  ) -> JSON {
    for (index, moment) in moments.enumerated() {
      for (name, numbers) in moment.tensors {
        archive.put(numbers, as: "\(prefix)\(index).\(name)")
      }
    }
    return .array(moments.map { .integer($0.round) })
  }

  /// Takes moments out of an archive; none if there are none.
  ///
  /// - Throws: `InversionError.state`.
  package static func load(
    _ archive: StateArchive, _ members: JSON?, prefix: String
  ) throws(InversionError) -> [Moment] {
    guard case .array(let rounds)? = members else { return [] }
    var moments: [Moment] = []
    for (index, round) in rounds.enumerated() {
      guard case .integer(let round) = round, (0..<1 << 40).contains(round) else {
        throw .state("the round of a moment is no number")
      }
      let start = "\(prefix)\(index)."
      var tensors: [String: [Float]] = [:]
      for (name, tensor) in archive.tensors where name.hasPrefix(start) {
        tensors[String(name.dropFirst(start.count))] = tensor.elements
      }
      moments.append(Moment(round: round, tensors: tensors))
    }
    return moments
  }
}

extension ObjectiveRun {
  /// The present moment of an item: the point of the smallest loss where that is what it ends with,
  /// otherwise its last point. Nothing of the run changes.
  ///
  /// - Returns: nil where the function at the end needs what only a later loop gives.
  /// - Throws: `InversionError`.
  package func moment(of row: Int) throws(InversionError) -> Moment? {
    let item = items[row]
    let point = item.isActive && !item.best.isEmpty ? item.best : item.point
    var tensors: [String: [Float]] = [:]
    for input in try functions.function(objective.finish).function.inputs
    where !given.contains(input.name) || changing.contains(input.name) {
      if let part = parts.first(where: { $0.name == input.name }) {
        tensors[input.name] = Array(point[part.start..<part.start + part.count])
      } else if let numbers = store.row(row, of: input.name) {
        tensors[input.name] = Array(numbers)
      } else {
        return nil
      }
    }
    return Moment(round: item.records.reduce(0) { $0 + $1.losses.count }, tensors: tensors)
  }

  /// What the function at the end puts out of moments of the first item. The run's own state is lost:
  /// it must not go on.
  ///
  /// - Parameter output: the name of the result.
  /// - Returns: for each moment `[1, …]`.
  /// - Throws: `InversionError`, `state` for moments of another objective.
  package func drawn(
    _ output: String, of moments: ArraySlice<Moment>
  ) throws(InversionError) -> [HostTensor] {
    let finish = try functions.function(objective.finish)
    guard let item = finish.function.outputs.first(where: { $0.name == output }) else { return [] }
    let count = item.itemShape.reduce(1, *)
    var drawn: [HostTensor] = []
    var rest = moments
    while let last = rest.prefix(functions.batch).last {
      let some = rest.prefix(functions.batch)
      let rows = some + [Moment](repeating: last, count: functions.batch - some.count)
      for input in finish.function.inputs where last.tensors[input.name] != nil {
        let numbers = rows.flatMap { $0.tensors[input.name] ?? [] }
        guard numbers.count == input.view.count else {
          throw .state("a moment has another number of '\(input.name)'")
        }
        store.put(numbers, as: input.name)
      }
      try finish.run(store)
      let elements = try finish.fetch(output)
      for row in some.indices.map({ $0 - some.startIndex }) {
        drawn.append(
          HostTensor(
            Shape([1] + item.itemShape), Array(elements[row * count..<(row + 1) * count])))
      }
      rest = rest.dropFirst(functions.batch)
    }
    return drawn
  }
}
