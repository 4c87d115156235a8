import TGTensor

/// Numbers and strings as the stream spells them.
extension PickleReader {
  mutating func length(_ bytes: Int, signed: Bool = false) throws(PickleFault) -> UInt64 {
    let length = try input.unsigned(bytes)
    guard !signed || length < 1 << 31 else { throw .literal("length") }
    return length
  }

  mutating func text(_ length: UInt64) throws(PickleFault) -> String {
    let bytes = try input.take(length)
    guard let text = String(validating: bytes, as: UTF8.self) else { throw .literal("string") }
    return text
  }

  /// A two's complement number of some bytes, lowest first.
  mutating func pushLong(_ length: UInt64) throws(PickleFault) {
    guard length <= 1024 else { throw .budget("bytes in a number", limit: 1024) }
    let bytes = try input.take(length)
    let fill: UInt8 = (bytes.last ?? 0) & 0x80 == 0 ? 0 : 0xff
    let high = bytes.dropFirst(8)
    let low = bytes.prefix(8)
    guard high.allSatisfy({ $0 == fill }), low.count < 8 || (low[7] & 0x80 == fill & 0x80) else {
      try push(.long(bytes))
      return
    }
    var value: UInt64 = fill == 0 ? 0 : .max
    for byte in low.reversed() { value = value << 8 | UInt64(byte) }
    push(.int(Int(Int64(bitPattern: value))))
  }

  mutating func decimalLine() throws(PickleFault) -> String {
    guard let text = String(validating: try input.line(), as: UTF8.self), text.utf8.count <= 1024
    else { throw .literal("number") }
    return text
  }

  mutating func decimal() throws(PickleFault) -> Int {
    guard let value = Int(try decimalLine()) else { throw .literal("number") }
    return value
  }

  /// Protocol 0 writes booleans as the numbers `00` and `01`.
  mutating func integerLine() throws(PickleFault) -> PickleItem {
    let text = try decimalLine()
    if text == "00" || text == "01" { return .bool(text == "01") }
    guard let value = Int(text) else { throw .literal("number") }
    return .int(value)
  }

  mutating func longLine() throws(PickleFault) -> PickleItem {
    var text = Substring(try decimalLine())
    if text.hasSuffix("L") { text.removeLast() }
    guard let value = Int(text) else { throw .literal("number") }
    return .int(value)
  }

  mutating func nameLine() throws(PickleFault) -> String {
    guard let name = String(validating: try input.line(), as: UTF8.self), name.utf8.count <= 1024
    else { throw .literal("name") }
    return name
  }

  /// A string of Python 2 in protocol 0: `'it\'s'`.
  mutating func quotedLine() throws(PickleFault) -> [UInt8] {
    let line = try input.line()
    guard line.count >= 2, let quote = line.first, quote == line.last,
      quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"")
    else { throw .literal("string") }
    let simple: [UInt8: UInt8] = [
      0x5c: 0x5c, 0x27: 0x27, 0x22: 0x22, 0x6e: 0x0a, 0x72: 0x0d, 0x74: 0x09, 0x62: 0x08,
      0x66: 0x0c, 0x76: 0x0b, 0x61: 0x07,
    ]
    var result: [UInt8] = []
    var rest = line[1..<line.count - 1]
    while let byte = rest.popFirst() {
      guard byte == 0x5c else {
        guard byte != quote else { throw .literal("string") }
        result.append(byte)
        continue
      }
      guard let escape = rest.popFirst() else { throw .literal("string") }
      if let plain = simple[escape] {
        result.append(plain)
      } else {
        guard escape == UInt8(ascii: "x"), let code = hexadecimal(&rest, 2) else {
          throw .literal("string")
        }
        result.append(UInt8(truncatingIfNeeded: code))
      }
    }
    return result
  }

  /// A string in protocol 0: Latin-1 with `\uXXXX` and `\UXXXXXXXX`.
  mutating func unicodeLine() throws(PickleFault) -> String {
    let line = try input.line()
    var rest = line[...]
    var result = String.UnicodeScalarView()
    while let byte = rest.popFirst() {
      guard byte == 0x5c, rest.first == UInt8(ascii: "u") || rest.first == UInt8(ascii: "U") else {
        result.append(Unicode.Scalar(byte))
        continue
      }
      let digits = rest.popFirst() == UInt8(ascii: "u") ? 4 : 8
      guard let code = hexadecimal(&rest, digits), let scalar = Unicode.Scalar(code) else {
        throw .literal("string")
      }
      result.append(scalar)
    }
    return String(result)
  }

  private func hexadecimal(_ bytes: inout ArraySlice<UInt8>, _ digits: Int) -> UInt32? {
    guard bytes.count >= digits else { return nil }
    var code: UInt32 = 0
    for _ in 0..<digits {
      guard let byte = bytes.popFirst(), byte < 0x80,
        let digit = Character(Unicode.Scalar(byte)).hexDigitValue
      else { return nil }
      code = code << 4 | UInt32(digit)
    }
    return code
  }

  /// The text of a string of either Python; nil if the value is something else or not UTF-8.
  func string(_ item: PickleItem) -> String? {
    guard case .object(let place) = item else { return nil }
    return objects[place].string
  }
}

extension PickleObject {
  /// The text of a string of either Python; nil if this is something else or not UTF-8.
  var string: String? {
    switch self {
    case .text(let text): text
    case .byteString(let bytes): String(validating: bytes, as: UTF8.self)
    default: nil
    }
  }
}
