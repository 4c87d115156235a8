/// A latent code: what edits and inversions work on.
package struct LatentKind: InterfaceKind {
  package static let code = 6
  package static let word = "latent"

  package init() {}

  package var source: InterfaceSource { .numbers(isCode: true) }

  package func demand(of item: InterfaceItem) -> String {
    "a latent code for '\(item.name)' \(item.shapeTextForAnyBatch)"
  }
}

extension InterfaceItem.Kind {
  /// A latent code.
  package static let latent = Self(LatentKind())
}
