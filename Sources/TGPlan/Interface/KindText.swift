internal import TGTensor

extension Float {
  /// The number as listings write it: whole ones without a point.
  package var plain: String {
    self == rounded() && abs(self) < 1e6 ? String(Int(self)) : "\(self)"
  }
}

extension JSON {
  /// Two bounds.
  static func range(_ low: Float, _ high: Float) -> JSON {
    .array([.number(Double(low)), .number(Double(high))])
  }
}
