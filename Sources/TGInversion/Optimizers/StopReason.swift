/// Why the minimisation of an item ended.
package enum StopReason: String, Hashable, Sendable, CaseIterable {
  /// All rounds were done.
  case rounds
  /// The largest component of the gradient is at most 1e-7 (L-BFGS).
  case gradient
  /// A search moved no variable by 1e-9, or the loss by 1e-9 or 1e-7 of itself (L-BFGS).
  case change
  /// Not even along the negative gradient is the loss steeper than that (L-BFGS).
  case flat
  /// The loss reached what the user asked for.
  case stopLoss = "stop-loss"
  /// The loss did not fall for as many rounds as the user is willing to wait.
  case patience
  /// The loss, the gradient or a number of the method became infinite or no number.
  case notFinite = "not-finite"
  /// The objective was left out, because an earlier loop ended with `notFinite`.
  case skipped

  /// What it means, in a few words.
  package var explanation: String {
    switch self {
    case .rounds: "all rounds done"
    case .gradient: "the gradient is at most 1e-7"
    case .change: "nothing changes any more"
    case .flat: "no direction leads down"
    case .stopLoss: "the loss of --stop-loss is reached"
    case .patience: "no improvement for as long as --patience says"
    case .notFinite: "a value became infinite or no number"
    case .skipped: "left out after a value that is not finite"
    }
  }
}
