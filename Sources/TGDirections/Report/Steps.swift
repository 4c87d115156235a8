/// What is measured of many codes at each of some amounts along a direction.
package struct Steps: Hashable, Sendable {
  /// The amounts, in the order in which the codes were moved.
  package let amounts: [Double]
  /// For each code a value at each amount.
  package let values: [[Double]]

  /// Makes a table; each row has as many values as there are amounts.
  package init(amounts: [Double], values: [[Double]]) {
    self.amounts = amounts
    self.values = values
  }

  /// How many codes rise with every step.
  package var rising: Int { count(<) }

  /// How many fall with every step.
  package var falling: Int { count(>) }

  private func count(_ isInOrder: (Double, Double) -> Bool) -> Int {
    values.count { row in zip(row, row.dropFirst()).allSatisfy { isInOrder($0, $1) } }
  }

  /// The mean over all codes at each amount.
  package var means: [Double] {
    amounts.indices.map { step in
      values.isEmpty ? 0 : values.reduce(0) { $0 + $1[step] } / Double(values.count)
    }
  }

  /// The slope of the line that fits all values best (least squares).
  package var slope: Double {
    let middle = amounts.reduce(0, +) / Double(max(1, amounts.count))
    let spread = amounts.reduce(0) { $0 + ($1 - middle) * ($1 - middle) }
    guard spread > 0 else { return 0 }
    return zip(amounts, means).reduce(0) { $0 + ($1.0 - middle) * $1.1 } / spread
  }
}
