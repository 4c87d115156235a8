internal import TGTensor

/// What kinds check their items with.
package struct KindRules {
  /// The batch size of the function.
  let batch: Int
  /// The names of the plan's tokenizers.
  let texts: Set<String>
  /// The most of everything.
  let limits: PlanLimits

  /// Makes sure of the rank of the values, and that the first axis is the batch.
  func rank(_ expected: Int, of item: InterfaceItem) throws(PlanError) {
    guard item.view.rank == expected else {
      throw PlanError(.view(.values, .rank(item.view.rank, expected: expected)))
    }
    guard item.view.dimensions[0] == batch else {
      throw PlanError(.item(.batch(found: item.view.dimensions[0], expected: batch)))
    }
  }

  /// Makes sure that a range goes up and is finite.
  func range(_ low: Float, _ high: Float) throws(PlanError) {
    guard low.isFinite, high.isFinite, low < high, (high - low).isFinite else {
      throw PlanError(.item(.range(low, high)))
    }
  }

  /// Makes sure that the plan has a tokenizer, if one is named.
  func tokenizer(_ name: String) throws(PlanError) {
    guard name.isEmpty || texts.contains(name) else { throw PlanError(.item(.noTokenizer(name))) }
  }
}
