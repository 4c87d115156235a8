internal import CProtobufC

// A safe face over protobuf-c's descriptors (a schema, as generated from a page of spec/) and over the C
// structures that it unpacks.

/// A message type of the schema.
@safe package struct MessageType {
  private let pointer: UnsafePointer<ProtobufCMessageDescriptor>

  fileprivate init(_ pointer: UnsafePointer<ProtobufCMessageDescriptor>) {
    unsafe self.pointer = unsafe pointer
  }

  /// The type that generated code describes: its `ProtobufCMessageDescriptor`.
  package init(generated descriptor: UnsafeRawPointer) {
    unsafe self.init(descriptor.assumingMemoryBound(to: ProtobufCMessageDescriptor.self))
  }

  /// The name in the schema.
  package var name: String { unsafe String(cString: pointer.pointee.short_name) }

  /// How many fields it has.
  package var fieldCount: Int { unsafe Int(pointer.pointee.n_fields) }

  /// The bytes of its C structure.
  package var size: Int { unsafe pointer.pointee.sizeof_message }

  /// A field by its index in the list, which is in the order of the field numbers.
  package func field(at index: Int) -> FieldType {
    precondition(index >= 0 && index < fieldCount, "a field of the message")
    return unsafe FieldType(pointer.pointee.fields.advanced(by: index), index: index)
  }

  /// The field with a number, nil if there is none.
  package func field(numbered number: UInt32) -> FieldType? {
    guard let field = unsafe protobuf_c_message_descriptor_get_field(pointer, number) else {
      return nil
    }
    return unsafe FieldType(field, index: field - pointer.pointee.fields)
  }

  /// The field with a name; traps if there is none, because the name stands in our own code.
  package func field(named name: StaticString) -> FieldType {
    let field = unsafe name.utf8Start.withMemoryRebound(
      to: CChar.self, capacity: name.utf8CodeUnitCount + 1
    ) {
      unsafe protobuf_c_message_descriptor_get_field_by_name(pointer, $0)
    }
    guard let field = unsafe field else { preconditionFailure("a field of the schema: \(name)") }
    return unsafe FieldType(field, index: field - pointer.pointee.fields)
  }

  /// The first required field that is not among those met.
  ///
  /// - Parameter met: One bit per field, by its index in the list.
  package func requiredField(notIn met: UInt64) -> FieldType? {
    for index in 0..<fieldCount where met & (1 << UInt64(index)) == 0 {
      if unsafe pointer.pointee.fields[index].label == PROTOBUF_C_LABEL_REQUIRED {
        return field(at: index)
      }
    }
    return nil
  }

  /// Unpacks a message that the pre-check has accepted; nil if memory runs out.
  package func unpack(_ bytes: [UInt8]) -> MessageRecord? {
    let message = unsafe bytes.withUnsafeBufferPointer {
      unsafe protobuf_c_message_unpack(pointer, nil, $0.count, $0.baseAddress)
    }
    guard let message = unsafe message else { return nil }
    let owner = unsafe MessageOwner(message)
    return unsafe MessageRecord(owner: owner, pointer: UnsafeRawPointer(message), type: self)
  }
}

