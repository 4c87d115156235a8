import TGCommandLine
import TGInversion
import TGPlan
import TGTensor

/// What is told of one subject; `spec/tools.md` has the members.
struct Report {
  let request: Request
  let subject: Subject
  let begins: [Finished]
  let best: Finished

  /// The members of the object.
  ///
  /// - Parameter files: what is written, by what it holds.
  func members(distance: PictureDistance?, files: [(String, String)]) -> [(String, JSON)] {
    let outcome = best.outcome
    var members: [(String, JSON)] = [
      ("plan", .string(request.planPath)), ("name", .string(request.plan.plan.name)),
      ("hash", .string(request.plan.hash)), ("objective", .string(request.objective.name)),
      ("subject", .string(subject.name)),
    ]
    var pictures = request.inputs.pictures
    if let path = subject.path, let item = request.pictureInput { pictures[item.name] = path }
    members.append(("captions", .strings(request.inputs.captions)))
    members.append(("pictures", .strings(pictures)))
    if subject.path != nil {
      members.append(("picture_sha256", .string(subject.digest)))
    }
    members += summary(best)
    members.append(("terms", terms(outcome)))
    if let distance {
      members.append(("mse", .number(distance.meanSquare)))
      members.append(("psnr", .number(distance.decibels)))
    }
    members.append(
      (
        "loops",
        .array(
          outcome.records.map { record in
            .pairs([
              ("rounds", .integer(record.losses.count)),
              ("loss", record.losses.last.map { .number(Double($0)) } ?? .null),
              ("stop", record.reason.map { .string($0.rawValue) } ?? .null),
            ])
          })
      ))
    members.append(("restarts", .array(begins.map { .pairs(summary($0)) })))
    members.append(("files", .pairs(files.map { ($0, .string($1)) })))
    return members
  }

  private func summary(_ finished: Finished) -> [(String, JSON)] {
    let outcome = finished.outcome
    let speed = finished.seconds > 0 ? Double(outcome.rounds) / finished.seconds : 0
    return [
      ("seed", .string(String(outcome.seed))), ("loss", .number(Double(outcome.loss))),
      ("rounds", .integer(outcome.rounds)),
      ("stop", outcome.lastRecord?.reason.map { .string($0.rawValue) } ?? .null),
      ("stop_explained", outcome.lastRecord?.reason.map { .string($0.explanation) } ?? .null),
      ("seconds", .number(finished.seconds)), ("rounds_per_second", .number(speed)),
    ]
  }

  /// The terms of the round that the loss is of.
  private func terms(_ outcome: Outcome) -> JSON {
    guard let loop = outcome.records.lastIndex(where: { !$0.losses.isEmpty }),
      let round = outcome.records[loop].losses.lastIndex(of: outcome.loss)
    else { return .pairs([]) }
    let names = request.objective.loops[loop].terms
    let values = outcome.records[loop].terms.dropFirst(round * names.count)
    return .pairs(zip(names, values).map { ($0, .number(Double($1))) })
  }
}
