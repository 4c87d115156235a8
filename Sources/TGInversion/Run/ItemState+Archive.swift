internal import TGPlan
internal import TGTensor

extension LoopRecord {
  /// Puts the numbers into an archive and returns the reason.
  func save(to archive: inout StateArchive, prefix: String) -> JSON {
    archive.put(losses, as: prefix + "losses")
    archive.put(terms, as: prefix + "terms")
    return reason.map { .string($0.rawValue) } ?? .null
  }

  /// Takes a record out of an archive.
  ///
  /// - Throws: `InversionError.state`.
  init(
    _ archive: StateArchive, _ reason: JSON, prefix: String, terms count: Int
  ) throws(InversionError) {
    self.init()
    losses = try archive.vector(prefix + "losses")
    let (needed, overflow) = losses.count.multipliedReportingOverflow(by: count)
    guard !overflow else { throw .state("'\(prefix)losses' is too long") }
    terms = try archive.vector(prefix + "terms", counts: [needed])
    switch reason {
    case .null: break
    case .string(let text):
      guard let known = StopReason(rawValue: text) else {
        throw .state("'\(text.prefix(40))' is no reason to stop")
      }
      self.reason = known
    default: throw .state("a reason to stop is no text")
    }
  }
}

extension Optimizer {
  /// Puts the vectors into an archive and returns the scalars.
  func save(to archive: inout StateArchive, prefix: String) -> JSON {
    switch self {
    case .descent(let method):
      archive.put(method.velocity, as: prefix + "velocity")
      return .members([])
    case .adam(let method):
      archive.put(method.mean, as: prefix + "mean")
      archive.put(method.square, as: prefix + "square")
      return .members([("steps", .integer(method.steps))])
    case .lbfgs(let method): return method.save(to: &archive, prefix: prefix)
    }
  }

  /// Takes a method out of an archive.
  ///
  /// - Throws: `InversionError.state`.
  init(
    _ method: PlanObjective.Method, _ archive: StateArchive, _ members: JSON, prefix: String,
    count: Int
  ) throws(InversionError) {
    switch method {
    case .descent:
      var descent = Descent(count: 0)
      descent.velocity = try archive.vector(prefix + "velocity", counts: [count])
      self = .descent(descent)
    case .adam:
      var adam = Adam(count: 0)
      adam.mean = try archive.vector(prefix + "mean", counts: [count])
      adam.square = try archive.vector(prefix + "square", counts: [count])
      adam.steps = try members.whole("steps", in: 0..<1 << 40)
      self = .adam(adam)
    case .lbfgs:
      self = .lbfgs(try LBFGS(archive, members, prefix: prefix, count: count))
    }
  }
}

extension ItemState {
  /// Puts the vectors into an archive and returns the scalars.
  func save(to archive: inout StateArchive, prefix: String) -> JSON {
    archive.put(point, as: prefix + "point")
    archive.put(good, as: prefix + "good")
    archive.put(best, as: prefix + "best")
    archive.put(next, as: prefix + "next")
    var loops: [JSON] = []
    for (index, record) in records.enumerated() {
      loops.append(record.save(to: &archive, prefix: "\(prefix)loop.\(index)."))
    }
    return .members([
      ("best_loss", .number(Double(bestLoss))), ("best_round", .integer(bestRound)),
      ("loops", .array(loops)),
      ("method", optimizer.save(to: &archive, prefix: prefix + "method.")),
    ])
  }

  /// Takes a state out of an archive.
  ///
  /// - Parameters:
  ///   - loop: the loop that is run.
  ///   - count: the number of variables.
  /// - Throws: `InversionError.state`.
  init(
    _ archive: StateArchive, _ members: JSON, prefix: String, of objective: PlanObjective,
    loop: Int, count: Int
  ) throws(InversionError) {
    let reasons = try members.array("loops")
    guard reasons.count == loop + 1 else { throw .state("a loop has no record") }
    var records: [LoopRecord] = []
    for (index, reason) in reasons.enumerated() {
      records.append(
        try LoopRecord(
          archive, reason, prefix: "\(prefix)loop.\(index).",
          terms: objective.loops[index].terms.count))
    }
    self.init(
      point: try archive.vector(prefix + "point", counts: [count]),
      optimizer: try Optimizer(
        objective.loops[loop].method, archive, members["method"] ?? .null,
        prefix: prefix + "method.", count: count),
      records: records)
    good = try archive.vector(prefix + "good", counts: [0, count])
    best = try archive.vector(prefix + "best", counts: [0, count])
    next = try archive.vector(prefix + "next", counts: [0, count])
    let loss = try members.double("best_loss")
    bestLoss = loss.isNaN ? .infinity : Float(loss)
    bestRound = try members.whole("best_round", in: -1 << 24..<1 << 40)
  }
}
