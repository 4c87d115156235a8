/// A type of the interface as a page declares it, `Image[3, 64, 64](-1 ... 1, fit: "crop")`: what
/// a kind reads itself from.
package protocol KindDeclaration {
  /// What stands in the brackets.
  var sizes: [Int] { get }
  /// The sizes as a page writes them, `[3, 64, 64]`.
  var sizesText: String { get }
  /// A range of numbers that go up, as float32 too; nil if it is not stated.
  ///
  /// - Throws: if something else stands there.
  func range(_ label: String) throws -> ClosedRange<Float>?
  /// A word; nil if it is not stated.
  ///
  /// - Parameter allowed: what it may be; nil for anything.
  /// - Throws: if something else stands there.
  func word(_ label: String, of allowed: [String]?) throws -> String?
}

extension KindDeclaration {
  /// Makes sure of the number of sizes.
  ///
  /// - Parameter example: a right type and what its sizes are.
  /// - Throws: `KindError`.
  package func demand(
    sizes count: Int, of kind: (some InterfaceKind).Type, example: String
  ) throws {
    guard sizes.count == count else {
      throw KindError(
        "type", "`\(kind.typeName)` has \(count) sizes, not \(sizes.count)",
        hint: "as in \(example)")
    }
  }
}

extension InterfaceKind {
  /// The kind's name in a page: its word with a capital.
  package static var typeName: String { word.prefix(1).uppercased() + word.dropFirst() }
}

/// Why a page's type is no kind; becomes a finding at the type, or at what stands behind a label.
package struct KindError: Error {
  /// The id of the finding.
  package var id: String
  /// What was found and what was expected.
  package var message: String
  /// What to do about it.
  package var hint: String?
  /// The argument that is meant; nil for the whole type.
  package var label: String?

  /// Makes an error.
  package init(_ id: String, _ message: String, hint: String? = nil, label: String? = nil) {
    self.id = id
    self.message = message
    self.hint = hint
    self.label = label
  }
}
