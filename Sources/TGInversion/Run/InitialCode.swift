package import TGCheckpoint
package import TGPlan
internal import TGSession
internal import TGTensor

/// Variables to begin with, read from a file, and what a method remembered.
///
/// The file is one of any container with a tensor for each variable `V` of the loop, under the name
/// `variable.V` or `V`; of a single variable it may be the only tensor that fits. With `continuing`, `round` is the number of rounds done,
/// `loop` the number of the loop (0 if missing), and `adam.m.V`, `adam.v.V` or `descent.v.V` are the
/// moments; moments that are missing are 0. Where `V` is the best point and not the last, `next.V`
/// is the one to go on from, `best.loss` the loss of `V` and `best.round` its round. L-BFGS has
/// vectors named `lbfgs.…` and its scalars in the metadata.
package struct InitialCode: Hashable, Sendable {
  /// The loop that begins with it.
  package var loop = 0
  /// The rounds done.
  package var rounds = 0
  /// The numbers of each variable of one item.
  package var variables: [String: [Float]] = [:]
  /// The numbers of each moment, by names such as `adam.m.V`.
  package var moments: [String: [Float]] = [:]
  /// The point to go on from, where `variables` are the best point.
  package var next: [String: [Float]] = [:]
  /// The loss of `variables`, where they are the best point.
  package var bestLoss: Float?
  /// The round of that loss, of all rounds done.
  package var bestRound = 0
  /// What L-BFGS remembered.
  package var search: LBFGS?

  /// The member of the metadata with the scalars of L-BFGS.
  package static let methodKey = "tgraph.lbfgs"
  /// What stands before the names of its vectors.
  static let methodPrefix = "lbfgs."

  /// True if a method goes on with what it remembered, false if it begins anew.
  package var hasMemory: Bool { search != nil || !moments.isEmpty }

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - checkpoint: the file.
  ///   - path: how errors call it.
  ///   - continuing: true to take rounds and moments too.
  /// - Throws: `InversionError`.
  package init(
    _ checkpoint: Checkpoint, path: String, for objective: PlanObjective, of plan: Plan,
    continuing: Bool
  ) throws(InversionError) {
    if continuing {
      loop = try Self.whole("loop", of: checkpoint, path: path, below: objective.loops.count) ?? 0
      rounds = try Self.whole("round", of: checkpoint, path: path, below: 1 << 24) ?? 0
    }
    let form = objective.loops[loop]
    let step = plan.functions.first { $0.name == form.step }
    for name in form.variables {
      guard let item = step?.inputs.first(where: { $0.name == name }) else { continue }
      let names = ["variable." + name, name]
      let only = form.variables.count == 1 ? Self.only(item, of: checkpoint) : nil
      guard let found = names.first(where: { checkpoint[$0] != nil }) ?? only else {
        throw .lacksVariable(name, names: checkpoint.entries.map { $0.name }, path: path)
      }
      variables[name] = try Self.numbers(found, of: checkpoint, for: item, path: path)
      guard continuing else { continue }
      for moment in ["adam.m.", "adam.v.", "descent.v."].map({ $0 + name })
      where checkpoint[moment] != nil {
        moments[moment] = try Self.numbers(moment, of: checkpoint, for: item, path: path)
      }
      if checkpoint["next." + name] != nil {
        next[name] = try Self.numbers("next." + name, of: checkpoint, for: item, path: path)
      }
    }
    if next.count == form.variables.count {
      bestLoss = try checkpoint["best.loss"].flatMap { (entry) throws(InversionError) in
        try Self.tensor(entry, path: path).elements.first
      }
      bestRound = try Self.whole("best.round", of: checkpoint, path: path, below: 1 << 24) ?? 0
      if form.method == .lbfgs { search = try Self.search(of: checkpoint, next, path: path) }
    } else {
      next = [:]
    }
  }

  /// Where a loop over these variables begins.
  func point(_ name: String) -> [Float]? { next[name] ?? variables[name] }

  /// Gives a method at its beginning what it remembered.
  func restore(_ optimizer: inout Optimizer, _ parts: [ObjectiveRun.Part]) {
    func joined(_ prefix: String) -> [Float] {
      parts.flatMap { moments[prefix + $0.name] ?? [Float](repeating: 0, count: $0.count) }
    }
    switch optimizer {
    case .descent(var method):
      method.velocity = joined("descent.v.")
      optimizer = .descent(method)
    case .adam(var method):
      method.mean = joined("adam.m.")
      method.square = joined("adam.v.")
      method.steps = rounds
      optimizer = .adam(method)
    case .lbfgs: if let search { optimizer = .lbfgs(search) }
    }
  }

  /// Gives an item at its beginning the best point of the rounds done.
  func restore(_ state: inout ItemState, _ parts: [ObjectiveRun.Part]) {
    guard let bestLoss else { return }
    state.bestLoss = bestLoss
    state.bestRound = bestRound - rounds
    state.best = parts.flatMap { variables[$0.name] ?? [] }
  }

  /// What L-BFGS remembered of variables; nil if nothing.
  private static func search(
    of checkpoint: Checkpoint, _ variables: [String: [Float]], path: String
  ) throws(InversionError) -> LBFGS? {
    guard let text = checkpoint.metadata[methodKey] else { return nil }
    do {
      var archive = StateArchive(try JSON(parsing: Array(text.utf8)))
      for entry in checkpoint.entries { archive.tensors[entry.name] = try entry.tensor() }
      return try LBFGS(
        archive, archive.members, prefix: methodPrefix,
        count: variables.values.reduce(0) { $0 + $1.count })
    } catch let error as InversionError {
      throw .memory(error.detail, path: path)
    } catch { throw .memory("\(error)", path: path) }
  }

  private static func numbers(
    _ name: String, of checkpoint: Checkpoint, for item: InterfaceItem, path: String
  ) throws(InversionError) -> [Float] {
    guard let entry = checkpoint[name] else { return [] }
    let found = entry.shape.dimensions
    let label = name.isEmpty ? item.name : name
    guard fits(entry, item) else {
      throw .extents(label, found: found, expected: [1] + item.itemShape, path: path)
    }
    let elements = try tensor(entry, path: path).elements
    guard elements.allSatisfy(\.isFinite) else { throw .notFinite(label, path: path) }
    return elements
  }

  /// True if a tensor has the extents of one item, whatever axes of 1 it has, or is flat.
  private static func fits(_ entry: Checkpoint.Entry, _ item: InterfaceItem) -> Bool {
    let found = entry.shape.dimensions
    return found.filter { $0 != 1 } == item.itemShape.filter { $0 != 1 }
      || found == [item.itemShape.reduce(1, *)]
  }

  /// The name of the only tensor that fits; nil if none or several do.
  private static func only(_ item: InterfaceItem, of checkpoint: Checkpoint) -> String? {
    let fitting = checkpoint.entries.filter { fits($0, item) }
    return fitting.count == 1 ? fitting[0].name : nil
  }

  private static func tensor(
    _ entry: Checkpoint.Entry, path: String
  ) throws(InversionError) -> HostTensor {
    do { return try entry.tensor() } catch { throw .unread("\(error)", path: path) }
  }

  private static func whole(
    _ name: String, of checkpoint: Checkpoint, path: String, below limit: Int
  ) throws(InversionError) -> Int? {
    guard let entry = checkpoint[name] else { return nil }
    guard entry.shape.count == 1, let value = try tensor(entry, path: path).elements.first,
      value == value.rounded(), value >= 0, value < Float(limit)
    else { throw .extents(name, found: entry.shape.dimensions, expected: [], path: path) }
    return Int(value)
  }
}
