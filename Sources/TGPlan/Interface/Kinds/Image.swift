package import TGTensor

/// A picture `[N, C, H, W]`, C 1 or 3, with values in a range.
package struct ImageKind: InterfaceKind {
  package static let code = 0
  package static let word = "image"
  package static let labels = ["range", "fit", "filter"]

  private var rule = PictureRule(low: 0, high: 0, fit: "", filter: "")

  package init() {}

  fileprivate init(_ rule: PictureRule) { self.rule = rule }

  package init(declared type: some KindDeclaration) throws {
    try type.demand(
      sizes: 3, of: Self.self, example: "Image[3, 64, 64](-1 ... 1): channels, height, width")
    guard let range = try type.range("range") else {
      throw KindError(
        "type", "an Image states the range of its values",
        hint: "as in Image\(type.sizesText)(-1 ... 1)")
    }
    guard type.sizes[0] == 1 || type.sizes[0] == 3 else {
      throw KindError(
        "channels", "a picture has 1 or 3 channels, not \(type.sizes[0])",
        hint: "Tensor\(type.sizesText) is for numbers that are no picture")
    }
    let fit = try type.word("fit", of: ["crop", "stretch", "pad"]) ?? ""
    let filter =
      try type.word("filter", of: ["bilinear", "bicubic", "lanczos", "box", "nearest"]) ?? ""
    guard !fit.isEmpty || filter.isEmpty else {
      throw KindError(
        "convention", "a filter without a fit: pictures of another size are refused",
        hint: "say how they are fitted: fit: \"crop\", \"stretch\" or \"pad\"")
    }
    rule = PictureRule(
      low: range.lowerBound, high: range.upperBound, fit: fit,
      filter: fit.isEmpty || !filter.isEmpty ? filter : "bilinear")
  }

  package mutating func visit<Archive: PlanArchive>(
    _ archive: inout Archive
  ) throws(Archive.Failure) {
    try archive.float("low", &rule.low)
    try archive.float("high", &rule.high)
    try archive.string("fit", &rule.fit)
    try archive.string("filter", &rule.filter)
  }

  package func check(_ item: InterfaceItem, by rules: KindRules) throws(PlanError) {
    try rules.rank(4, of: item)
    try rules.range(rule.low, rule.high)
    guard [1, 3].contains(item.view.dimensions[1]) else {
      throw PlanError(.item(.channels(item.view.dimensions[1])))
    }
    guard PlanName.isWords(rule.fit), PlanName.isWords(rule.filter) else {
      throw PlanError(.item(.words))
    }
  }

  package var source: InterfaceSource { .picture(rule) }

  package var range: ClosedRange<Float>? { rule.low <= rule.high ? rule.low...rule.high : nil }

  package var members: [(String, JSON)] {
    var members = [("range", JSON.range(rule.low, rule.high))]
    if !rule.fit.isEmpty { members.append(("fit", .string(rule.fit))) }
    if !rule.filter.isEmpty { members.append(("filter", .string(rule.filter))) }
    return members
  }

  package var details: String {
    let words = [rule.fit, rule.filter].filter { !$0.isEmpty }
    return ([rule.low.plain + " ... " + rule.high.plain] + words).joined(separator: ", ")
  }

  package func demand(of item: InterfaceItem) -> String { "a picture for '\(item.name)'" }

  package func remedy(of item: InterfaceItem) -> String { "name a picture on the command line" }
}

extension InterfaceItem.Kind {
  /// A picture with values in `low ... high`; how one of another size is fitted, and by which
  /// filter (empty: not at all).
  package static func image(low: Float, high: Float, fit: String, filter: String) -> Self {
    Self(ImageKind(PictureRule(low: low, high: high, fit: fit, filter: filter)))
  }
}
