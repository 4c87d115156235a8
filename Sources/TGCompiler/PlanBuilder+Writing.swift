import TGPlan

extension PlanBuilder.Result {
  /// Checks the plan and the resamplings among its weights, as every reader will.
  ///
  /// - Throws: `PlanError`, the first thing that is wrong.
  func check() throws(PlanError) {
    try PlanChecker.check(plan)
    let offsets = store.offsets
    try PlanChecker.checkResamplings(plan) { first, count in
      guard let blob = offsets.lastIndex(where: { $0 <= first }) else { return nil }
      let start = (first - offsets[blob]) / 4
      guard case .integers(let numbers) = store.blobs[blob], start + count <= numbers.count else {
        return nil
      }
      return Array(numbers[start..<start + count])
    }
  }

  /// Writes the plan file; returns the plan hash in hex.
  ///
  /// - Throws: `PlanError` if the plan is not sound or the disk refuses.
  package func write(to path: String) throws -> String {
    var writer = try PlanWriter(path: path)
    for (blob, offset) in zip(store.blobs, store.offsets) {
      let start = try writer.append(blob)
      precondition(start == offset, "the file stores weights where the plan expects them")
    }
    return try writer.finish(plan)
  }
}
