internal import TGProtobuf
internal import TGTensor

/// A plan as text for people and for golden tests: every field that differs from its default, one
/// line per slot, item and instruction. The same plan gives the same text.
///
/// A view reads `a4+16[1, 4, 4, 16]`: kind and number of the slot (`w`eight, `a`rena, `s`tate), the
/// offset unless 0, the extents, the strides after a colon unless the view is contiguous, and the type
/// unless it is float32. A program reads `3: add 0 1; leakyRelu 3 0.2`: the number of operands, then the steps, which make
/// the values from there on.
package enum PlanListing {
  /// The listing of a whole plan.
  package static func text(_ plan: Plan) -> String {
    var plan = plan
    var archive = ListingArchive()
    plan.visit(&archive)
    return archive.text + "weight_bytes: \(plan.weightBytes)\n"
  }
}

/// Writes the fields of a plan down.
private struct ListingArchive {
  private(set) var text = ""
  private var line = ""
  /// Fields of a plan and a function stand on lines of their own, all others on one.
  private var isInline = false
  private var indent = ""
  private var slots: [Slot] = []
  private var type = MessageType.plan

  private mutating func field(_ name: StaticString, _ value: String) {
    if isInline {
      line += (line.isEmpty || line.last == "(" ? "" : " ") + "\(name)=\(value)"
    } else {
      text += "\(indent)\(name): \(value)\n"
    }
  }

  private func quoted(_ value: String) -> String {
    var result = "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\" + String(scalar)
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  private func bracketed(_ values: [Int]) -> String {
    "[" + values.map(String.init).joined(separator: ", ") + "]"
  }

  private func name(ofSlot slot: Int) -> String {
    guard slots.indices.contains(slot) else { return "?\(slot)" }
    return switch slots[slot].kind {
    case .weight: "w\(slot)"
    case .arena: "a\(slot)"
    case .state: "s\(slot)"
    }
  }

  private func words(_ view: View) -> String {
    let offset = view.offset == 0 ? "" : "+\(view.offset)"
    let strides =
      view.dimensions.count == view.strides.count && view.isContiguous
      ? "" : ":" + bracketed(view.strides)
    let type = view.dtype == .float32 ? "" : " \(view.dtype)"
    return name(ofSlot: view.slot) + offset + bracketed(view.dimensions) + strides + type
  }

  private func words(_ program: PointwiseProgram) -> String {
    let steps = program.steps.map { step in
      let parts =
        [step.function.mnemonic] + step.arguments.map(String.init)
        + (step.function.takesImmediate || step.immediate != 0 ? ["\(step.immediate)"] : [])
      return parts.joined(separator: " ")
    }
    return "(\(program.operandCount): \(steps.joined(separator: "; ")))"
  }

  /// A message on one line.
  private mutating func words<Message: PlanMessage>(
    _ message: Message, of name: StaticString
  ) -> String {
    if let view = message as? View { return words(view) }
    if let program = message as? PointwiseProgram { return words(program) }
    let outer = (line, isInline, type)
    (line, isInline, type) = ("", true, type.field(named: name).message)
    var message = message
    message.visit(&self)
    let result = "(\(line))"
    (line, isInline, type) = outer
    return result
  }
}

extension ListingArchive: PlanArchive {
  /// True if a number says more than its absence would.
  private func isTelling(_ name: StaticString, _ value: Int) -> Bool {
    let field = type.field(named: name)
    return field.label == .required || value != field.defaultNumber
  }

  mutating func number(_ name: StaticString, _ value: inout Int) {
    if isTelling(name, value) { field(name, String(value)) }
  }

  mutating func float(_ name: StaticString, _ value: inout Float) {
    if type.field(named: name).label == .required || value != 0 { field(name, "\(value)") }
  }

  mutating func float(_ name: StaticString, _ value: inout Float?) {
    if let value { field(name, "\(value)") }
  }

  mutating func bool(_ name: StaticString, _ value: inout Bool) {
    if value { field(name, "true") }
  }

  mutating func string(_ name: StaticString, _ value: inout String) {
    if !value.isEmpty { field(name, quoted(value)) }
  }

  mutating func numbers(_ name: StaticString, _ values: inout [Int]) {
    if !values.isEmpty { field(name, bracketed(values)) }
  }

  mutating func strings(_ name: StaticString, _ values: inout [String]) {
    for value in values { field(name, quoted(value)) }
  }

  mutating func text(_ name: StaticString, _ bytes: inout [UInt8]) {
    field(name, String(bytes.count))
  }

  mutating func choice<Case: PlanChoice>(
    _ name: StaticString, _ value: inout Case
  ) {
    if isTelling(name, value.rawValue) { field(name, String(describing: value)) }
  }

  mutating func message<Message: PlanMessage>(
    _ name: StaticString, _ value: inout Message
  ) {
    guard value != Message() else { return }
    field(name, words(value, of: name))
  }

  mutating func message<Message: PlanMessage>(
    _ name: StaticString, _ value: inout Message?
  ) {
    if let value { field(name, words(value, of: name)) }
  }

  mutating func messages<Message: PlanMessage>(
    _ name: StaticString, _ values: inout [Message]
  ) {
    if isInline {
      guard !values.isEmpty else { return }
      var parts: [String] = []
      for value in values { parts.append(words(value, of: name)) }
      field(name, "[" + parts.joined(separator: ", ") + "]")
      return
    }
    for (index, value) in values.enumerated() {
      if var function = value as? PlanFunction {
        text += "\nfunction \(index)\n"
        let outer = type
        (indent, slots, type) = ("  ", function.slots, type.field(named: name).message)
        function.visit(&self)
        (indent, type) = ("", outer)
      } else {
        text += "\(indent)\(name) \(index): \(words(value, of: name).dropFirst().dropLast())\n"
      }
    }
  }
}
