import TGInversion
import TGPlan
import TGTensor

/// One begin of a subject that has come to its end.
struct Finished {
  let outcome: Outcome
  /// The time of the rounds of its batch.
  let seconds: Double
  /// What its film is made of.
  let moments: [Moment]

  init(_ outcome: Outcome, seconds: Double, moments: [Moment]) {
    self.outcome = outcome
    self.seconds = seconds
    self.moments = moments
  }

  /// Puts it into an archive.
  func save(to archive: inout StateArchive, prefix: String) -> JSON {
    .members([
      ("seconds", .number(seconds)), ("outcome", outcome.save(to: &archive, prefix: prefix)),
      ("film", Moment.save(moments, to: &archive, prefix: prefix + "film.")),
    ])
  }

  /// Takes it out of an archive.
  init(
    _ archive: StateArchive, _ members: JSON, prefix: String, of objective: PlanObjective
  ) throws(InversionError) {
    seconds = try members.double("seconds")
    moments = try Moment.load(archive, members["film"], prefix: prefix + "film.")
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