/// A field of a message type.
@safe package struct FieldType {
  /// How often it may stand.
  package enum Label { case required, optional, repeated }
  /// What it holds.
  package enum Kind {
    case integer, signed, integer32, unsigned, float, double, boolean, choice, string, bytes,
      message
  }

  fileprivate let field: ProtobufCFieldDescriptor
  /// The index in the message's list of fields.
  package let index: Int
  /// How often it may stand.
  package let label: Label
  /// What it holds.
  package let kind: Kind

  fileprivate init(_ pointer: UnsafePointer<ProtobufCFieldDescriptor>, index: Int) {
    unsafe field = unsafe pointer.pointee
    self.index = index
    label =
      switch unsafe field.label {
      case PROTOBUF_C_LABEL_REQUIRED: .required
      case PROTOBUF_C_LABEL_REPEATED: .repeated
      default: .optional
      }
    kind =
      switch unsafe field.type {
      case PROTOBUF_C_TYPE_INT64: .integer
      case PROTOBUF_C_TYPE_SINT64: .signed
      case PROTOBUF_C_TYPE_INT32: .integer32
      case PROTOBUF_C_TYPE_UINT64: .unsigned
      case PROTOBUF_C_TYPE_FLOAT: .float
      case PROTOBUF_C_TYPE_DOUBLE: .double
      case PROTOBUF_C_TYPE_BOOL: .boolean
      case PROTOBUF_C_TYPE_ENUM: .choice
      case PROTOBUF_C_TYPE_STRING: .string
      case PROTOBUF_C_TYPE_BYTES: .bytes
      case PROTOBUF_C_TYPE_MESSAGE: .message
      default: preconditionFailure("a field type that our schemas use")
      }
  }

  /// The name in the schema.
  package var name: String { unsafe String(cString: field.name) }

  /// The number in the schema.
  package var number: UInt32 { unsafe field.id }

  /// True for a list of numbers in one piece.
  package var isPacked: Bool { unsafe field.flags & PROTOBUF_C_FIELD_FLAG_PACKED.rawValue != 0 }

  /// The type of a message field.
  package var message: MessageType {
    guard kind == .message, let descriptor = unsafe field.descriptor else {
      preconditionFailure("a message field")
    }
    return unsafe MessageType(descriptor.assumingMemoryBound(to: ProtobufCMessageDescriptor.self))
  }

  /// The names of a choice field's values with their numbers.
  package var choices: [(name: String, number: Int)] {
    guard kind == .choice, let descriptor = unsafe field.descriptor else { return [] }
    let list = unsafe descriptor.assumingMemoryBound(to: ProtobufCEnumDescriptor.self)
    return unsafe (0..<Int(list.pointee.n_values)).map { index in
      let value = unsafe list.pointee.values[index]
      return (name: unsafe String(cString: value.name), number: unsafe Int(value.value))
    }
  }

  /// True if a choice field may hold a number.
  package func allows(_ number: Int) -> Bool {
    guard kind == .choice, let descriptor = unsafe field.descriptor,
      let number = Int32(exactly: number)
    else { return false }
    return unsafe protobuf_c_enum_descriptor_get_value(
      descriptor.assumingMemoryBound(to: ProtobufCEnumDescriptor.self), number) != nil
  }

  /// What an absent number means.
  package var defaultNumber: Int {
    guard let value = unsafe field.default_value else { return 0 }
    return switch kind {
    case .integer, .signed: unsafe Int(value.load(as: Int64.self))
    case .choice, .boolean, .integer32: unsafe Int(value.load(as: Int32.self))
    case .float, .double, .unsigned, .string, .bytes, .message: 0
    }
  }
}

/// Frees an unpacked message with all that belongs to it.
@safe private final class MessageOwner {
  private let message: UnsafeMutablePointer<ProtobufCMessage>

  init(_ message: UnsafeMutablePointer<ProtobufCMessage>) {
    unsafe self.message = unsafe message
  }

  deinit { unsafe protobuf_c_message_free_unpacked(message, nil) }
}

