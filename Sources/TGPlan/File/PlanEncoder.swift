internal import TGProtobuf

/// Writes a plan as the message and text sections of a plan file. The same plan gives the same
/// bytes: fields in the order of their numbers, defaults left out.
package struct PlanEncoder: PlanArchive {
  /// The message section.
  package private(set) var bytes: [UInt8] = []
  /// The text section.
  package private(set) var texts: [UInt8] = []
  private var type = MessageType.plan

  /// Encodes a whole plan.
  package init(_ plan: Plan) {
    var plan = plan
    plan.visit(&self)
  }

  package mutating func number(_ name: StaticString, _ value: inout Int) {
    let field = type.field(named: name)
    guard field.label == .required || value != field.defaultNumber else { return }
    key(field, wire: 0)
    varint(field.kind == .signed ? zigzag(value) : UInt64(bitPattern: Int64(value)))
  }

  package mutating func float(_ name: StaticString, _ value: inout Float) {
    let field = type.field(named: name)
    guard field.label == .required || value.bitPattern != 0 else { return }
    put(field, value)
  }

  package mutating func float(_ name: StaticString, _ value: inout Float?) {
    if let value { put(type.field(named: name), value) }
  }

  package mutating func bool(_ name: StaticString, _ value: inout Bool) {
    let field = type.field(named: name)
    guard field.label == .required || value else { return }
    key(field, wire: 0)
    bytes.append(value ? 1 : 0)
  }

  package mutating func string(_ name: StaticString, _ value: inout String) {
    let field = type.field(named: name)
    guard field.label == .required || !value.isEmpty else { return }
    put(field, value)
  }

  package mutating func numbers(_ name: StaticString, _ values: inout [Int]) {
    guard !values.isEmpty else { return }
    key(type.field(named: name), wire: 2)
    let start = bytes.count
    for value in values { varint(UInt64(bitPattern: Int64(value))) }
    insertLength(at: start)
  }

  package mutating func strings(_ name: StaticString, _ values: inout [String]) {
    let field = type.field(named: name)
    for value in values { put(field, value) }
  }

  package mutating func text(_ name: StaticString, _ value: inout [UInt8]) {
    var length = value.count
    number(name, &length)
    texts += value
  }

  package mutating func choice<Case: PlanChoice>(
    _ name: StaticString, _ value: inout Case
  ) {
    var number = value.rawValue
    self.number(name, &number)
  }

  package mutating func message<Message: PlanMessage>(
    _ name: StaticString, _ value: inout Message
  ) {
    let field = type.field(named: name)
    guard field.label == .required || value != Message() else { return }
    put(field, value)
  }

  package mutating func message<Message: PlanMessage>(
    _ name: StaticString, _ value: inout Message?
  ) {
    if let value { put(type.field(named: name), value) }
  }

  package mutating func messages<Message: PlanMessage>(
    _ name: StaticString, _ values: inout [Message]
  ) {
    let field = type.field(named: name)
    for value in values { put(field, value) }
  }

  private mutating func put<Message: PlanMessage>(
    _ field: FieldType, _ value: Message
  ) {
    key(field, wire: 2)
    let start = bytes.count
    let outer = type
    type = field.message
    var value = value
    value.visit(&self)
    type = outer
    insertLength(at: start)
  }

  private mutating func put(_ field: FieldType, _ value: String) {
    key(field, wire: 2)
    varint(UInt64(value.utf8.count))
    bytes += value.utf8
  }

  private mutating func put(_ field: FieldType, _ value: Float) {
    key(field, wire: 5)
    let bits = value.bitPattern
    for shift in stride(from: 0, to: 32, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: bits >> shift))
    }
  }

  private mutating func key(_ field: FieldType, wire: UInt64) {
    varint(UInt64(field.number) << 3 | wire)
  }

  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  private func zigzag(_ value: Int) -> UInt64 {
    UInt64(bitPattern: Int64((value << 1) ^ (value >> 63)))
  }

  /// Puts the length of what was written since `start` in front of it.
  private mutating func insertLength(at start: Int) {
    let length = bytes.count - start
    varint(UInt64(length))
    let size = bytes.count - start - length
    let prefix = Array(bytes[(bytes.count - size)...])
    bytes.removeLast(size)
    bytes.insert(contentsOf: prefix, at: start)
  }
}
