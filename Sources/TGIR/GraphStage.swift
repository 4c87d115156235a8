/// When a value is known. Stages are ordered by time; what is known at one is known at all later ones.
///
/// A function that is run as a whole (an entry point) has two: `constant`, what follows from weights
/// and constants alone, which may be computed once before everything, and `given`, the rest. An
/// objective of n loops has more: `once(after: 0)`, which is `given`; `round(0)`; `projection(0)`;
/// `once(after: 1)`; and so on up to `once(after: n)`, its end.
package enum GraphStage: Hashable, Sendable {
  /// Before anything is given: what depends on no input.
  case constant
  /// Once, when that many loops are done; after 0 loops all that the user gives is known.
  case once(after: Int)
  /// In each round of the loop of that index, up to the update of the variables.
  case round(Int)
  /// In each round of that loop, after the update.
  case projection(Int)

  /// When the inputs of a function are known.
  package static let given = GraphStage.once(after: 0)

  /// The position in the order of time.
  private var moment: Int {
    switch self {
    case .constant: -1
    case .once(let loops): 3 * loops
    case .round(let loop): 3 * loop + 1
    case .projection(let loop): 3 * loop + 2
    }
  }
}

extension GraphStage: Comparable {
  /// Orders by time.
  package static func < (a: Self, b: Self) -> Bool { a.moment < b.moment }
}

extension GraphStage: LosslessStringConvertible {
  /// The stage as IR text has it: `constant`, `once 0`, `round 0`, `projection 0`.
  package var description: String {
    switch self {
    case .constant: "constant"
    case .once(let loops): "once \(loops)"
    case .round(let loop): "round \(loop)"
    case .projection(let loop): "projection \(loop)"
    }
  }

  /// Reads what `description` writes; nil for anything else.
  package init?(_ description: String) {
    let words = description.split(separator: " ", omittingEmptySubsequences: false)
    let count = words.count == 2 ? Int(words[1]) : nil
    switch (words.first, count) {
    case ("constant", nil) where words.count == 1: self = .constant
    case ("once", let loops?) where loops >= 0: self = .once(after: loops)
    case ("round", let loop?) where loop >= 0: self = .round(loop)
    case ("projection", let loop?) where loop >= 0: self = .projection(loop)
    default: return nil
    }
  }
}
