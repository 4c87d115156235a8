/// Independent standard normal numbers unless given.
package struct NormalKind: InterfaceKind {
  package static let code = 4
  package static let word = "normal"

  package init() {}

  package var source: InterfaceSource { .drawn(.normal) }
}

extension InterfaceItem.Kind {
  /// Independent standard normal numbers unless given.
  package static let normal = Self(NormalKind())
}
