/// Numbers from 0 to 1 that say where something counts: 1 on words, 0 on padding.
package struct MaskKind: InterfaceKind {
  package static let code = 8
  package static let word = "mask"

  package init() {}

  package var source: InterfaceSource { .numbers(isCode: false) }

  package var range: ClosedRange<Float>? { 0...1 }

  package var details: String { "0 ... 1" }
}
