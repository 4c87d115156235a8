/// One text that diagnostics can point into, with its lines found.
package struct SourceFile: Hashable, Sendable {
  /// The name shown in messages, usually a path as the user wrote it.
  package let name: String
  /// The UTF-8 bytes.
  package let bytes: [UInt8]
  /// The byte offset at which each line starts; line 1 at index 0.
  package let lineStarts: [Int]

  /// Takes the bytes of a file and finds its lines (ended by LF, CR LF or CR).
  package init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
    var starts = [0]
    for (index, byte) in bytes.enumerated() {
      let carriageReturn = byte == 0x0D && !(index + 1 < bytes.count && bytes[index + 1] == 0x0A)
      if byte == 0x0A || carriageReturn { starts.append(index + 1) }
    }
    lineStarts = starts
  }

  /// Takes the text of a file.
  package init(name: String, text: String) { self.init(name: name, bytes: Array(text.utf8)) }

  /// The line and column, both from 1 and the column in characters, of a byte offset.
  package func position(of offset: Int) -> (line: Int, column: Int) {
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    let end = min(max(offset, lineStarts[low]), bytes.count)
    let before = String(decoding: bytes[lineStarts[low]..<end], as: UTF8.self)
    return (low + 1, before.count + 1)
  }

  /// The text of a line, counted from 1, without its line end.
  package func line(_ number: Int) -> String {
    guard number >= 1, number <= lineStarts.count else { return "" }
    let start = lineStarts[number - 1]
    var end = number < lineStarts.count ? lineStarts[number] : bytes.count
    while end > start, bytes[end - 1] == 0x0A || bytes[end - 1] == 0x0D { end -= 1 }
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }
}

/// A range of a source text: a file by its index in a `SourceTable`, and bytes.
package struct SourceRange: Hashable, Sendable {
  /// The index of the file in its `SourceTable`.
  package var file: Int
  /// The first byte.
  package var start: Int
  /// The byte after the last.
  package var end: Int

  /// Makes a range of bytes `start ..< end` of a file.
  package init(file: Int, start: Int, end: Int) {
    self.file = file
    self.start = start
    self.end = end
  }

  /// The smallest range that holds both; the left one's file.
  package func merged(with other: SourceRange) -> SourceRange {
    SourceRange(file: file, start: min(start, other.start), end: max(end, other.end))
  }
}

/// The files of one compilation, in the order in which they were opened.
package struct SourceTable: Sendable {
  /// The files; a `SourceRange` names one by its index.
  package private(set) var files: [SourceFile] = []

  /// Makes an empty table.
  package init() {}

  /// Adds a file and returns its index.
  package mutating func add(_ file: SourceFile) -> Int {
    files.append(file)
    return files.count - 1
  }
}
