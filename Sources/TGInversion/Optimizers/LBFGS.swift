/// Limited-memory BFGS (Nocedal & Wright 2006, algorithms 7.4 and 7.5) with a strong Wolfe line
/// search, as `torch.optim.LBFGS(line_search_fn="strong_wolfe")`, one evaluation at a time. Below a
/// loss of 0.01 it goes on where PyTorch's fixed tolerances end.
///
/// Vectors are float32, scalars double. Where the quasi-Newton direction does not lead down, what was
/// remembered is dropped and the search starts along the negative gradient.
package struct LBFGS: Hashable, Sendable {
  /// A remembered step: x and gradient changed by so much.
  package struct Pair: Hashable, Sendable {
    /// The change of the variables, s.
    package var step: [Float]
    /// The change of the gradient, y.
    package var change: [Float]

    /// Makes a pair.
    package init(step: [Float], change: [Float]) {
      self.step = step
      self.change = change
    }
  }

  /// The largest component of the gradient at which there is nothing to do.
  static let smallestGradient = 1e-7
  /// The least that a search must move a variable.
  static let smallestStep = 1e-9

  /// The steps remembered, oldest first.
  package var pairs: [Pair] = []
  /// The scale of the first approximation of the inverse Hessian, `s · y / y · y`.
  package var scale = 1.0
  /// Where the search began.
  package var start: [Float] = []
  /// Where it leads.
  package var direction: [Float] = []
  /// The search going on; nil before the first evaluation.
  package var search: LineSearch?

  /// A method at its beginning.
  package init() {}

  /// The least that a search must change a loss: 1e-9, as in PyTorch, but of a small loss no more than
  /// float32 can tell; a mean squared error of 1e-6 can still fall.
  private static func smallestChange(of loss: Double) -> Double { min(1e-9, 1e-7 * abs(loss)) }

  /// Takes an evaluation and chooses the next point; see `Optimizer.advance`.
  package mutating func advance(
    _ point: inout [Float], loss: Double, gradient: [Float], numbers: MethodNumbers
  ) -> StopReason? {
    guard var search else {
      if gradient.largestMagnitude <= Self.smallestGradient { return .gradient }
      direction = gradient
      direction.scale(by: -1)
      return begin(
        at: &point, loss: loss, gradient: gradient,
        step: min(1, 1 / gradient.magnitudeSum) * numbers.rate, numbers: numbers)
    }
    self.search = nil
    let end = search.take(
      LineSearch.Trial(
        step: search.step, loss: loss, slope: gradient.dot(direction), gradient: gradient))
    guard let end else {
      move(&point, by: search.step)
      self.search = search
      return nil
    }
    move(&point, by: end.step)
    let origin = search.origin
    if end.gradient.largestMagnitude <= Self.smallestGradient { return .gradient }
    if abs(end.step) * search.reach <= Self.smallestStep { return .change }
    if abs(end.loss - origin.loss) <= Self.smallestChange(of: origin.loss) { return .change }
    remember(
      step: end.step, from: origin.gradient, to: end.gradient,
      least: 0.1 * Self.smallestChange(of: origin.loss), numbers: numbers)
    direction = inverseHessian(times: end.gradient)
    direction.scale(by: -1)
    return begin(
      at: &point, loss: end.loss, gradient: end.gradient, step: numbers.rate, numbers: numbers)
  }

  /// Begins a search along `direction`, or along the negative gradient if that does not lead down.
  private mutating func begin(
    at point: inout [Float], loss: Double, gradient: [Float], step: Double,
    numbers: MethodNumbers
  ) -> StopReason? {
    var step = step
    var slope = gradient.dot(direction)
    let least = Self.smallestChange(of: loss)
    if !(slope <= -least), !pairs.isEmpty {
      pairs = []
      scale = 1
      direction = gradient
      direction.scale(by: -1)
      slope = gradient.dot(direction)
      step = min(1, 1 / gradient.magnitudeSum) * numbers.rate
    }
    guard slope <= -least else { return .flat }
    start = point
    search = LineSearch(
      origin: .init(step: 0, loss: loss, slope: slope, gradient: gradient),
      reach: direction.largestMagnitude, step: step)
    move(&point, by: step)
    return nil
  }

  private func move(_ point: inout [Float], by step: Double) {
    point = start
    point.add(step, times: direction)
  }

  private mutating func remember(
    step: Double, from old: [Float], to new: [Float], least: Double, numbers: MethodNumbers
  ) {
    var pair = Pair(step: direction, change: new)
    pair.step.scale(by: step)
    pair.change.add(-1, times: old)
    let curvature = pair.change.dot(pair.step)
    guard curvature > least else { return }
    pairs.append(pair)
    pairs.removeFirst(max(0, pairs.count - Int(numbers.history)))
    scale = curvature / pair.change.dot(pair.change)
  }

  /// The product of the approximate inverse Hessian with a vector, by two loops over the pairs.
  private func inverseHessian(times vector: [Float]) -> [Float] {
    var result = vector
    var shares: [Double] = []
    for pair in pairs.reversed() {
      let share = pair.step.dot(result) / pair.change.dot(pair.step)
      shares.append(share)
      result.add(-share, times: pair.change)
    }
    result.scale(by: scale)
    for pair in pairs {
      let back = pair.change.dot(result) / pair.change.dot(pair.step)
      result.add((shares.popLast() ?? 0) - back, times: pair.step)
    }
    return result
  }
}
