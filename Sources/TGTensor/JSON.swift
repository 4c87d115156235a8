/// A JSON value. Objects keep the order of their members.
package enum JSON: Hashable, Sendable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A number written without fraction and exponent that fits 64 bits.
  case integer(Int)
  /// Any other finite number.
  case number(Double)
  /// A string.
  case string(String)
  /// An array.
  case array([JSON])
  /// An object.
  case object([Member])

  /// A named value in an object.
  package struct Member: Hashable, Sendable {
    /// The key.
    package var name: String
    /// What it stands for.
    package var value: JSON

    /// Makes a member.
    package init(_ name: String, _ value: JSON) {
      self.name = name
      self.value = value
    }
  }

  /// The value of a member of an object; nil if there is none or this is no object.
  package subscript(name: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  /// Reads a JSON text (RFC 8259), strictly: UTF-8, one value, no duplicate keys, no lone
  /// surrogates, no number out of range, nesting of at most `depth`, at most `values` values.
  ///
  /// - Throws: `JSONError`, with the byte where reading stopped.
  package init(
    parsing bytes: [UInt8], depth: Int = 64, values: Int = 4_000_000
  ) throws(JSONError) {
    var parser = JSONParser(bytes: bytes, depth: depth, values: values)
    self = try parser.document()
  }
}

/// Why a text is not JSON that we take.
package struct JSONError: Error, Hashable, Sendable {
  /// The position in the text, in bytes from its start.
  package let offset: Int
  /// What is wrong there.
  package let fault: Fault

  /// Makes an error.
  package init(offset: Int, fault: Fault) {
    self.offset = offset
    self.fault = fault
  }

  /// What can be wrong.
  package enum Fault: Hashable, Sendable {
    /// The text ends inside a value.
    case unexpectedEnd
    /// A byte that cannot stand here.
    case unexpected(UInt8)
    /// Something follows the value.
    case trailing
    /// An object has two members of one name.
    case duplicateKey(String)
    /// Arrays and objects lie too deep in each other.
    case tooDeep(limit: Int)
    /// Too many values.
    case tooMany(limit: Int)
    /// A string is not UTF-8, has a control character, a wrong escape or half a surrogate pair.
    case badString
    /// A number is malformed or too large.
    case badNumber
  }
}

extension JSONError: CustomStringConvertible {
  /// One sentence without the name of the file.
  package var description: String {
    let what =
      switch fault {
      case .unexpectedEnd: "the text ends inside a value"
      case .unexpected(let byte):
        byte >= 0x20 && byte < 0x7f
          ? "'\(Character(Unicode.Scalar(byte)))' cannot stand here"
          : "byte \(byte) cannot stand here"
      case .trailing: "something follows the value"
      case .duplicateKey(let key): "the key \"\(key.prefix(80))\" occurs twice in one object"
      case .tooDeep(let limit): "nested deeper than \(limit)"
      case .tooMany(let limit): "more than \(limit) values"
      case .badString: "a string is not valid (UTF-8, escapes, no control characters)"
      case .badNumber: "a number is not valid or out of range"
      }
    return "not valid JSON at byte \(offset): \(what)"
  }
}

/// A recursive-descent parser of bounded depth.
private struct JSONParser {
  let bytes: [UInt8]
  let depth: Int
  var values: Int
  var position = 0
  let limit: Int

  init(bytes: [UInt8], depth: Int, values: Int) {
    self.bytes = bytes
    self.depth = depth
    self.values = values
    limit = values
  }

  mutating func document() throws(JSONError) -> JSON {
    let value = try self.value(level: 0)
    skipSpace()
    guard position == bytes.count else { throw error(.trailing) }
    return value
  }

  func error(_ fault: JSONError.Fault) -> JSONError { JSONError(offset: position, fault: fault) }

