internal import TGTensor

extension PlanFunction.Role: PlanChoice {}
extension Slot.Kind: PlanChoice {}
extension DType: PlanChoice {}

extension Plan: PlanMessage {
  package init() { self.init(name: "") }

  package mutating func visit<Archive: PlanArchive>(
    _ archive: inout Archive
  ) throws(Archive.Failure) {
    try archive.string("name", &name)
    try archive.string("documentation", &documentation)
    try archive.string("producer", &producer)
    try archive.string("licence", &licence)
    try archive.string("origin", &origin)
    try archive.strings("file_names", &fileNames)
    try archive.strings("file_hashes", &fileHashes)
    try archive.strings("notes", &notes)
    try archive.messages("texts", &texts)
    try archive.messages("functions", &functions)
    try archive.messages("objectives", &objectives)
  }
}

extension Plan.TextResource: PlanMessage {
  package init() { self.init(name: "", bytes: []) }

  package mutating func visit<Archive: PlanArchive>(
    _ archive: inout Archive
  ) throws(Archive.Failure) {
    try archive.string("name", &name)
    try archive.text("length", &bytes)
  }
}

extension PlanFunction: PlanMessage {
  package init() { self.init(name: "", batch: 0) }

  package mutating func visit<Archive: PlanArchive>(
    _ archive: inout Archive
  ) throws(Archive.Failure) {
    try archive.string("name", &name)
    try archive.string("documentation", &documentation)
    try archive.choice("role", &role)
    try archive.number("batch", &batch)
    try archive.bool("items_interact", &itemsInteract)
    try archive.number("macs", &macs)
    try archive.number("arena_bytes", &arenaBytes)
    try archive.messages("inputs", &inputs)
    try archive.messages("outputs", &outputs)
    try archive.messages("slots", &slots)
    try archive.messages("instructions", &instructions)
    try archive.string("prepare", &prepare)
    try archive.messages("prepared", &prepared)
  }
}

extension Slot: PlanMessage {
  package init() { self.init(kind: .weight, offset: 0, count: 0) }

  package mutating func visit<Archive: PlanArchive>(
    _ archive: inout Archive
  ) throws(Archive.Failure) {
    try archive.choice("kind", &kind)
    try archive.number("offset", &offset)
    try archive.number("count", &count)
    try archive.choice("dtype", &dtype)
  }
}

extension View: PlanMessage {
  package init() { self.init(slot: 0, dimensions: [], strides: []) }

  package mutating func visit<Archive: PlanArchive>(
    _ archive: inout Archive
  ) throws(Archive.Failure) {
    try archive.number("slot", &slot)
    try archive.number("offset", &offset)
    try archive.numbers("dimensions", &dimensions)
    try archive.numbers("strides", &strides)
    try archive.choice("dtype", &dtype)
  }
}

/// The number of a kind in the schema.
private struct KindCode: PlanChoice, CustomStringConvertible {
  var rawValue: Int
  static let allCases = InterfaceItem.Kind.all.map { KindCode(rawValue: $0.code) }

  init(rawValue: Int) { self.rawValue = rawValue }

  init(of kind: InterfaceItem.Kind) { rawValue = type(of: kind.value).code }

  /// The word, for listings.
  var description: String { kind.map { type(of: $0).word } ?? String(rawValue) }

  /// The kind of the number with its fields at their defaults; nil if there is none.
  var kind: (any InterfaceKind)? {
    InterfaceItem.Kind.all.first { $0.code == rawValue }.map { $0.init() }
  }
}

extension InterfaceItem.Kind {
  /// Shows the number of the kind and its fields to an archive.
  fileprivate mutating func visit<Archive: PlanArchive>(
    _ archive: inout Archive
  ) throws(Archive.Failure) {
    var code = KindCode(of: self)
    try archive.choice("kind", &code)
    if code != KindCode(of: self) {
      try archive.require(code.kind != nil, .choice(code.rawValue))
      self = code.kind.map { Self($0) } ?? self
    }
    self = try Self.visited(value, &archive)
  }

  private static func visited<Archive: PlanArchive>(
    _ kind: some InterfaceKind, _ archive: inout Archive
  ) throws(Archive.Failure) -> Self {
    var kind = kind
    try kind.visit(&archive)
    return Self(kind)
  }
}

extension InterfaceItem: PlanMessage {
  package init() { self.init(name: "", kind: .tensor, view: View()) }

  package mutating func visit<Archive: PlanArchive>(
    _ archive: inout Archive
  ) throws(Archive.Failure) {
    try archive.string("name", &name)
    try archive.string("documentation", &documentation)
    try kind.visit(&archive)
    try archive.message("view", &view)
    try archive.message("lengths", &lengths)
    try archive.float("default_value", &defaultValue)
    try archive.number("rows", &rows)
    var (code, subject, start) = (role.code, role.subject, role.start)
    try archive.choice("role", &code)
    try archive.string("of", &subject)
    try archive.string("start", &start)
    role = Role(code, of: subject, start: start)
  }
}
