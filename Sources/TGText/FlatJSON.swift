/// JSON (RFC 8259) of the two forms that vocabularies have: a list of strings, or an object whose
/// values are strings or whole numbers. Nothing nests, so nothing can nest too deep.
struct FlatJSON {
  enum Document {
    case list([String])
    case object([(key: String, value: Value)])
  }

  enum Value {
    case text(String)
    case number(Int)
  }

  private let bytes: [UInt8]
  private let path: String
  private var position = 0

  init(bytes: [UInt8], path: String) {
    self.bytes = bytes
    self.path = path
  }

  /// Reads the document to its end.
  mutating func read() throws(TextError) -> Document {
    let document: Document
    if take("[") {
      var list: [String] = []
      try members("]") { (reader) throws(TextError) in list.append(try reader.string()) }
      document = .list(list)
    } else if take("{") {
      var object: [(key: String, value: Value)] = []
      try members("}") { (reader) throws(TextError) in
        let key = try reader.string()
        guard reader.take(":") else { throw reader.fail("':' is missing after '\(key)'") }
        object.append((key, try reader.value()))
      }
      document = .object(object)
    } else {
      throw fail("neither '[' nor '{' begins it")
    }
    skipSpace()
    guard position == bytes.count else { throw fail("something follows the end") }
    return document
  }

  private mutating func members(
    _ close: Character, _ member: (inout FlatJSON) throws(TextError) -> Void
  ) throws(TextError) {
    if take(close) { return }
    var count = 0
    repeat {
      guard count < Vocabulary.maximumCount else {
        throw fail("more than \(Vocabulary.maximumCount) words")
      }
      try member(&self)
      count += 1
    } while take(",")
    guard take(close) else { throw fail("'\(close)' or ',' is missing") }
  }

  private mutating func value() throws(TextError) -> Value {
    skipSpace()
    let start = position
    while position < bytes.count, position - start < 20,
      (0x30...0x39).contains(bytes[position]) || bytes[position] == UInt8(ascii: "-")
    { position += 1 }
    if position > start {
      guard let number = Int(String(decoding: bytes[start..<position], as: UTF8.self)) else {
        throw fail("a number is not a whole one")
      }
      return .number(number)
    }
    return .text(try string())
  }

  private mutating func string() throws(TextError) -> String {
    guard take("\"") else { throw fail("a string was expected; lists and objects do not nest") }
    var result: [UInt8] = []
    while position < bytes.count, result.count <= Vocabulary.maximumWordBytes {
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: result, as: UTF8.self) else {
          throw fail("a string is not UTF-8")
        }
        return text
      case UInt8(ascii: "\\"):
        result += Array(String(try escaped()).utf8)
      case 0..<0x20:
        throw fail("a control character stands in a string")
      default:
        result.append(byte)
      }
    }
    throw fail(
      position < bytes.count
        ? "a word has more than \(Vocabulary.maximumWordBytes) bytes" : "a string does not end")
  }

  private mutating func escaped() throws(TextError) -> Unicode.Scalar {
    guard position < bytes.count else { throw fail("a string does not end") }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      var code = try unit()
      if (0xD800...0xDBFF).contains(code), position + 1 < bytes.count,
        bytes[position] == UInt8(ascii: "\\"), bytes[position + 1] == UInt8(ascii: "u")
      {
        position += 2
        let low = try unit()
        guard (0xDC00...0xDFFF).contains(low) else { throw fail("half a surrogate pair") }
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw fail("half a surrogate pair") }
      return scalar
    default: throw fail("an unknown escape")
    }
  }

  private mutating func unit() throws(TextError) -> UInt32 {
    guard position + 4 <= bytes.count,
      bytes[position..<position + 4].allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
      let code = UInt32(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
    else { throw fail("'\\u' wants four hexadecimal digits") }
    position += 4
    return code
  }

  private mutating func skipSpace() {
    while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) {
      position += 1
    }
  }

  private mutating func take(_ wanted: Character) -> Bool {
    skipSpace()
    guard position < bytes.count, wanted.asciiValue == bytes[position] else { return false }
    position += 1
    return true
  }

  private func fail(_ reason: String) -> TextError {
    let line = 1 + bytes.prefix(position).count { $0 == 0x0A }
    return .badVocabulary(path: path, line: line, reason: reason)
  }
}
