import TGTestSupport

extension SeededNumbers {
  /// A number in a range.
  mutating func int(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

  /// True once in `times`.
  mutating func chance(_ times: Int) -> Bool { int(1...times) == 1 }

  /// One of a list.
  mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[int(0...(elements.count - 1))]
  }
}
