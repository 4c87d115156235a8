internal import TGTensor

extension LBFGS {
  /// Puts the vectors into an archive and returns the scalars.
  func save(to archive: inout StateArchive, prefix: String) -> JSON {
    archive.put(pairs.flatMap(\.step), as: prefix + "steps")
    archive.put(pairs.flatMap(\.change), as: prefix + "changes")
    archive.put(start, as: prefix + "start")
    archive.put(direction, as: prefix + "direction")
    var members: [(String, JSON)] = [("scale", .number(scale))]
    guard let search else { return .members(members) }
    members += [
      ("phase", .string(search.phase.rawValue)), ("evaluations", .integer(search.evaluations)),
      ("stuck", .bool(search.isStuck)), ("step", .number(search.step)),
      ("reach", .number(search.reach)),
    ]
    for (name, trial) in [
      ("origin", search.origin), ("low", search.low), ("high", search.high),
    ] {
      members.append(
        (
          name,
          .members([
            ("step", .number(trial.step)), ("loss", .number(trial.loss)),
            ("slope", .number(trial.slope)),
          ])
        ))
      archive.put(trial.gradient, as: prefix + name)
    }
    return .members(members)
  }

  /// Takes vectors and scalars out of an archive.
  ///
  /// - Parameter count: the number of variables.
  /// - Throws: `InversionError.state`.
  init(
    _ archive: StateArchive, _ members: JSON, prefix: String, count: Int
  ) throws(InversionError) {
    self.init()
    let steps = try archive.vector(prefix + "steps")
    let changes = try archive.vector(prefix + "changes", counts: [steps.count])
    guard count > 0, steps.count.isMultiple(of: count) else {
      throw .state("'\(prefix)steps' has \(steps.count) numbers")
    }
    for start in stride(from: 0, to: steps.count, by: count) {
      pairs.append(
        Pair(
          step: Array(steps[start..<start + count]), change: Array(changes[start..<start + count])))
    }
    start = try archive.vector(prefix + "start", counts: [0, count])
    direction = try archive.vector(prefix + "direction", counts: [0, count])
    scale = try members.double("scale")
    guard members["phase"] != nil else { return }
    guard let phase = LineSearch.Phase(rawValue: try members.string("phase")),
      case .bool(let isStuck) = members["stuck"], start.count == count, direction.count == count
    else { throw .state("a line search is damaged") }
    var search = LineSearch(
      origin: try Self.trial("origin", archive, members, prefix, count),
      reach: try members.double("reach"), step: try members.double("step"))
    search.phase = phase
    search.evaluations = try members.whole("evaluations", in: 0..<1000)
    search.isStuck = isStuck
    search.low = try Self.trial("low", archive, members, prefix, count)
    search.high = try Self.trial("high", archive, members, prefix, count)
    self.search = search
  }

  private static func trial(
    _ name: String, _ archive: StateArchive, _ members: JSON, _ prefix: String, _ count: Int
  ) throws(InversionError) -> LineSearch.Trial {
    let scalars = members[name] ?? .null
    return LineSearch.Trial(
      step: try scalars.double("step"), loss: try scalars.double("loss"),
      slope: try scalars.double("slope"),
      gradient: try archive.vector(prefix + name, counts: [count]))
  }
}
