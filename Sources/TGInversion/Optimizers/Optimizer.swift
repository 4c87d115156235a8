package import TGPlan

/// How the variables of one item are updated, with what the method remembers of earlier rounds.
///
/// The variables are one vector. All operations are done in a fixed order in float32, sums in
/// double, so that the same gradients give the same bits.
package enum Optimizer: Hashable, Sendable {
  /// Gradient descent with momentum.
  case descent(Descent)
  /// Adam.
  case adam(Adam)
  /// Limited-memory BFGS.
  case lbfgs(LBFGS)

  /// A method at its beginning, for so many variables.
  package init(_ method: PlanObjective.Method, count: Int) {
    switch method {
    case .descent: self = .descent(Descent(count: count))
    case .adam: self = .adam(Adam(count: count))
    case .lbfgs: self = .lbfgs(LBFGS())
    }
  }

  /// Updates the variables after an evaluation.
  ///
  /// - Parameters:
  ///   - point: the variables that were evaluated; the ones to be evaluated next.
  ///   - loss: the value, finite.
  ///   - gradient: one finite number for each variable.
  ///   - numbers: the numbers of this round.
  /// - Returns: why there is nothing more to be done; nil to go on.
  package mutating func advance(
    _ point: inout [Float], loss: Float, gradient: [Float], numbers: MethodNumbers
  ) -> StopReason? {
    switch self {
    case .descent(var method):
      self = .descent(Descent(count: 0))
      method.advance(&point, gradient: gradient, numbers: numbers)
      self = .descent(method)
      return nil
    case .adam(var method):
      // The case is emptied first, so that its vectors are changed in place.
      self = .adam(Adam(count: 0))
      method.advance(&point, gradient: gradient, numbers: numbers)
      self = .adam(method)
      return nil
    case .lbfgs(var method):
      self = .lbfgs(LBFGS())
      let reason = method.advance(
        &point, loss: Double(loss), gradient: gradient, numbers: numbers)
      self = .lbfgs(method)
      return reason
    }
  }

  /// True if the last point that was evaluated may be worse than an earlier one, so that the best is
  /// the result.
  package var searches: Bool {
    if case .lbfgs = self { true } else { false }
  }
}
