/// A search along a direction for a step that fulfils the strong Wolfe conditions (Nocedal & Wright,
/// "Numerical Optimization", 2006, algorithms 3.5 and 3.6, interpolation by 3.59), one evaluation at
/// a time, with the bounds and safeguards of `torch.optim.LBFGS`.
///
/// With φ(t) the loss at `start + t · direction`: φ(t) ≤ φ(0) + 1e-4 · t · φ'(0) and
/// |φ'(t)| ≤ 0.9 · |φ'(0)|.
package struct LineSearch: Hashable, Sendable {
  /// An evaluated step.
  package struct Trial: Hashable, Sendable {
    /// t.
    package var step: Double
    /// φ(t).
    package var loss: Double
    /// φ'(t).
    package var slope: Double
    /// The gradient there.
    package var gradient: [Float]

    /// Makes a trial.
    package init(step: Double, loss: Double, slope: Double, gradient: [Float]) {
      self.step = step
      self.loss = loss
      self.slope = slope
      self.gradient = gradient
    }
  }

  /// How far a search is.
  package enum Phase: String, Hashable, Sendable, CaseIterable {
    /// Steps grow until an interval holds a good one.
    case bracketing
    /// The interval shrinks.
    case zooming
  }

  /// The most evaluations after the first.
  static let limit = 25
  /// The interval, times the largest component of the direction, below which a search ends.
  static let smallestChange = 1e-9

  /// The step 0.
  package var origin: Trial
  /// The largest component of the direction.
  package var reach: Double
  /// The step to be evaluated.
  package var step: Double
  /// How far the search is.
  package var phase = Phase.bracketing
  /// Evaluations after the first.
  package var evaluations = 0
  /// In `bracketing` the trial before; in `zooming` the better end of the interval.
  package var low: Trial
  /// In `zooming` the other end.
  package var high: Trial
  /// True if the last trial came close to an end of the interval.
  package var isStuck = false

  /// Begins a search.
  package init(origin: Trial, reach: Double, step: Double) {
    self.origin = origin
    self.reach = reach
    self.step = step
    low = origin
    high = origin
  }

  /// Takes the evaluation of `step`.
  ///
  /// - Returns: the end of the search; nil if the new `step` is to be evaluated.
  package mutating func take(_ trial: Trial) -> Trial? {
    switch phase {
    case .bracketing: bracket(trial)
    case .zooming: zoom(trial)
    }
  }

  private func risesTooMuch(_ trial: Trial) -> Bool {
    trial.loss > origin.loss + 1e-4 * trial.step * origin.slope
  }

  private func isFlatEnough(_ trial: Trial) -> Bool { abs(trial.slope) <= -0.9 * origin.slope }

  private mutating func bracket(_ trial: Trial) -> Trial? {
    guard evaluations < Self.limit else { return origin.loss <= trial.loss ? origin : trial }
    let rises = risesTooMuch(trial) || (evaluations > 1 && trial.loss >= low.loss)
    if !rises, isFlatEnough(trial) { return trial }
    if rises || trial.slope >= 0 {
      phase = .zooming
      high = trial
      order()
      return shrink()
    }
    let next = Self.minimum(
      low, trial, from: trial.step + 0.01 * (trial.step - low.step), to: trial.step * 10)
    low = trial
    step = next
    evaluations += 1
    return nil
  }

  private mutating func zoom(_ trial: Trial) -> Trial? {
    evaluations += 1
    if risesTooMuch(trial) || trial.loss >= low.loss {
      high = trial
      order()
      return shrink()
    }
    if isFlatEnough(trial) { return trial }
    if trial.slope * (high.step - low.step) >= 0 { high = low }
    low = trial
    return shrink()
  }

  /// Makes `low` the end with the smaller loss.
  private mutating func order() {
    if high.loss < low.loss { swap(&low, &high) }
  }

  /// Chooses the next step inside the interval; the end of the search if there is none.
  private mutating func shrink() -> Trial? {
    let (first, last) = (min(low.step, high.step), max(low.step, high.step))
    guard evaluations < Self.limit, (last - first) * reach >= Self.smallestChange else {
      return low
    }
    var next = Self.minimum(low, high, from: first, to: last)
    let margin = 0.1 * (last - first)
    if min(last - next, next - first) < margin {
      if isStuck || next >= last || next <= first {
        next = last - next < next - first ? last - margin : first + margin
        isStuck = false
      } else {
        isStuck = true
      }
    } else {
      isStuck = false
    }
    step = next
    return nil
  }

  /// Where the cubic through the losses and slopes of two trials is least, kept between `lower` and
  /// `upper`; their middle if it has no minimum.
  static func minimum(
    _ a: Trial, _ b: Trial, from lower: Double, to upper: Double
  ) -> Double {
    let (left, right) = a.step <= b.step ? (a, b) : (b, a)
    let d1 = left.slope + right.slope - 3 * (left.loss - right.loss) / (left.step - right.step)
    let discriminant = d1 * d1 - left.slope * right.slope
    let middle = (lower + upper) / 2
    guard discriminant >= 0 else { return middle }
    let d2 = discriminant.squareRoot()
    let step =
      right.step - (right.step - left.step)
      * ((right.slope + d2 - d1) / (right.slope - left.slope + 2 * d2))
    guard step.isFinite else { return middle }
    return min(max(step, lower), upper)
  }
}
