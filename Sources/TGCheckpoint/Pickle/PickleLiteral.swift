import TGTensor

/// A number or a string as the stream spells it.
enum PickleLiteral {
  case int(Int)
  case float(Double)
  /// A whole number of more than 64 bits, two's complement, lowest byte first.
  case long([UInt8])
  case text(PickleSpan)
  /// A string of Python 2: bytes whose encoding nobody wrote down.
  case byteString(PickleSpan)
  case bytes(PickleSpan)
}

/// Where the bytes of a string are.
struct PickleSpan {
  /// How they are written.
  enum Spelling {
    /// As they are.
    case plain
    /// Between quotation marks, with the escapes of Python 2.
    case quoted
    /// Latin-1 with `\uXXXX` and `\UXXXXXXXX`.
    case escaped
  }

  var range: Range<Int>
  var spelling = Spelling.plain
}

/// Reads a literal at the position of a reader, behind its instruction.
struct PickleLiteralReader {
  var input: ByteReader

  mutating func byte() throws(PickleFault) -> UInt8 {
    guard let byte = input.next() else { throw .truncated }
    return byte
  }

  /// A whole number of some bytes, lowest first.
  mutating func unsigned(_ count: Int) throws(PickleFault) -> UInt64 {
    var result: UInt64 = 0
    for shift in 0..<count { result |= UInt64(try byte()) << UInt64(8 * shift) }
    return result
  }

  /// The next bytes, passed over; a length is believed only if that many are there.
  mutating func take(_ count: UInt64) throws(PickleFault) -> Range<Int> {
    guard let range = input.skip(count) else { throw .truncated }
    return range
  }

  /// The range up to the next line end, which is consumed.
  mutating func line() throws(PickleFault) -> Range<Int> {
    let start = input.position
    while try byte() != 0x0a {}
    return start..<input.position - 1
  }

  /// A short line as text.
  mutating func shortLine(_ what: String) throws(PickleFault) -> String {
    var line: [UInt8] = []
    while case let next = try byte(), next != 0x0a {
      line.append(next)
      guard line.count <= 1024 else { throw .literal(what) }
    }
    guard let text = String(validating: line, as: UTF8.self) else { throw .literal(what) }
    return text
  }

  mutating func decimal() throws(PickleFault) -> Int {
    guard let value = Int(try shortLine("number")) else { throw .literal("number") }
    return value
  }

  /// The literal of an instruction; nil if the instruction is another one. Protocol 0 writes booleans
  /// as the numbers `00` and `01`: these are `true` or `false`.
  mutating func literal(_ code: UInt8) throws(PickleFault) -> PickleLiteral? {
    switch code {
    case UInt8(ascii: "K"): return .int(Int(try byte()))
    case UInt8(ascii: "M"): return .int(Int(try unsigned(2)))
    case UInt8(ascii: "J"): return .int(Int(Int32(truncatingIfNeeded: try unsigned(4))))
    case UInt8(ascii: "G"): return .float(Double(bitPattern: try unsigned(8).byteSwapped))
    case UInt8(ascii: "L"):
      var text = Substring(try shortLine("number"))
      if text.hasSuffix("L") { text.removeLast() }
      guard let value = Int(text) else { throw .literal("number") }
      return .int(value)
    case UInt8(ascii: "F"):
      guard let value = Double(try shortLine("number")) else { throw .literal("number") }
      return .float(value)
    case 0x8a: return try long(try unsigned(1))
    case 0x8b: return try long(try unsigned(4))
    case UInt8(ascii: "S"): return .byteString(PickleSpan(range: try line(), spelling: .quoted))
    case UInt8(ascii: "T"):
      let length = try unsigned(4)
      guard length < 1 << 31 else { throw .literal("length") }
      return .byteString(PickleSpan(range: try take(length)))
    case UInt8(ascii: "U"): return .byteString(PickleSpan(range: try take(try unsigned(1))))
    case UInt8(ascii: "B"): return .bytes(PickleSpan(range: try take(try unsigned(4))))
    case UInt8(ascii: "C"): return .bytes(PickleSpan(range: try take(try unsigned(1))))
    case 0x8e, 0x96: return .bytes(PickleSpan(range: try take(try unsigned(8))))
    case UInt8(ascii: "V"): return .text(PickleSpan(range: try line(), spelling: .escaped))
    case UInt8(ascii: "X"): return .text(PickleSpan(range: try take(try unsigned(4))))
    case 0x8c: return .text(PickleSpan(range: try take(try unsigned(1))))
    case 0x8d: return .text(PickleSpan(range: try take(try unsigned(8))))
    default: return nil
    }
  }

  /// A two's complement number of some bytes, lowest first.
  private mutating func long(_ length: UInt64) throws(PickleFault) -> PickleLiteral {
    guard length <= 1024 else { throw .budget("bytes in a number", limit: 1024) }
    var bytes: [UInt8] = []
    for _ in 0..<length { bytes.append(try byte()) }
    let fill: UInt8 = (bytes.last ?? 0) & 0x80 == 0 ? 0 : 0xff
    let high = bytes.dropFirst(8)
    let low = bytes.prefix(8)
    guard high.allSatisfy({ $0 == fill }), low.count < 8 || (low[7] & 0x80 == fill & 0x80) else {
      return .long(bytes)
    }
    var value: UInt64 = fill == 0 ? 0 : .max
    for byte in low.reversed() { value = value << 8 | UInt64(byte) }
    return .int(Int(Int64(bitPattern: value)))
  }
}

