package import TGPlan

/// How an objective is minimised where the user may choose.
package struct InversionSettings: Hashable, Sendable {
  /// The most rounds of each loop.
  package var rounds: [Int]
  /// What the fraction of the rounds done is taken of, for each loop.
  package var wholes: [Int]
  /// The constant numbers of the method of each loop.
  package var numbers: [MethodNumbers]
  /// The named start; nil for the first.
  package var start: String?
  /// A loss at which an item ends; nil for none.
  package var stopLoss: Double?
  /// After so many rounds without a smaller loss an item ends; nil for never.
  package var patience: Int?

  /// The plan's own settings.
  ///
  /// - Throws: `InversionError.method`.
  package init(_ objective: PlanObjective) throws(InversionError) {
    rounds = objective.loops.map(\.rounds)
    wholes = rounds
    numbers = []
    for loop in objective.loops { numbers.append(try MethodNumbers(of: loop)) }
  }

  /// Replaces the rounds of all loops, by one number for each, or one number for a single loop.
  ///
  /// - Throws: `InversionError.loopCount`.
  package mutating func replace(rounds given: [Int]) throws(InversionError) {
    guard given.count == rounds.count else {
      throw .loopCount(option: "--steps", given: given.count, loops: rounds.count)
    }
    rounds = given
    wholes = given
  }

  /// Replaces the constant rates: one number for all loops, or one for each.
  ///
  /// - Throws: `InversionError.scheduledRate` if the plan computes a rate, `loopCount`.
  package mutating func replace(
    rates: [Double], of objective: PlanObjective
  ) throws(InversionError) {
    guard rates.count == 1 || rates.count == numbers.count else {
      throw .loopCount(option: "--rate", given: rates.count, loops: numbers.count)
    }
    for (index, loop) in objective.loops.enumerated() {
      guard !loop.scheduled.contains("rate") else {
        throw .scheduledRate(objective: objective.name)
      }
      numbers[index].rate = rates.count == 1 ? rates[0] : rates[index]
    }
  }
}
