/// A JSON value to be written. Members keep their order.
package indirect enum JSONText {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A whole number.
  case integer(Int)
  /// A number; `null` if it is infinite or none.
  case number(Double)
  /// A string.
  case string(String)
  /// An array.
  case array([JSONText])
  /// An object.
  case object([(String, JSONText)])

  /// An array of whole numbers.
  package static func integers(_ values: [Int]) -> JSONText { .array(values.map { .integer($0) }) }

  /// An array of strings.
  package static func strings(_ values: [String]) -> JSONText { .array(values.map { .string($0) }) }

  /// The text on one line.
  package var line: String {
    var text = ""
    write(into: &text, indentation: nil)
    return text
  }

  /// The text over several lines; arrays and objects of plain values stay on one.
  package var lines: String {
    var text = ""
    write(into: &text, indentation: 0)
    return text
  }

  private var isPlain: Bool {
    switch self {
    case .array, .object: false
    default: true
    }
  }

  private func write(into text: inout String, indentation: Int?) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .number(let value): text += value.isFinite ? "\(value)" : "null"
    case .string(let value): Self.quote(value, into: &text)
    case .array(let items):
      Self.list("[", "]", items.map { (nil, $0) }, into: &text, indentation: indentation)
    case .object(let members):
      Self.list("{", "}", members.map { ($0.0, $0.1) }, into: &text, indentation: indentation)
    }
  }

  private static func list(
    _ open: String, _ close: String, _ items: [(String?, JSONText)], into text: inout String,
    indentation: Int?
  ) {
    let inner = items.allSatisfy(\.1.isPlain) ? nil : indentation.map { $0 + 2 }
    text += open
    for (index, (name, value)) in items.enumerated() {
      if index > 0 { text += inner == nil ? ", " : "," }
      if let inner { text += "\n" + String(repeating: " ", count: inner) }
      if let name {
        quote(name, into: &text)
        text += ": "
      }
      value.write(into: &text, indentation: inner)
    }
    if inner != nil, let indentation {
      text += "\n" + String(repeating: " ", count: indentation)
    }
    text += close
  }

  private static func quote(_ value: String, into text: inout String) {
    text += "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\t": text += "\\t"
      case "\r": text += "\\r"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F:
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
