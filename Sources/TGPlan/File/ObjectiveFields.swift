extension PlanObjective.Method: PlanChoice {}

extension PlanObjective: PlanMessage {
  package init() { self.init(name: "", finish: "") }

  package mutating func visit<Archive: PlanArchive>(
    _ archive: inout Archive
  ) throws(Archive.Failure) {
    try archive.string("name", &name)
    try archive.string("documentation", &documentation)
    try archive.messages("loops", &loops)
    try archive.string("finish", &finish)
  }
}

extension PlanObjective.Loop: PlanMessage {
  package init() { self.init(start: "", step: "", rounds: 0, method: .descent) }

  package mutating func visit<Archive: PlanArchive>(
    _ archive: inout Archive
  ) throws(Archive.Failure) {
    try archive.string("start", &start)
    try archive.string("step", &step)
    try Self.name("project", &project, &archive)
    try archive.number("rounds", &rounds)
    try archive.choice("method", &method)
    try archive.messages("numbers", &numbers)
    try archive.strings("scheduled", &scheduled)
    try archive.strings("variables", &variables)
    try archive.strings("starts", &starts)
    try archive.strings("draws", &draws)
    try Self.name("fraction", &fraction, &archive)
    try archive.strings("terms", &terms)
    try archive.strings("shared", &shared)
  }

  /// A name that may be missing: empty in the message.
  private static func name<Archive: PlanArchive>(
    _ field: StaticString, _ value: inout String?, _ archive: inout Archive
  ) throws(Archive.Failure) {
    var text = value ?? ""
    try archive.string(field, &text)
    value = text.isEmpty ? nil : text
  }
}

extension PlanObjective.Number: PlanMessage {
  package init() { self.init(name: "", value: 0) }

  package mutating func visit<Archive: PlanArchive>(
    _ archive: inout Archive
  ) throws(Archive.Failure) {
    try archive.string("name", &name)
    var bits = Int(bitPattern: UInt(value.bitPattern))
    try archive.number("bits", &bits)
    value = Double(bitPattern: UInt64(UInt(bitPattern: bits)))
  }
}
