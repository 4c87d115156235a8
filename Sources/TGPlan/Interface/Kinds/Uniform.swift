package import TGTensor

/// Independent numbers, uniform in `low ..< high`, unless given.
package struct UniformKind: InterfaceKind {
  package static let code = 5
  package static let word = "uniform"
  package static let labels = ["range"]

  private var low: Float = 0
  private var high: Float = 0

  package init() {}

  fileprivate init(low: Float, high: Float) { (self.low, self.high) = (low, high) }

  package init(declared type: some KindDeclaration) throws {
    guard let range = try type.range("range") else {
      throw KindError(
        "type", "a Uniform states its range", hint: "as in Uniform\(type.sizesText)(0 ... 1)")
    }
    (low, high) = (range.lowerBound, range.upperBound)
  }

  package mutating func visit<Archive: PlanArchive>(
    _ archive: inout Archive
  ) throws(Archive.Failure) {
    try archive.float("low", &low)
    try archive.float("high", &high)
  }

  package func check(_ item: InterfaceItem, by rules: KindRules) throws(PlanError) {
    try rules.range(low, high)
  }

  package var source: InterfaceSource { .drawn(.uniform(low: low, high: high)) }

  package var range: ClosedRange<Float>? { low <= high ? low...high : nil }

  package var members: [(String, JSON)] { [("range", .range(low, high))] }

  package var details: String { "\(low.plain) ..< \(high.plain)" }
}

extension InterfaceItem.Kind {
  /// Independent numbers, uniform in `low ..< high`, unless given.
  package static func uniform(low: Float, high: Float) -> Self {
    Self(UniformKind(low: low, high: high))
  }
}
