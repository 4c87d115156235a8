package import TGTensor

/// What walks over the fields of a plan: the encoder, the decoder, the listing, the checker, and
/// whoever asks an instruction for its views.
///
/// Fields are named as in `spec/plan.proto`, whose generated descriptor knows their numbers, types
/// and defaults; a field is thus bound to its property once, in the `visit` of its type.
package protocol PlanArchive {
  /// What a walk may end with: `Never` for those that cannot fail.
  associatedtype Failure: Error
  /// A whole number.
  mutating func number(_ name: StaticString, _ value: inout Int) throws(Failure)
  /// A number.
  mutating func float(_ name: StaticString, _ value: inout Float) throws(Failure)
  /// A number that may be absent.
  mutating func float(_ name: StaticString, _ value: inout Float?) throws(Failure)
  /// A truth value.
  mutating func bool(_ name: StaticString, _ value: inout Bool) throws(Failure)
  /// A text.
  mutating func string(_ name: StaticString, _ value: inout String) throws(Failure)
  /// A list of whole numbers.
  mutating func numbers(_ name: StaticString, _ values: inout [Int]) throws(Failure)
  /// A list of texts.
  mutating func strings(_ name: StaticString, _ values: inout [String]) throws(Failure)
  /// Bytes of the text section; the field holds their length.
  mutating func text(_ name: StaticString, _ bytes: inout [UInt8]) throws(Failure)
  /// One of a fixed list of cases.
  mutating func choice<Case: PlanChoice>(
    _ name: StaticString, _ value: inout Case
  ) throws(Failure)
  /// A message; one equal to `Message()` may be left out where the schema has it optional.
  mutating func message<Message: PlanMessage>(
    _ name: StaticString, _ value: inout Message
  ) throws(Failure)
  /// A message that may be absent.
  mutating func message<Message: PlanMessage>(
    _ name: StaticString, _ value: inout Message?
  ) throws(Failure)
  /// A list of messages.
  mutating func messages<Message: PlanMessage>(
    _ name: StaticString, _ values: inout [Message]
  ) throws(Failure)

  // What instructions say of their fields besides the name; in a file it makes no difference.

  /// A view of an instruction, with what it is for and how it is used.
  mutating func view(
    _ name: StaticString, _ view: inout View, _ role: ViewRole, _ use: ViewUse
  ) throws(Failure)
  /// A list of views of an instruction, with what each is for and how it is used, by its index.
  mutating func views(
    _ name: StaticString, _ views: inout [View], _ role: (Int) -> ViewRole,
    _ use: (Int) -> ViewUse
  ) throws(Failure)
  /// An elementwise program; there are no views in it.
  mutating func program(
    _ name: StaticString, _ program: inout PointwiseProgram
  ) throws(Failure)
  /// A whole number of an instruction that must lie in a range.
  mutating func attribute(
    _ name: StaticString, _ value: inout Int, _ range: AttributeRange
  ) throws(Failure)
  /// The index of the message that is walked over in its list; asked only for names of views, so
  /// that archives without names leave it 0.
  var listIndex: Int { get }
  /// Called with whether the fields met so far go together, and with what is wrong if not. Only a
  /// decoder can meet fields that do not.
  func require(_ condition: Bool, _ fault: MessageFault) throws(Failure)
}

extension PlanArchive {
  package mutating func view(
    _ name: StaticString, _ view: inout View, _ role: ViewRole, _ use: ViewUse
  ) throws(Failure) { try message(name, &view) }

  package mutating func views(
    _ name: StaticString, _ views: inout [View], _ role: (Int) -> ViewRole,
    _ use: (Int) -> ViewUse
  ) throws(Failure) { try messages(name, &views) }

  package mutating func program(
    _ name: StaticString, _ program: inout PointwiseProgram
  ) throws(Failure) { try message(name, &program) }

  package mutating func attribute(
    _ name: StaticString, _ value: inout Int, _ range: AttributeRange
  ) throws(Failure) { try number(name, &value) }

  package var listIndex: Int { 0 }

  package func require(_ condition: Bool, _ fault: MessageFault) throws(Failure) {}
}

/// A type with a message of its own in the schema.
package protocol PlanMessage: Hashable {
  /// The value with every field at its default.
  init()
  /// Shows every field to an archive, in the order of the field numbers.
  mutating func visit<Archive: PlanArchive>(_ archive: inout Archive) throws(Archive.Failure)
}

/// An enumeration of the schema, with the same numbers.
package protocol PlanChoice: Hashable, CaseIterable, RawRepresentable where RawValue == Int {}
