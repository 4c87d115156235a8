import TGTensor

/// Walks a JSON text that stays where it is: finds the members of objects and the ends of values.
/// What a value is, and whether it is one, `JSON` says.
struct JSONScanner {
  private var input: ByteReader

  /// The offset of the next byte.
  var position: Int { input.position }

  init(_ region: ByteRegion, at offset: Int = 0, window: Int = 1 << 16) {
    input = ByteReader(region, at: offset, window: window)
  }

  /// Walks the members of an object: `body` gets the scanner behind the colon, where it must pass the
  /// value, and the range of the name with its quotation marks.
  mutating func object(
    _ body: (inout JSONScanner, _ name: Range<Int>) throws(CheckpointFault) -> Void
  ) throws(CheckpointFault) {
    try expect(UInt8(ascii: "{"))
    skipSpace()
    if input.peek() == UInt8(ascii: "}") {
      _ = input.next()
      return
    }
    while true {
      skipSpace()
      let start = position
      guard input.peek() == UInt8(ascii: "\"") else { throw fault() }
      try string(limit: Safetensors.entryLimit)
      let name = start..<position
      skipSpace()
      try expect(UInt8(ascii: ":"))
      skipSpace()
      try body(&self, name)
      skipSpace()
      guard input.peek() == UInt8(ascii: ",") else { break }
      _ = input.next()
    }
    try expect(UInt8(ascii: "}"))
  }

  /// Demands that only white space follows.
  mutating func end() throws(CheckpointFault) {
    skipSpace()
    guard input.peek() == nil else {
      throw .safetensors(.json(JSONError(offset: position, fault: .trailing)))
    }
  }

  /// True if a string comes next.
  mutating func beginsString() -> Bool { input.peek() == UInt8(ascii: "\"") }

  /// Passes `null`, if it comes next.
  mutating func acceptNull() throws(CheckpointFault) -> Bool {
    guard input.peek() == UInt8(ascii: "n") else { return false }
    for byte in "null".utf8 { try expect(byte) }
    return true
  }

  /// Passes a value of at most so many bytes.
  mutating func value(limit: Int) throws(CheckpointFault) {
    let start = position
    var depth = 0
    while let byte = input.peek() {
      guard position - start <= limit else { throw .safetensors(.long(at: start, limit: limit)) }
      switch byte {
      case UInt8(ascii: "\""): try string(limit: limit)
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        _ = input.next()
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        guard depth > 0 else { return }
        depth -= 1
        _ = input.next()
      case UInt8(ascii: ","):
        guard depth > 0 else { return }
        _ = input.next()
        continue
      default:
        _ = input.next()
        if depth == 0 {
          // A number or a word, up to what cannot be part of one.
          while let next = input.peek(), !Self.ends.contains(next), position - start <= limit {
            _ = input.next()
          }
        }
      }
      if depth == 0 { return }
    }
  }

  private static let ends: Set<UInt8> = [0x20, 0x09, 0x0a, 0x0d, 0x2c, 0x5d, 0x7d]

  private mutating func string(limit: Int) throws(CheckpointFault) {
    let start = position
    _ = input.next()
    while let byte = input.next() {
      if byte == UInt8(ascii: "\"") { return }
      if byte == UInt8(ascii: "\\") { _ = input.next() }
      guard position - start <= limit else { throw .safetensors(.long(at: start, limit: limit)) }
    }
    throw fault()
  }

  private mutating func skipSpace() {
    while let byte = input.peek(), byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 {
      _ = input.next()
    }
  }

  private mutating func expect(_ byte: UInt8) throws(CheckpointFault) {
    guard input.peek() == byte else { throw fault() }
    _ = input.next()
  }

  private mutating func fault() -> CheckpointFault {
    let found = input.peek()
    return .safetensors(
      .json(JSONError(offset: position, fault: found.map { .unexpected($0) } ?? .unexpectedEnd)))
  }
}
