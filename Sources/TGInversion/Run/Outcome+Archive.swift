package import TGPlan
package import TGTensor

extension Outcome {
  /// Puts the tensors into an archive and returns the rest.
  package func save(to archive: inout StateArchive, prefix: String) -> JSON {
    for (kind, tensors) in [("variable", variables), ("result", results), ("memory", memory)] {
      for (name, tensor) in tensors { archive.tensors["\(prefix)\(kind).\(name)"] = tensor }
    }
    var loops: [JSON] = []
    for (index, record) in records.enumerated() {
      loops.append(record.save(to: &archive, prefix: "\(prefix)loop.\(index)."))
    }
    return .members([
      ("seed", .string(String(seed))), ("loss", .number(Double(loss))),
      ("best_loss", .number(Double(bestLoss))), ("search", search), ("loops", .array(loops)),
    ])
  }

  /// Takes an outcome out of an archive.
  ///
  /// - Throws: `InversionError.state`.
  package init(
    _ archive: StateArchive, _ members: JSON, prefix: String, of objective: PlanObjective
  ) throws(InversionError) {
    func tensors(_ kind: String) -> [String: HostTensor] {
      let start = "\(prefix)\(kind)."
      return archive.tensors.reduce(into: [:]) { found, entry in
        if entry.key.hasPrefix(start) {
          found[String(entry.key.dropFirst(start.count))] = entry.value
        }
      }
    }
    let reasons = try members.array("loops")
    guard reasons.count == objective.loops.count,
      let seed = UInt64(try members.string("seed"))
    else { throw .state("an outcome is damaged") }
    var records: [LoopRecord] = []
    for (index, reason) in reasons.enumerated() {
      records.append(
        try LoopRecord(
          archive, reason, prefix: "\(prefix)loop.\(index).",
          terms: objective.loops[index].terms.count))
    }
    let bestLoss = try members.double("best_loss")
    self.init(
      seed: seed, records: records, variables: tensors("variable"), results: tensors("result"),
      memory: tensors("memory"), search: members["search"] ?? .null,
      bestLoss: bestLoss.isNaN ? .infinity : Float(bestLoss),
      loss: Float(try members.double("loss")))
  }
}
