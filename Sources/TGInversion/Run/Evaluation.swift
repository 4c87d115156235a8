internal import TGPlan

/// What a step puts out: for each item a value, its terms, numbers of the method and gradients.
struct Evaluation {
  /// The value of each item.
  var losses: [Float]
  /// For each term the number of each item.
  var terms: [[Float]]
  /// The numbers of the method that are computed, each for all items.
  var scheduled: [(name: String, values: [Float])]
  /// For each variable the gradients of all items, one after the other.
  var gradients: [[Float]]

  /// Makes one problem of the first `count` items, whose variables are shared where `isShared` says so:
  /// each item gets the sums of values, terms and shared gradients, and the numbers of the first.
  ///
  /// Sums are taken in Double in the order of the items and rounded once. If a gradient of any item is
  /// infinite or no number, no value is a number: the items end together.
  mutating func join(_ count: Int, isShared: [Bool]) {
    let isSound = gradients.allSatisfy { numbers in
      let size = numbers.count / max(1, losses.count)
      return numbers.prefix(count * size).allSatisfy(\.isFinite)
    }
    losses = Self.summed(losses, count, size: 1)
    if !isSound { losses = losses.map { _ in .nan } }
    terms = terms.map { Self.summed($0, count, size: 1) }
    scheduled = scheduled.map { name, values in (name, values.map { _ in values[0] }) }
    for index in gradients.indices where isShared[index] {
      gradients[index] = Self.summed(
        gradients[index], count, size: gradients[index].count / max(1, losses.count))
    }
  }

  /// Rows of `size` numbers, each replaced by the sum of the first `count` rows.
  private static func summed(_ rows: [Float], _ count: Int, size: Int) -> [Float] {
    guard size > 0 else { return rows }
    let sums = (0..<size).map { column in
      Float((0..<count).reduce(0.0) { $0 + Double(rows[$1 * size + column]) })
    }
    return (0..<rows.count / size).flatMap { _ in sums }
  }
}

extension ObjectiveRun {
  /// Fetches what a step put out; where variables are shared, all items have the same.
  func evaluation(
    of step: StagedFunction, _ form: PlanObjective.Loop
  ) throws(InversionError) -> Evaluation {
    var found = Evaluation(losses: try step.fetch(.loss), terms: [], scheduled: [], gradients: [])
    for name in form.terms { found.terms.append(try step.fetch(.term(name))) }
    for name in form.scheduled { found.scheduled.append((name, try step.fetch(.number(name)))) }
    for part in parts { found.gradients.append(try step.fetch(.gradient(of: part.name))) }
    if !form.shared.isEmpty {
      found.join(items.count, isShared: parts.map { form.shared.contains($0.name) })
    }
    return found
  }
}
