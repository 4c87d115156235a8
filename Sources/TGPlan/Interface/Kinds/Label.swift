package import TGTensor

/// Class numbers `[N]`, `0 ..< count`.
package struct LabelKind: InterfaceKind {
  package static let code = 3
  package static let word = "label"

  private var count = 0

  package init() {}

  fileprivate init(count: Int) { self.count = count }

  package init(declared type: some KindDeclaration) throws {
    try type.demand(sizes: 1, of: Self.self, example: "Label[10]: classes")
    count = type.sizes[0]
    guard count <= 1 << 24 else {
      throw KindError(
        "limit", "a label has at most 16777216 classes, not \(count)",
        hint: "ids are whole numbers of float32")
    }
  }

  package mutating func visit<Archive: PlanArchive>(
    _ archive: inout Archive
  ) throws(Archive.Failure) {
    try archive.number("count", &count)
  }

  package func check(_ item: InterfaceItem, by rules: KindRules) throws(PlanError) {
    try rules.rank(1, of: item)
    guard count >= 1, count <= rules.limits.extent else { throw PlanError(.item(.classes(count))) }
  }

  package var source: InterfaceSource { .classes(count: count) }

  /// The size is the number of classes: an item is one number.
  package func itemShape(declared sizes: [Int]) -> [Int] { [] }

  package var members: [(String, JSON)] { [("classes", .integer(count))] }

  package var details: String { "0 ..< \(count)" }

  package func demand(of item: InterfaceItem) -> String {
    "a class number for '\(item.name)', 0 to \(count - 1)"
  }

  package func remedy(of item: InterfaceItem) -> String {
    "say --input \(item.name)=0, or \(item.name)=FILE.npy"
  }
}

extension InterfaceItem.Kind {
  /// Class numbers, `0 ..< count`.
  package static func label(count: Int) -> Self { Self(LabelKind(count: count)) }
}
