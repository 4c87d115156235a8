/// How far along a direction: one amount, or `first:last:count` for so many, both ends included.
package struct AmountList: Hashable, Sendable {
  /// The amounts, at least one, all finite.
  package let amounts: [Float]

  /// The most amounts.
  package static let limit = 1000

  /// Reads a number or a range; nil if the text is neither.
  package init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard let first = parts.first.flatMap(Self.number) else { return nil }
    switch parts.count {
    case 1: amounts = [Float(first)]
    case 3:
      guard let last = Self.number(parts[1]), let count = Int(parts[2]),
        (2...Self.limit).contains(count)
      else { return nil }
      amounts = (0..<count).map { step in
        step == count - 1
          ? Float(last) : Float(first + (last - first) * Double(step) / Double(count - 1))
      }
    default: return nil
    }
  }

  private static func number(_ text: Substring) -> Double? {
    guard let number = Double(text), Float(number).isFinite else { return nil }
    return number
  }
}
