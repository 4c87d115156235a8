package import TGDiagnostics

/// A text cut into tokens and comments.
package struct LexedFile: Sendable {
  /// The tokens in order; the last is `.end`.
  package var tokens: [Token]
  /// The comments in order.
  package var comments: [Comment]
  /// What was wrong.
  package var diagnostics: [Diagnostic]
}

/// Cuts text into tokens. Never fails: what cannot be read is reported and skipped.
package struct Lexer {
  /// The most letters of a name; the names of a plan are made of few of them.
  static let maximumNameBytes = 256
  /// The most bytes that a source file may have.
  package static let maximumBytes = 4 << 20
  /// The most findings that are reported for one file.
  static let maximumFindings = 50

  private let bytes: [UInt8]
  private let file: Int
  private let limit: Int
  private var position: Int
  private var result = LexedFile(tokens: [], comments: [], diagnostics: [])

  /// Makes a lexer of a whole file, or of the bytes of a range in it.
  private init(_ source: SourceFile, file: Int, range: Range<Int>) {
    bytes = source.bytes
    self.file = file
    position = range.lowerBound
    limit = range.upperBound
  }

  /// The tokens of a file; `file` is its index in the source table.
  package static func lex(_ source: SourceFile, file: Int) -> LexedFile {
    let findings = unreadableBytes(of: source, file: file)
    guard findings.isEmpty else {
      let end = Token(kind: .end, start: 0, end: 0, commentsBefore: 0, startsLine: true)
      return LexedFile(tokens: [end], comments: [], diagnostics: findings)
    }
    var lexer = Lexer(source, file: file, range: 0..<source.bytes.count)
    lexer.run()
    return lexer.result
  }

  /// The tokens of an interpolated expression, a part of a file whose bytes were checked.
  static func lex(_ source: SourceFile, file: Int, range: Range<Int>) -> LexedFile {
    var lexer = Lexer(source, file: file, range: range)
    lexer.run()
    return lexer.result
  }

  private mutating func run() {
    while result.diagnostics.count < Lexer.maximumFindings {
      let startsLine = skipSpace()
      guard position < limit else { break }
      let start = position
      guard let kind = scan() else { continue }
      append(kind, start, startsLine)
    }
    position = limit
    append(.end, limit, true)
  }

  private mutating func append(_ kind: Token.Kind, _ start: Int, _ startsLine: Bool) {
    result.tokens.append(
      Token(
        kind: kind, start: Int32(start), end: Int32(position),
        commentsBefore: Int32(result.comments.count),
        startsLine: startsLine || result.tokens.isEmpty))
  }

  /// Skips space and comments; true if a line ended.
  private mutating func skipSpace() -> Bool {
    var sawLineEnd = false
    while position < limit {
      switch bytes[position] {
      case 0x20, 0x09: position += 1
      case 0x0A, 0x0D:
        sawLineEnd = true
        position += 1
      case 0x2F where peek(1) == 0x2F:
        let start = position
        while position < limit, bytes[position] != 0x0A, bytes[position] != 0x0D { position += 1 }
        let isDocumentation =
          start + 2 < position && bytes[start + 2] == 0x2F
          && !(start + 3 < position && bytes[start + 3] == 0x2F)
        result.comments.append(
          Comment(
            range: SourceRange(file: file, start: start, end: position),
            isDocumentation: isDocumentation, ownsLine: sawLineEnd || result.tokens.isEmpty))
      default: return sawLineEnd
      }
    }
    return sawLineEnd
  }

  private func peek(_ ahead: Int) -> UInt8? {
    position + ahead < limit ? bytes[position + ahead] : nil
  }

  private mutating func scan() -> Token.Kind? {
    let byte = bytes[position]
    if byte.isLetter { return word() }
    if byte.isDigit { return number() }
    if byte == 0x22 { return string() }
    return symbol()
  }

  private mutating func word() -> Token.Kind {
    let start = position
    while position < limit, bytes[position].isLetter || bytes[position].isDigit { position += 1 }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if let keyword = Keyword(rawValue: text) { return .keyword(keyword) }
    if text.utf8.count > Lexer.maximumNameBytes {
      report(
        "limit",
        "a name of \(text.utf8.count) letters; it may have \(Lexer.maximumNameBytes)", from: start,
        hint: nil)
    }
    return bytes[start].isUpper ? .typeName : .name
  }

  private mutating func number() -> Token.Kind? {
    let start = position
    var isFloat = false
    while let byte = peek(0), byte.isDigit { position += 1 }
    if peek(0) == 0x2E, peek(1)?.isDigit == true {
      isFloat = true
      position += 1
      while let byte = peek(0), byte.isDigit { position += 1 }
    }
    if let e = peek(0), e == 0x65 || e == 0x45 {
      let signed = peek(1) == 0x2B || peek(1) == 0x2D
      if peek(signed ? 2 : 1)?.isDigit == true {
        isFloat = true
        position += signed ? 2 : 1
        while let byte = peek(0), byte.isDigit { position += 1 }
      }
    }
    if let byte = peek(0), byte.isLetter {
      while let byte = peek(0), byte.isLetter || byte.isDigit { position += 1 }
      report(
        "number", "`\(shown(start))` is not a number", from: start,
        hint: "numbers are decimal: 12, 0.5, 1e-5; a name starts with a letter")
      return nil
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isFloat, let value = Double(text), Float(value).isFinite { return .float }
    if !isFloat, Int(text) != nil { return .integer }
    report(
      "number", "`\(shown(start))` is too large", from: start,
      hint: isFloat
        ? "tensors are float32: at most 3.4e38" : "whole numbers end at 9223372036854775807")
    return nil
  }

  private mutating func string() -> Token.Kind? {
    let start = position
    guard let end = endOfString(bytes, from: position, limit: limit) else {
      while position < limit, bytes[position] != 0x0A, bytes[position] != 0x0D { position += 1 }
      report(
        "string", "this text does not end on its line", from: start,
        hint: "close it with \"; every { in it needs its }, a literal brace is \\{")
      return nil
    }
    position = end
    return .string
  }

  private mutating func symbol() -> Token.Kind? {
    for length in stride(from: 3, through: 1, by: -1) where position + length <= limit {
      let text = String(decoding: bytes[position..<position + length], as: UTF8.self)
      if let symbol = Symbol(rawValue: text) {
        position += length
        return .symbol(symbol)
      }
    }
    let start = position
    position += 1
    while position < limit, bytes[position] & 0xC0 == 0x80 { position += 1 }
    report(
      "character", "`\(shown(start))` means nothing here", from: start,
      hint: bytes[start] == 0x3B
        ? "a statement ends with its line, without a semicolon"
        : bytes[start] >= 0x80 ? "outside of strings and comments only ASCII is used" : nil)
    return nil
  }

  private func shown(_ start: Int) -> String {
    let text = String(decoding: bytes[start..<min(position, start + 40)], as: UTF8.self)
    return position - start > 40 ? text + "…" : text
  }

  private mutating func report(_ id: String, _ message: String, from start: Int, hint: String?) {
    result.diagnostics.append(
      Diagnostic(
        id, message, at: SourceRange(file: file, start: start, end: position), hint: hint))
  }
}

/// The offset after the closing quotation mark of the string that starts at `start`; nil if it does
/// not end on its line. Interpolations nest, and may hold strings.
func endOfString(_ bytes: [UInt8], from start: Int, limit: Int) -> Int? {
  // What is open: `true` for a string, `false` for a brace of an interpolation.
  var open: [Bool] = [true]
  var position = start + 1
  while position < limit {
    let byte = bytes[position]
    if byte == 0x0A || byte == 0x0D { return nil }
    position += 1
    if open.last == true {
      if byte == 0x5C, position < limit, bytes[position] != 0x0A, bytes[position] != 0x0D {
        position += 1
      }
      if byte == 0x22 { open.removeLast() }
      if byte == 0x7B { open.append(false) }
    } else {
      if byte == 0x22 { open.append(true) }
      if byte == 0x7B { open.append(false) }
      if byte == 0x7D { open.removeLast() }
    }
    if open.isEmpty { return position <= limit ? position : nil }
  }
  return nil
}

/// Bytes that no source text may hold: what is not UTF-8, control characters, and characters that
/// change the direction in which a line is read.
private func unreadableBytes(of source: SourceFile, file: Int) -> [Diagnostic] {
  let bytes = source.bytes
  func finding(_ id: String, _ message: String, at start: Int, count: Int, hint: String?)
    -> [Diagnostic]
  {
    let range = SourceRange(file: file, start: start, end: min(bytes.count, start + count))
    return [Diagnostic(id, message, at: range, hint: hint)]
  }
  guard bytes.count <= Lexer.maximumBytes else {
    return [
      Diagnostic(
        "file-size", "the file has \(bytes.count) bytes; a graph has at most 4194304", at: nil)
    ]
  }
  guard String(validating: bytes, as: UTF8.self) != nil else {
    // No location: bytes that are no text are not shown.
    return [
      Diagnostic(
        "encoding", "\(source.name) is not text in UTF-8", at: nil,
        hint: "is this a .tgraph file? Checkpoints are given with --weights")
    ]
  }
  if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
    return finding(
      "character", "the file starts with a byte order mark", at: 0, count: 3,
      hint: "save it as UTF-8 without the mark")
  }
  for (index, byte) in bytes.enumerated() {
    let isSecondControl = byte == 0xC2 && index + 1 < bytes.count && bytes[index + 1] < 0xA0
    if isSecondControl || byte == 0x7F {
      let code = String(byte == 0x7F ? byte : bytes[index + 1], radix: 16, uppercase: true)
      return finding(
        "character", "control character U+00\(code)", at: index, count: byte == 0x7F ? 1 : 2,
        hint: "remove it")
    }
    if byte < 0x20, byte != 0x09, byte != 0x0A, byte != 0x0D {
      let code = String(byte, radix: 16, uppercase: true)
      return finding(
        "character", "control character U+\(code.count < 2 ? "000" : "00")\(code)", at: index,
        count: 1, hint: "remove it")
    }
    if byte == 0xE2, index + 2 < bytes.count, isBidirectional(bytes[index + 1], bytes[index + 2]) {
      return finding(
        "character", "a character that changes the reading direction of the line", at: index,
        count: 3, hint: "remove it: the text would not run in the order in which it is seen")
    }
  }
  return []
}

/// U+200E, U+200F, U+202A … U+202E and U+2066 … U+2069, whose first byte is 0xE2.
private func isBidirectional(_ second: UInt8, _ third: UInt8) -> Bool {
  switch second {
  case 0x80: (0x8E...0x8F).contains(third) || (0xAA...0xAE).contains(third)
  case 0x81: (0xA6...0xA9).contains(third)
  default: false
  }
}

extension UInt8 {
  fileprivate var isDigit: Bool { (0x30...0x39).contains(self) }
  fileprivate var isUpper: Bool { (0x41...0x5A).contains(self) }
  fileprivate var isLetter: Bool { isUpper || (0x61...0x7A).contains(self) || self == 0x5F }
}
