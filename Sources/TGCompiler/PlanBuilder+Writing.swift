import TGPlan

extension PlanBuilder.Result {
  /// Writes the plan file; returns the plan hash in hex.
  ///
  /// - Throws: `PlanError` if the plan is not sound or the disk refuses.
  package func write(to path: String) throws -> String {
    var writer = try PlanWriter(path: path)
    for (blob, offset) in zip(store.blobs, store.offsets) {
      let place = try writer.append(blob)
      precondition(place == offset, "the file stores weights where the plan expects them")
    }
    return try writer.finish(plan)
  }
}
