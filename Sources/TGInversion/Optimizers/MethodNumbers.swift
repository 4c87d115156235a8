package import TGPlan

/// The numbers of a method in one round.
package struct MethodNumbers: Hashable, Sendable {
  /// The step of descent and Adam; the first trial step of each search of L-BFGS.
  package var rate = 1.0
  /// How much of the velocity is kept, descent.
  package var momentum = 0.0
  /// How much of the mean gradient is kept, Adam.
  package var beta1 = 0.9
  /// How much of the mean square is kept, Adam.
  package var beta2 = 0.999
  /// What is added to the root of the mean square, Adam.
  package var epsilon = 1e-8
  /// How many steps are remembered, L-BFGS; 1 to 1000.
  package var history = 10.0

  /// Makes the defaults.
  package init() {}

  /// The constant numbers of a loop.
  ///
  /// - Throws: `InversionError.method` for a number that the method does not have, or one out of
  ///   its range.
  package init(of loop: PlanObjective.Loop) throws(InversionError) {
    for name in loop.numbers.map(\.name) + loop.scheduled {
      guard Self.names(of: loop.method).contains(name) else {
        throw .method(name, "is not known for this method")
      }
    }
    for number in loop.numbers {
      guard set(number.name, to: number.value) else {
        throw .method(number.name, "is out of its range")
      }
    }
  }

  /// The names of the numbers that a method has.
  static func names(of method: PlanObjective.Method) -> [String] {
    switch method {
    case .descent: ["rate", "momentum"]
    case .adam: ["rate", "beta1", "beta2", "epsilon"]
    case .lbfgs: ["rate", "history"]
    }
  }

  /// Sets a number by its name; false if there is none, or the value is impossible for it.
  package mutating func set(_ name: String, to value: Double) -> Bool {
    guard value.isFinite else { return false }
    switch name {
    case "rate": rate = value
    case "momentum": momentum = value
    case "beta1" where value >= 0 && value < 1: beta1 = value
    case "beta2" where value >= 0 && value < 1: beta2 = value
    case "epsilon" where value >= 0: epsilon = value
    case "history" where (1...1000).contains(value): history = value.rounded(.down)
    default: return false
    }
    return true
  }
}
