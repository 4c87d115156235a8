/// What walks over the fields of a plan: the encoder, the decoder, the listing.
///
/// Fields are named as in `spec/plan.proto`, whose generated descriptor knows their numbers, types
/// and defaults; a field is thus bound to its property in one place, the `visit` of its type.
package protocol PlanArchive {
  /// A whole number.
  mutating func number(_ name: StaticString, _ value: inout Int) throws(PlanError)
  /// A number.
  mutating func float(_ name: StaticString, _ value: inout Float) throws(PlanError)
  /// A number that may be absent.
  mutating func float(_ name: StaticString, _ value: inout Float?) throws(PlanError)
  /// A truth value.
  mutating func bool(_ name: StaticString, _ value: inout Bool) throws(PlanError)
  /// A text.
  mutating func string(_ name: StaticString, _ value: inout String) throws(PlanError)
  /// A list of whole numbers.
  mutating func numbers(_ name: StaticString, _ values: inout [Int]) throws(PlanError)
  /// A list of texts.
  mutating func strings(_ name: StaticString, _ values: inout [String]) throws(PlanError)
  /// Bytes of the text section; the field holds their length.
  mutating func text(_ name: StaticString, _ bytes: inout [UInt8]) throws(PlanError)
  /// One of a fixed list of cases.
  mutating func choice<Case: PlanChoice>(
    _ name: StaticString, _ value: inout Case
  ) throws(PlanError)
  /// A message; one equal to `Message()` may be left out where the schema has it optional.
  mutating func message<Message: PlanMessage>(
    _ name: StaticString, _ value: inout Message
  ) throws(PlanError)
  /// A message that may be absent.
  mutating func message<Message: PlanMessage>(
    _ name: StaticString, _ value: inout Message?
  ) throws(PlanError)
  /// A list of messages.
  mutating func messages<Message: PlanMessage>(
    _ name: StaticString, _ values: inout [Message]
  ) throws(PlanError)
  /// A malformed combination of fields was met.
  func failure(_ fault: MessageFault) -> PlanError
}

/// A type with a message of its own in the schema.
package protocol PlanMessage: Hashable {
  /// The value with every field at its default.
  init()
  /// Shows every field to an archive, in the order of the field numbers.
  mutating func visit(_ archive: inout some PlanArchive) throws(PlanError)
}

/// An enumeration of the schema, with the same numbers.
package protocol PlanChoice: Hashable, CaseIterable, RawRepresentable where RawValue == Int {}
