internal import TGProtobuf

/// Reads the message and text sections of a plan file, as data; what it means is for `PlanChecker`.
package struct PlanDecoder: PlanArchive {
  private var record: MessageRecord
  private let texts: [UInt8]
  private var textPosition = 0

  /// Decodes both sections.
  ///
  /// - Throws: `PlanError` for bytes that are not a plan message or would need more than `memory`
  ///   bytes to hold.
  package static func decode(
    message: [UInt8], texts: [UInt8], memory: Int
  ) throws(PlanError) -> Plan {
    try MessageScan.check(message, as: .plan, memory: memory)
    guard let record = MessageType.plan.unpack(message) else {
      throw PlanError(.loadingMemory(atLeast: message.count, allowed: memory))
    }
    var decoder = PlanDecoder(record: record, texts: texts)
    var plan = Plan()
    try plan.visit(&decoder)
    guard decoder.textPosition == texts.count else {
      throw PlanError(.section(.texts, .lengthMismatch))
    }
    return plan
  }

  private init(record: MessageRecord, texts: [UInt8]) {
    self.record = record
    self.texts = texts
  }

  package func require(_ condition: Bool, _ fault: MessageFault) throws(PlanError) {
    guard condition else {
      throw PlanError(.message(fault, type: record.type.name, field: nil, offset: nil))
    }
  }

  package mutating func number(_ name: StaticString, _ value: inout Int) throws(PlanError) {
    value = record.number(record.type.field(named: name))
  }

  package mutating func float(_ name: StaticString, _ value: inout Float) throws(PlanError) {
    value = record.float(record.type.field(named: name))
  }

  package mutating func float(_ name: StaticString, _ value: inout Float?) throws(PlanError) {
    let field = record.type.field(named: name)
    value = record.has(field) ? record.float(field) : nil
  }

  package mutating func bool(_ name: StaticString, _ value: inout Bool) throws(PlanError) {
    value = record.number(record.type.field(named: name)) != 0
  }

  package mutating func string(_ name: StaticString, _ value: inout String) throws(PlanError) {
    value = record.string(record.type.field(named: name))
  }

  package mutating func numbers(_ name: StaticString, _ values: inout [Int]) throws(PlanError) {
    values = record.numbers(record.type.field(named: name))
  }

  package mutating func strings(_ name: StaticString, _ values: inout [String]) throws(PlanError) {
    values = record.strings(record.type.field(named: name))
  }

  package mutating func text(_ name: StaticString, _ bytes: inout [UInt8]) throws(PlanError) {
    let length = record.number(record.type.field(named: name))
    guard length >= 0, length <= texts.count - textPosition else {
      throw PlanError(.section(.texts, .lengthMismatch))
    }
    bytes = Array(texts[textPosition..<textPosition + length])
    textPosition += length
  }

  package mutating func choice<Case: PlanChoice>(
    _ name: StaticString, _ value: inout Case
  ) throws(PlanError) {
    let number = record.number(record.type.field(named: name))
    let found = Case(rawValue: number)
    try require(found != nil, .choice(number))
    if let found { value = found }
  }

  package mutating func message<Message: PlanMessage>(
    _ name: StaticString, _ value: inout Message
  ) throws(PlanError) {
    value = Message()
    if let inner = record.message(record.type.field(named: name)) { try read(inner, &value) }
  }

  package mutating func message<Message: PlanMessage>(
    _ name: StaticString, _ value: inout Message?
  ) throws(PlanError) {
    value = nil
    guard let inner = record.message(record.type.field(named: name)) else { return }
    var message = Message()
    try read(inner, &message)
    value = message
  }

  package mutating func messages<Message: PlanMessage>(
    _ name: StaticString, _ values: inout [Message]
  ) throws(PlanError) {
    let records = record.messages(record.type.field(named: name))
    values = []
    values.reserveCapacity(records.count)
    for inner in records {
      var message = Message()
      try read(inner, &message)
      values.append(message)
    }
  }

  private mutating func read<Message: PlanMessage>(
    _ inner: MessageRecord, _ value: inout Message
  ) throws(PlanError) {
    let outer = record
    record = inner
    try value.visit(&self)
    record = outer
  }
}