extension PickleDocument {
  /// The literal that an item is; nil if it is none.
  func literal(_ item: PickleItem) -> PickleLiteral? {
    let offset: Int
    switch item.form {
    case .small(let value): return .int(value)
    case .literal(let start): offset = start
    case .farLiteral(let number): offset = farLiterals[number]
    case .none, .nothing, .bool, .object: return nil
    }
    var reader = PickleLiteralReader(input: ByteReader(region, at: offset, window: 64))
    // It was read before, when the stream was.
    guard let code = try? reader.byte() else { return nil }
    if code == UInt8(ascii: "I") { return (try? reader.decimal()).map { .int($0) } }
    return (try? reader.literal(code)) ?? nil
  }

  /// The whole number that an item is; nil for anything else.
  func int(_ item: PickleItem) -> Int? {
    if case .int(let value) = literal(item) { value } else { nil }
  }

  /// The text of a string of either Python; nil if the item is something else or not UTF-8.
  func string(_ item: PickleItem) -> String? {
    switch literal(item) {
    case .text(let span), .byteString(let span): text(span)
    default: nil
    }
  }

  /// A string as text; nil if it is not UTF-8.
  func text(_ span: PickleSpan) -> String? {
    guard let bytes = region.bytes(span.range) else { return nil }
    switch span.spelling {
    case .plain: return String(validating: bytes, as: UTF8.self)
    case .quoted:
      return PickleSpan.unquoted(bytes).flatMap { String(validating: $0, as: UTF8.self) }
    case .escaped: return PickleSpan.unescaped(bytes)
    }
  }

  /// The bytes of a string.
  func bytes(_ span: PickleSpan) -> ByteRegion? {
    guard span.spelling == .quoted else { return region.region(span.range) }
    return region.bytes(span.range).flatMap { PickleSpan.unquoted($0) }.map { ByteRegion($0) }
  }

  /// The longest string that is spelled with escapes, in bytes.
  private static let longestLine = 32 << 20

  /// True if a string is what its spelling demands.
  func isValid(_ span: PickleSpan, isText: Bool) -> Bool {
    switch span.spelling {
    case .quoted: span.range.count <= Self.longestLine && bytes(span) != nil
    case .escaped: span.range.count <= Self.longestLine && text(span) != nil
    case .plain: !isText || isUTF8(span.range)
    }
  }

  /// Looks at long texts in parts, which end where a character begins.
  private func isUTF8(_ range: Range<Int>) -> Bool {
    var start = range.lowerBound
    while start < range.upperBound {
      var part = region.bytes(start..<min(start + 1 << 20, range.upperBound)) ?? []
      if start + part.count < range.upperBound {
        while let last = part.last, last & 0xc0 == 0x80 { part.removeLast() }
        if part.count > 1 { part.removeLast() }
      }
      guard !part.isEmpty, String(validating: part, as: UTF8.self) != nil else { return false }
      start += part.count
    }
    return true
  }
}

extension PickleSpan {
  /// A string of Python 2 in protocol 0: `'it\'s'`; nil if it is malformed.
  static func unquoted(_ line: [UInt8]) -> [UInt8]? {
    guard line.count >= 2, let quote = line.first, quote == line.last,
      quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"")
    else { return nil }
    let simple: [UInt8: UInt8] = [
      0x5c: 0x5c, 0x27: 0x27, 0x22: 0x22, 0x6e: 0x0a, 0x72: 0x0d, 0x74: 0x09, 0x62: 0x08,
      0x66: 0x0c, 0x76: 0x0b, 0x61: 0x07,
    ]
    var result: [UInt8] = []
    var rest = line[1..<line.count - 1]
    while let byte = rest.popFirst() {
      guard byte == 0x5c else {
        guard byte != quote else { return nil }
        result.append(byte)
        continue
      }
      guard let escape = rest.popFirst() else { return nil }
      if let plain = simple[escape] {
        result.append(plain)
      } else {
        guard escape == UInt8(ascii: "x"), let code = hexadecimal(&rest, 2) else { return nil }
        result.append(UInt8(truncatingIfNeeded: code))
      }
    }
    return result
  }

  /// A string in protocol 0: Latin-1 with `\uXXXX` and `\UXXXXXXXX`; nil if it is malformed.
  static func unescaped(_ line: [UInt8]) -> String? {
    var rest = line[...]
    var result = String.UnicodeScalarView()
    while let byte = rest.popFirst() {
      guard byte == 0x5c, rest.first == UInt8(ascii: "u") || rest.first == UInt8(ascii: "U") else {
        result.append(Unicode.Scalar(byte))
        continue
      }
      let digits = rest.popFirst() == UInt8(ascii: "u") ? 4 : 8
      guard let code = hexadecimal(&rest, digits), let scalar = Unicode.Scalar(code) else {
        return nil
      }
      result.append(scalar)
    }
    return String(result)
  }

  private static func hexadecimal(_ bytes: inout ArraySlice<UInt8>, _ digits: Int) -> UInt32? {
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
}
