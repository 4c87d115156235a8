import TGTensor

/// The fields of a message of Protocol Buffers, one after the other, each checked against the bytes
/// that are left.
struct ProtoReader {
  /// A field.
  struct Field {
    /// Its number.
    let number: Int
    /// What it holds.
    let value: Value
  }

  /// What a field holds.
  enum Value {
    /// A varint, or the bits of a number of 32 or 64 bits.
    case number(UInt64, Kind)
    /// The place of bytes in the message: a text, a message, a packed list.
    case bytes(Range<Int>)
  }

  /// How a number is stored.
  enum Kind {
    case varint, fixed32, fixed64
  }

  /// The bytes of the message.
  let region: ByteRegion
  private let owner: String
  private var reader: ByteReader

  /// Reads a message; `owner` is whose record it is, for errors.
  init(_ region: ByteRegion, of owner: String) {
    self.region = region
    self.owner = owner
    reader = ByteReader(region, window: 4096)
  }

  /// The next field; nil at the end.
  ///
  /// - Throws: `TensorFlowFault.record`.
  mutating func next() throws(CheckpointFault) -> Field? {
    guard reader.remaining > 0 else { return nil }
    let tag = try varint()
    guard tag >> 3 > 0, tag >> 3 < 1 << 29 else { throw malformed }
    let number = Int(tag >> 3)
    switch tag & 7 {
    case 0: return Field(number: number, value: .number(try varint(), .varint))
    case 1: return Field(number: number, value: .number(try fixed(8), .fixed64))
    case 5: return Field(number: number, value: .number(try fixed(4), .fixed32))
    case 2:
      guard let range = reader.skip(try varint()) else { throw malformed }
      return Field(number: number, value: .bytes(range))
    default: throw malformed
    }
  }

  /// The next field of a number; nil at the end.
  ///
  /// - Throws: `TensorFlowFault.record`.
  mutating func next(_ number: Int) throws(CheckpointFault) -> Field? {
    while let field = try next() {
      if field.number == number { return field }
    }
    return nil
  }

  /// The error of a message that is none.
  var malformed: CheckpointFault { .tensorFlow(.record(owner)) }

  /// The message in a field.
  ///
  /// - Throws: `TensorFlowFault.record` for a field that is a number.
  func message(_ field: Field) throws(CheckpointFault) -> ByteRegion {
    guard case .bytes(let range) = field.value, let message = region.region(range) else {
      throw malformed
    }
    return message
  }

  /// The varint in a field.
  ///
  /// - Throws: `TensorFlowFault.record` for a field that is something else.
  func varint(_ field: Field) throws(CheckpointFault) -> UInt64 {
    guard case .number(let value, .varint) = field.value else { throw malformed }
    return value
  }

  /// The varint in a field, as a size, a count or an offset.
  ///
  /// - Throws: `TensorFlowFault.record` for a field that is something else, or beyond an `Int`.
  func size(_ field: Field) throws(CheckpointFault) -> Int {
    guard let value = Int(exactly: try varint(field)) else { throw malformed }
    return value
  }

  private mutating func varint() throws(CheckpointFault) -> UInt64 {
    guard let value = reader.varint() else { throw malformed }
    return value
  }

  private mutating func fixed(_ count: UInt64) throws(CheckpointFault) -> UInt64 {
    var value: UInt64 = 0
    for byte in 0..<count {
      guard let next = reader.next() else { throw malformed }
      value |= UInt64(next) << (8 * byte)
    }
    return value
  }
}

extension ByteReader {
  /// The next number of 7 bits a byte, lowest first; nil if it is cut off or longer than 64 bits.
  mutating func varint() -> UInt64? {
    var result: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard let byte = next() else { return nil }
      guard shift < 63 || byte <= 1 else { return nil }
      result |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return result }
    }
    return nil
  }
}