  var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 {
      position += 1
    }
  }

  mutating func expect(_ byte: Unicode.Scalar) throws(JSONError) {
    guard let found = next else { throw error(.unexpectedEnd) }
    guard UInt32(found) == byte.value else { throw error(.unexpected(found)) }
    position += 1
  }

  mutating func accept(_ byte: Unicode.Scalar) -> Bool {
    guard let found = next, UInt32(found) == byte.value else { return false }
    position += 1
    return true
  }

  mutating func value(level: Int) throws(JSONError) -> JSON {
    skipSpace()
    guard level <= depth else { throw error(.tooDeep(limit: depth)) }
    guard values > 0 else { throw error(.tooMany(limit: limit)) }
    values -= 1
    guard let first = next else { throw error(.unexpectedEnd) }
    switch Unicode.Scalar(first) {
    case "{": return try object(level: level)
    case "[": return try array(level: level)
    case "\"": return .string(try string())
    case "t": return try word("true", .bool(true))
    case "f": return try word("false", .bool(false))
    case "n": return try word("null", .null)
    case "-", "0"..."9": return try number()
    default: throw error(.unexpected(first))
    }
  }

  mutating func word(_ word: String, _ value: JSON) throws(JSONError) -> JSON {
    for scalar in word.unicodeScalars { try expect(scalar) }
    return value
  }

  mutating func object(level: Int) throws(JSONError) -> JSON {
    try expect("{")
    var members: [JSON.Member] = []
    var names: Set<String> = []
    skipSpace()
    if accept("}") { return .object(members) }
    repeat {
      skipSpace()
      let start = position
      let name = try string()
      guard names.insert(name).inserted else {
        throw JSONError(offset: start, fault: .duplicateKey(name))
      }
      skipSpace()
      try expect(":")
      members.append(JSON.Member(name, try value(level: level + 1)))
      skipSpace()
    } while accept(",")
    try expect("}")
    return .object(members)
  }

  mutating func array(level: Int) throws(JSONError) -> JSON {
    try expect("[")
    var items: [JSON] = []
    skipSpace()
    if accept("]") { return .array(items) }
    repeat {
      items.append(try value(level: level + 1))
      skipSpace()
    } while accept(",")
    try expect("]")
    return .array(items)
  }

  mutating func string() throws(JSONError) -> String {
    try expect("\"")
    var text: [UInt8] = []
    while true {
      guard let byte = next else { throw error(.unexpectedEnd) }
      guard byte >= 0x20 else { throw error(.badString) }
      position += 1
      if byte == UInt8(ascii: "\"") { break }
      if byte == UInt8(ascii: "\\") {
        try escape(into: &text)
      } else {
        text.append(byte)
      }
    }
    guard let result = String(validating: text, as: UTF8.self) else { throw error(.badString) }
    return result
  }

  mutating func escape(into text: inout [UInt8]) throws(JSONError) {
    guard let byte = next else { throw error(.unexpectedEnd) }
    position += 1
    switch Unicode.Scalar(byte) {
    case "\"", "\\", "/": text.append(byte)
    case "b": text.append(0x08)
    case "f": text.append(0x0c)
    case "n": text.append(0x0a)
    case "r": text.append(0x0d)
    case "t": text.append(0x09)
    case "u":
      var code = try hexadecimal()
      if (0xd800..<0xdc00).contains(code) {
        guard accept("\\"), accept("u") else { throw error(.badString) }
        let low = try hexadecimal()
        guard (0xdc00..<0xe000).contains(low) else { throw error(.badString) }
        code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw error(.badString) }
      text.append(contentsOf: String(Character(scalar)).utf8)
    default: throw error(.badString)
    }
  }

  mutating func hexadecimal() throws(JSONError) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = next else { throw error(.unexpectedEnd) }
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
        throw error(.badString)
      }
      code = code << 4 | UInt32(digit)
      position += 1
    }
    return code
  }

  mutating func digits() throws(JSONError) {
    let start = position
    while let byte = next, byte >= 0x30, byte <= 0x39 { position += 1 }
    guard position > start else { throw error(.badNumber) }
  }

  mutating func number() throws(JSONError) -> JSON {
    let start = position
    _ = accept("-")
    if !accept("0") { try digits() }
    var whole = true
    if accept(".") {
      whole = false
      try digits()
    }
    if accept("e") || accept("E") {
      whole = false
      if !accept("+") { _ = accept("-") }
      try digits()
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if whole, let integer = Int(text) { return .integer(integer) }
    guard let number = Double(text), number.isFinite else { throw error(.badNumber) }
    return .number(number)
  }
}
