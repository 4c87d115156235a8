extension JSON {
  /// The JSON text: members in their order, shortest digits that read back to the same number, and
  /// `null` for numbers that are not finite. Equal values give equal text. Bytes of names that are
  /// no UTF-8 are shown (`FileName`).
  ///
  /// - Parameter indented: Whether every member and item gets its own line, indented by two spaces.
  package func text(indented: Bool = false) -> String {
    var output = ""
    write(to: &output, indentation: indented ? "\n" : nil)
    return output
  }

  /// Writes the value; `indentation` is the line end and the spaces before this value.
  private func write(to output: inout String, indentation: String?) {
    switch self {
    case .null: output += "null"
    case .bool(let value): output += value ? "true" : "false"
    case .integer(let value): output += "\(value)"
    case .number(let value): output += value.isFinite ? "\(value)" : "null"
    case .string(let value): JSON.write(value, to: &output)
    case .array(let items):
      JSON.write(items, "[", "]", to: &output, indentation) { item, output, inner in
        item.write(to: &output, indentation: inner)
      }
    case .object(let members):
      JSON.write(members, "{", "}", to: &output, indentation) { member, output, inner in
        JSON.write(member.name, to: &output)
        output += inner == nil ? ":" : ": "
        member.value.write(to: &output, indentation: inner)
      }
    }
  }

  private static func write<Item>(
    _ items: [Item], _ open: String, _ close: String, to output: inout String,
    _ indentation: String?, _ writeItem: (Item, inout String, String?) -> Void
  ) {
    let inner = indentation.map { $0 + "  " }
    output += open
    for (position, item) in items.enumerated() {
      if position > 0 { output += "," }
      output += inner ?? ""
      writeItem(item, &output, inner)
    }
    if !items.isEmpty { output += indentation ?? "" }
    output += close
  }

  private static func write(_ text: String, to output: inout String) {
    output += "\""
    for scalar in FileName.shown(text).unicodeScalars {
      switch scalar {
      case "\"": output += "\\\""
      case "\\": output += "\\\\"
      case "\n": output += "\\n"
      case "\r": output += "\\r"
      case "\t": output += "\\t"
      case "\u{0}"..<"\u{20}", "\u{7f}":
        let digits = String(scalar.value, radix: 16)
        output += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: output.unicodeScalars.append(scalar)
      }
    }
    output += "\""
  }
}
