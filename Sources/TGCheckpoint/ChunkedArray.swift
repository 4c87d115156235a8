/// Elements in pieces of equal size: growing copies nothing that is there, so that a table never
/// needs more than its own size at once.
struct ChunkedArray<Element> {
  private var pieces: [[Element]] = []
  /// The number of elements.
  private(set) var count = 0

  private static var shift: Int { 13 }
  private static var mask: Int { 1 << shift - 1 }

  /// Adds an element at the end.
  mutating func append(_ element: Element) {
    if count & Self.mask == 0 {
      var piece: [Element] = []
      if count > 0 { piece.reserveCapacity(1 << Self.shift) }
      pieces.append(piece)
    }
    pieces[count >> Self.shift].append(element)
    count += 1
  }

  /// The element at an index; traps outside.
  subscript(index: Int) -> Element {
    get { pieces[index >> Self.shift][index & Self.mask] }
    set { pieces[index >> Self.shift][index & Self.mask] = newValue }
  }
}

extension ChunkedArray: Sendable where Element: Sendable {}
