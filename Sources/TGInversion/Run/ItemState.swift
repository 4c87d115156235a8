/// What happened to one item in one loop.
package struct LoopRecord: Hashable, Sendable {
  /// The loss of each round.
  package var losses: [Float] = []
  /// The terms of each round, `[rounds, terms]` row-major.
  package var terms: [Float] = []
  /// Why the loop ended for the item; nil while it goes on.
  package var reason: StopReason?

  /// An empty record.
  package init() {}
}

/// Where the minimisation of one item stands.
package struct ItemState: Hashable, Sendable {
  /// The variables of the loop, one after the other.
  package var point: [Float]
  /// What the method remembers.
  package var optimizer: Optimizer
  /// The last point with a finite loss and gradient; empty before the first round.
  package var good: [Float] = []
  /// The point of the smallest loss; empty unless it may be the result.
  package var best: [Float] = []
  /// The point that the next round would have evaluated, where the best one is the result; else
  /// empty.
  package var next: [Float] = []
  /// The smallest loss of the loop.
  package var bestLoss = Float.infinity
  /// The round of the smallest loss; 0 or less for one before the run was continued.
  package var bestRound = 0
  /// One record for each loop that was begun.
  package var records: [LoopRecord]

  /// True if the item is not done in this loop.
  package var isActive: Bool { records.last?.reason == nil }

  /// True if a value was not finite in any loop.
  package var hasFailed: Bool { records.contains { $0.reason == .notFinite } }

  /// Ends the loop for the item; its point becomes the result.
  mutating func end(_ reason: StopReason, keepsBest: Bool) {
    records[records.count - 1].reason = reason
    if reason == .notFinite {
      if !good.isEmpty { point = good }
    } else if keepsBest, !best.isEmpty, reason != .stopLoss {
      if reason == .rounds { next = point }
      point = best
    }
  }

  /// Takes an evaluation and updates the point, or ends the loop.
  ///
  /// - Parameters:
  ///   - numbers: nil if a number of the method is impossible.
  /// - Returns: true if the point is a new one.
  mutating func take(
    loss: Float, terms: [Float], gradient: [Float], numbers: MethodNumbers?,
    settings: InversionSettings
  ) -> Bool {
    let last = records.count - 1
    records[last].losses.append(loss)
    records[last].terms += terms
    let keepsBest = optimizer.searches || settings.patience != nil
    guard let numbers, loss.isFinite, gradient.largestMagnitude < .infinity else {
      end(.notFinite, keepsBest: false)
      return false
    }
    good = point
    let round = records[last].losses.count
    if loss < bestLoss {
      (bestLoss, bestRound) = (loss, round)
      if keepsBest { best = point }
    }
    if let wanted = settings.stopLoss, Double(loss) <= wanted {
      end(.stopLoss, keepsBest: false)
      return false
    }
    if let patience = settings.patience, round - bestRound >= patience {
      end(.patience, keepsBest: true)
      return false
    }
    if let reason = optimizer.advance(&point, loss: loss, gradient: gradient, numbers: numbers) {
      end(reason, keepsBest: keepsBest)
      return false
    }
    return true
  }
}