/// An unpacked message, read field by field. The field must be one of `type`.
@safe package struct MessageRecord {
  private let owner: MessageOwner
  private let pointer: UnsafeRawPointer
  /// The type of the message.
  package let type: MessageType

  fileprivate init(owner: MessageOwner, pointer: UnsafeRawPointer, type: MessageType) {
    self.owner = owner
    unsafe self.pointer = unsafe pointer
    self.type = type
  }

  private func member(_ field: FieldType) -> UnsafeRawPointer {
    unsafe pointer + Int(field.field.offset)
  }

  private func quantifier(_ field: FieldType) -> UnsafeRawPointer {
    unsafe pointer + Int(field.field.quantifier_offset)
  }

  /// True if an optional field is there.
  package func has(_ field: FieldType) -> Bool {
    switch field.kind {
    case .string, .message: unsafe member(field).load(as: UnsafeRawPointer?.self) != nil
    default: unsafe (field.label == .required || quantifier(field).load(as: Int32.self) != 0)
    }
  }

  /// A number, a truth value or a choice; the default if it is absent.
  package func number(_ field: FieldType) -> Int {
    switch field.kind {
    case .integer, .signed: unsafe Int(member(field).load(as: Int64.self))
    case .boolean, .choice, .integer32: unsafe Int(member(field).load(as: Int32.self))
    case .float, .double, .unsigned, .string, .bytes, .message:
      preconditionFailure("a field of whole numbers")
    }
  }

  /// A float; 0 if it is absent.
  package func float(_ field: FieldType) -> Float {
    precondition(field.kind == .float, "a field of floats")
    return unsafe member(field).load(as: Float.self)
  }

  /// A text, known to be UTF-8 without zero bytes; empty if it is absent.
  package func string(_ field: FieldType) -> String {
    precondition(field.kind == .string, "a field of text")
    guard let text = unsafe member(field).load(as: UnsafePointer<CChar>?.self) else { return "" }
    return unsafe String(cString: text)
  }

  /// Bytes; empty if they are absent.
  package func bytes(_ field: FieldType) -> [UInt8] {
    precondition(field.kind == .bytes && field.label != .repeated, "a field of bytes")
    let data = unsafe member(field).load(as: ProtobufCBinaryData.self)
    return unsafe [UInt8](UnsafeBufferPointer(start: data.data, count: data.len))
  }

  /// A message; nil if it is absent.
  package func message(_ field: FieldType) -> MessageRecord? {
    precondition(field.kind == .message, "a field of messages")
    guard let pointer = unsafe member(field).load(as: UnsafeRawPointer?.self) else { return nil }
    return unsafe MessageRecord(owner: owner, pointer: pointer, type: field.message)
  }

  /// How often a repeated field stands.
  package func count(_ field: FieldType) -> Int {
    precondition(field.label == .repeated, "a repeated field")
    return unsafe quantifier(field).load(as: Int.self)
  }

  /// The floats of a repeated field.
  package func floats(_ field: FieldType) -> [Float] {
    precondition(field.label == .repeated && field.kind == .float, "a list of floats")
    let list = unsafe member(field).load(as: UnsafePointer<Float>?.self)
    return unsafe [Float](UnsafeBufferPointer(start: list, count: count(field)))
  }

  /// The bytes of a repeated field.
  package func byteStrings(_ field: FieldType) -> [[UInt8]] {
    precondition(field.label == .repeated && field.kind == .bytes, "a list of bytes")
    let list = unsafe member(field).load(as: UnsafePointer<ProtobufCBinaryData>?.self)
    return unsafe UnsafeBufferPointer(start: list, count: count(field)).map {
      unsafe [UInt8](UnsafeBufferPointer(start: $0.data, count: $0.len))
    }
  }

  /// The whole numbers of a repeated field.
  package func numbers(_ field: FieldType) -> [Int] {
    precondition(field.label == .repeated && field.kind == .integer, "a list of whole numbers")
    let list = unsafe member(field).load(as: UnsafePointer<Int64>?.self)
    return unsafe UnsafeBufferPointer(start: list, count: count(field)).map(Int.init)
  }

  /// The texts of a repeated field.
  package func strings(_ field: FieldType) -> [String] {
    precondition(field.kind == .string, "a field of text")
    let list = unsafe member(field).load(as: UnsafePointer<UnsafePointer<CChar>>?.self)
    return unsafe UnsafeBufferPointer(start: list, count: count(field)).map {
      unsafe String(cString: $0)
    }
  }

  /// The messages of a repeated field.
  package func messages(_ field: FieldType) -> [MessageRecord] {
    let type = field.message
    let list = unsafe member(field).load(as: UnsafePointer<UnsafeRawPointer>?.self)
    return unsafe UnsafeBufferPointer(start: list, count: count(field)).map {
      unsafe MessageRecord(owner: owner, pointer: $0, type: type)
    }
  }
}

extension MessageType {
  /// The revision of protobuf-c that runs, such as `1.4.1`.
  package static var libraryRevision: String { unsafe String(cString: protobuf_c_version()) }
}
