/// How a node is translated: lines are added to the page, and the values of its results returned.
typealias Operator = @Sendable (inout Translation, Call) throws -> [PageValue]

extension Translation {
  /// All operators that are translated, by name.
  static let operators: [String: Operator] = {
    var table: [String: Operator] = [:]
    for part in [
      pointwise, arithmetic, shaping, selecting, linear, reductions, spatial, normalizing,
      recurrent,
    ] {
      table.merge(part) { first, _ in first }
    }
    return table
  }()
}
