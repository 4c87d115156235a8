internal import TGProtobuf

/// What is wrong with the bytes of a message section.
package enum MessageFault: Hashable, Sendable {
  /// A length or a number reaches past the end of its message.
  case truncated
  /// A number of more than ten bytes or 64 bits.
  case oversizedNumber
  /// A field number that the schema does not have there.
  case unknownField(Int)
  /// A wire type, groups included, that the field does not have.
  case wireType(Int)
  /// A field that may stand once stands twice.
  case duplicate
  /// A required field is missing.
  case missing
  /// A number that is none of the field's choices.
  case choice(Int)
  /// A text that is not UTF-8 or has control characters.
  case text
  /// An instruction is of no kind, or of several.
  case notOneInstruction
}

/// A walk over the bytes of a message before protobuf-c unpacks them.
///
/// It follows the generated descriptors with a stack of its own, so that nesting costs no call
/// depth, and accepts only what the schema allows. It allocates nothing that grows with the input.
struct MessageScan {
  /// Accepts a message that unpacks and decodes into no more than about `memory` bytes.
  ///
  /// - Throws: `PlanError` at the first byte that does not fit the schema or the memory.
  static func check(_ bytes: [UInt8], as type: MessageType, memory: Int) throws(PlanError) {
    var scan = MessageScan(bytes: bytes, type: type)
    while try scan.step() {
      guard scan.memory <= memory else {
        throw PlanError(.loadingMemory(atLeast: scan.memory, allowed: memory))
      }
    }
  }

  /// A message that has begun and not ended.
  private struct Frame {
    let type: MessageType
    let end: Int
    /// One bit per field that has been met.
    var seen: UInt64 = 0
  }

  /// The schema is flat, so this is never reached by a message that follows it.
  private static let maximumDepth = 16
  /// What one allocation of the C library costs beyond its size, with the Swift value beside it.
  private static let allocation = 48
  /// The C library's notes on a field while it unpacks, twice because its tables double. They go
  /// when a message is done, so only fields that stand any number of times matter.
  private static let fieldNote = 64

  private let bytes: [UInt8]
  private var position = 0
  private var frames: [Frame]
  private var memory = 0
  private var field: FieldType?

  private init(bytes: [UInt8], type: MessageType) {
    self.bytes = bytes
    frames = [Frame(type: type, end: bytes.count)]
    memory = MessageScan.allocation + type.size
  }

  private var frame: Frame { frames[frames.count - 1] }

  private func failure(_ fault: MessageFault, at offset: Int? = nil) -> PlanError {
    PlanError(
      .message(fault, type: frame.type.name, field: field?.name, offset: offset ?? position))
  }

  /// Reads one field; false when all has been read.
  private mutating func step() throws(PlanError) -> Bool {
    while position == frame.end {
      try finish()
      if frames.isEmpty { return false }
    }
    let start = position
    field = nil
    let key = try varint()
    guard let number = UInt32(exactly: key >> 3), let field = frame.type.field(numbered: number)
    else { throw failure(.unknownField(Int(truncatingIfNeeded: key >> 3)), at: start) }
    self.field = field
    guard key & 7 == wireType(of: field) else {
      throw failure(.wireType(Int(key & 7)), at: start)
    }
    let bit = UInt64(1) << UInt64(field.index)
    guard field.label == .repeated || frame.seen & bit == 0 else {
      throw failure(.duplicate, at: start)
    }
    frames[frames.count - 1].seen |= bit
    if field.label == .repeated { memory += MessageScan.fieldNote }
    try value(of: field)
    return true
  }

  private func wireType(of field: FieldType) -> UInt64 {
    if field.isPacked { return 2 }
    return switch field.kind {
    case .integer, .signed, .boolean, .choice: 0
    case .float: 5
    case .string, .message: 2
    case .integer32, .unsigned, .double, .bytes: preconditionFailure("no field of a plan")
    }
  }

  private mutating func value(of field: FieldType) throws(PlanError) {
    switch field.kind {
    case _ where field.isPacked:
      let end = try self.end()
      memory += MessageScan.allocation * 2
      while position < end {
        _ = try varint(before: end)
        memory += 16
      }
    case .integer, .signed: _ = try varint()
    case .boolean:
      let value = try varint()
      guard value <= 1 else { throw failure(.choice(Int(truncatingIfNeeded: value))) }
    case .choice:
      let value = Int(truncatingIfNeeded: try varint())
      guard field.allows(value) else { throw failure(.choice(value)) }
    case .float: position = try position(after: 4)
    case .string:
      let end = try self.end()
      guard PlanText.isPrintable(bytes[position..<end]) else { throw failure(.text) }
      memory += MessageScan.allocation * 2 + 2 * (end - position)
      position = end
    case .message:
      let end = try self.end()
      guard frames.count < MessageScan.maximumDepth else { throw failure(.wireType(2)) }
      let type = field.message
      memory += MessageScan.allocation + 2 * type.size
      frames.append(Frame(type: type, end: end))
      self.field = nil
    case .integer32, .unsigned, .double, .bytes: preconditionFailure("no field of a plan")
    }
  }

  /// Ends the innermost message.
  private mutating func finish() throws(PlanError) {
    if let missing = frame.type.requiredField(notIn: frame.seen) {
      field = missing
      throw failure(.missing)
    }
    frames.removeLast()
  }

  private func position(after count: Int) throws(PlanError) -> Int {
    guard count <= frame.end - position else { throw failure(.truncated) }
    return position + count
  }

  /// Reads a length and returns where what it measures ends.
  private mutating func end() throws(PlanError) -> Int {
    guard let length = Int(exactly: try varint()) else { throw failure(.truncated) }
    return try position(after: length)
  }

  private mutating func varint(before limit: Int? = nil) throws(PlanError) -> UInt64 {
    let end = limit ?? frame.end
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), through: 63, by: 7) {
      guard position < end else { throw failure(.truncated) }
      let byte = bytes[position]
      position += 1
      guard shift < 63 || byte <= 1 else { throw failure(.oversizedNumber) }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw failure(.oversizedNumber)
  }
}

/// The texts that may stand in a plan.
package enum PlanText {
  /// True for UTF-8 without control characters but tabs and line feeds.
  package static func isPrintable(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x0A || $0 == 0x09 }) else {
      return false
    }
    guard let text = String(validating: bytes, as: UTF8.self) else { return false }
    return text.unicodeScalars.allSatisfy { scalar in
      switch scalar.value {
      case 0x80...0x9F, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: false
      default: true
      }
    }
  }
}
