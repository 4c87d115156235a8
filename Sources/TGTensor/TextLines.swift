/// The lines of a text that somebody else wrote, for findings that say where: without their ends (LF, or
/// CR and LF) and without the mark of the order of bytes; lines of spaces are passed over.
package struct TextLines: Sequence, IteratorProtocol {
  /// A line.
  package struct Line {
    /// From 1, lines of spaces counted.
    package let number: Int
    /// Its bytes, in no known encoding.
    package let bytes: ArraySlice<UInt8>
  }

  private let bytes: [UInt8]
  private var position: Int
  private var number = 0

  /// The lines of bytes.
  package init(_ bytes: [UInt8]) {
    self.bytes = bytes
    position = 0
  }

  /// The next line that has more than spaces; nil at the end.
  package mutating func next() -> Line? {
    while position < bytes.count {
      let end = bytes[position...].firstIndex(of: 0x0A) ?? bytes.count
      let line = bytes[position..<end]
      position = end + 1
      number += 1
      if let content = Self.content(of: line, number: number) {
        return Line(number: number, bytes: content)
      }
    }
    return nil
  }

  /// What stands in a line whose line feed was taken off; nil for spaces only.
  package static func content(of line: ArraySlice<UInt8>, number: Int) -> ArraySlice<UInt8>? {
    var content = line
    if number == 1, content.starts(with: [0xEF, 0xBB, 0xBF]) { content.removeFirst(3) }
    if content.last == 0x0D { content.removeLast() }
    return content.contains { $0 != 0x20 && $0 != 0x09 } ? content : nil
  }
}
