/// Plain numbers.
package struct TensorKind: InterfaceKind {
  package static let code = 7
  package static let word = "tensor"

  package init() {}

  package var source: InterfaceSource { .numbers(isCode: false) }
}

extension InterfaceItem.Kind {
  /// Plain numbers.
  package static let tensor = Self(TensorKind())
}
