package import TGPlan

/// Numbers given for an input that leave the range which the plan states for it, such as bytes for
/// a picture of -1 ... 1.
package struct Overshoot: Hashable, Sendable {
  /// The input.
  package let item: InterfaceItem
  /// The smallest and the largest number given.
  package let found: ClosedRange<Float>
  /// What the plan states.
  package let wanted: ClosedRange<Float>

  /// What rounding may add at either end, as a part of the range.
  private static let tolerance: Float = 1e-3

  /// Compares numbers with an input's range; nil if they lie in it, or no range is stated.
  package init?(of elements: [Float], for item: InterfaceItem) {
    guard let wanted = item.kind.range, let low = elements.min(), let high = elements.max(),
      low <= high
    else { return nil }
    let slack = (wanted.upperBound - wanted.lowerBound) * Self.tolerance
    guard low < wanted.lowerBound - slack || high > wanted.upperBound + slack else { return nil }
    self.item = item
    self.wanted = wanted
    found = low...high
  }

  /// What was seen and what the plan wants.
  package var message: String {
    "\(item.name): values from \(Self.text(found.lowerBound)) to \(Self.text(found.upperBound)), "
      + "the plan wants \(Self.text(wanted.lowerBound)) ... \(Self.text(wanted.upperBound))"
  }

  /// How to bring the numbers into the range.
  package var hint: String {
    let usual: [ClosedRange<Float>] = [0...1, -1...1, 0...255]
    guard let source = usual.first(where: { $0.holds(found) && $0 != wanted }) else {
      return "bring the numbers into the range before they are given"
    }
    let (low, width) = (
      Double(wanted.lowerBound), Double(wanted.upperBound) - Double(wanted.lowerBound)
    )
    let scale = width / (Double(source.upperBound) - Double(source.lowerBound))
    let shift = low - Double(source.lowerBound) * scale
    func text(_ value: Double) -> String { Self.text(Float(value)) }
    let factor = scale < 1 ? " / \(text(1 / scale))" : scale > 1 ? " * \(text(scale))" : ""
    let term = shift == 0 ? "" : shift < 0 ? " - \(text(-shift))" : " + \(text(shift))"
    return "numbers of \(Self.text(source.lowerBound)) ... \(Self.text(source.upperBound)) come "
      + "into the range by x\(factor)\(term)"
  }

  private static func text(_ value: Float) -> String {
    value == value.rounded() && abs(value) < 1e9 ? String(Int(value)) : "\(value)"
  }
}

extension ClosedRange<Float> {
  /// True if another range lies in this one.
  fileprivate func holds(_ other: ClosedRange<Float>) -> Bool {
    lowerBound <= other.lowerBound && other.upperBound <= upperBound
  }
}
