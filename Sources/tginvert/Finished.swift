import TGInversion
import TGPlan
import TGTensor

/// One begin of a subject that has come to its end.
struct Finished {
  let outcome: Outcome
  /// The time of the rounds of its batch.
  let seconds: Double

  init(_ outcome: Outcome, seconds: Double) {
    self.outcome = outcome
    self.seconds = seconds
  }

  /// Puts it into an archive.
  func save(to archive: inout StateArchive, prefix: String) -> JSON {
    .members([
      ("seconds", .number(seconds)), ("outcome", outcome.save(to: &archive, prefix: prefix)),
    ])
  }

  /// Takes it out of an archive.
  init(
    _ archive: StateArchive, _ members: JSON, prefix: String, of objective: PlanObjective
  ) throws(InversionError) {
    seconds = try members.double("seconds")
    outcome = try Outcome(
      archive, members["outcome"] ?? .null, prefix: prefix, of: objective)
  }
}

extension [Finished] {
  /// The one of the smallest loss; one without a failure before any with one.
  var best: Finished? {
    self.min { one, other in
      let (a, b) = (one.outcome, other.outcome)
      if a.hasFailed != b.hasFailed { return !a.hasFailed }
      return a.loss < b.loss || (b.loss.isNaN && !a.loss.isNaN)
    }
  }
}
