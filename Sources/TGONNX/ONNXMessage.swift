import TGTensor

/// A message of protobuf that is being written: a list of pieces with its length.
struct ONNXMessage {
  /// Bytes of our own, or those of a tensor where they lie.
  enum Piece: Sendable {
    case bytes([UInt8])
    case region(ByteRegion)
  }

  /// What was put so far.
  private(set) var pieces: [Piece] = []
  /// The bytes of all pieces.
  private(set) var count = 0

  /// Puts a number as a varint.
  mutating func number(_ field: Int, _ value: Int) {
    append(key(field, wire: 0) + varint(UInt64(bitPattern: Int64(value))))
  }

  /// Puts a number of float32.
  mutating func float(_ field: Int, _ value: Float) {
    append(key(field, wire: 5) + littleEndian(value))
  }

  /// Puts bytes with their length.
  mutating func bytes(_ field: Int, _ value: [UInt8]) {
    append(key(field, wire: 2) + varint(UInt64(value.count)) + value)
  }

  /// Puts a text, unless it is empty.
  mutating func text(_ field: Int, _ value: String) {
    if !value.isEmpty { bytes(field, Array(value.utf8)) }
  }

  /// Puts bytes where they lie.
  mutating func region(_ field: Int, _ value: ByteRegion) {
    append(key(field, wire: 2) + varint(UInt64(value.count)))
    pieces.append(.region(value))
    count += value.count
  }

  /// Puts a message inside of this one.
  ///
  /// - Throws: what `body` throws.
  mutating func message<Failure: Error>(
    _ field: Int, _ body: (inout ONNXMessage) throws(Failure) -> Void
  ) throws(Failure) {
    var inner = ONNXMessage()
    try body(&inner)
    append(key(field, wire: 2) + varint(UInt64(inner.count)))
    for piece in inner.pieces {
      switch piece {
      case .bytes(let bytes): append(bytes)
      case .region(let region):
        pieces.append(.region(region))
        count += region.count
      }
    }
  }

  /// Puts bytes at the end.
  private mutating func append(_ bytes: [UInt8]) {
    count += bytes.count
    if case .bytes(var tail)? = pieces.last {
      // Held once, so that it grows where it is.
      pieces.removeLast()
      tail += bytes
      pieces.append(.bytes(tail))
    } else {
      pieces.append(.bytes(bytes))
    }
  }

  private func key(_ field: Int, wire: UInt64) -> [UInt8] { varint(UInt64(field) << 3 | wire) }

  private func varint(_ value: UInt64) -> [UInt8] {
    var (rest, bytes): (UInt64, [UInt8]) = (value, [])
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  private func littleEndian(_ value: Float) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
  }
}
