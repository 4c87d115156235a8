import TGDiagnostics

// Text literals: escapes resolved, interpolations parsed.

extension Parser {
  mutating func stringLiteral(_ purpose: String) throws(Recovery) -> StringLiteral {
    guard token.kind == .string else { throw unexpected(purpose) }
    let taken = advance()
    let location = range(taken)
    var parts: [StringLiteral.Part] = []
    var pending: [UInt8] = []
    var position = location.start + 1
    let end = location.end - 1
    while position < end {
      let byte = source.bytes[position]
      switch byte {
      case 0x5C:
        let escape = source.bytes[position + 1]
        guard let value = escaped(escape) else {
          throw report(
            "string", "`\\\(String(decoding: [escape], as: UTF8.self))` is not an escape",
            at: SourceRange(file: fileIndex, start: position, end: position + 2),
            hint: "\\\" \\\\ \\n \\t \\{ \\}")
        }
        pending.append(value)
        position += 2
      case 0x7B:
        if !pending.isEmpty { parts.append(.text(String(decoding: pending, as: UTF8.self))) }
        pending = []
        let close = endOfInterpolation(from: position, limit: end)
        parts.append(.expression(try interpolation(position + 1..<close)))
        position = close + 1
      default:
        pending.append(byte)
        position += 1
      }
    }
    if !pending.isEmpty { parts.append(.text(String(decoding: pending, as: UTF8.self))) }
    return StringLiteral(parts: parts, range: location)
  }

  private func escaped(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x22, 0x5C, 0x7B, 0x7D: byte
    case 0x6E: 0x0A
    case 0x74: 0x09
    default: nil
    }
  }

  /// The offset of the brace that closes the one at `start`; the lexer has seen that there is one.
  private func endOfInterpolation(from start: Int, limit: Int) -> Int {
    var open = 0
    var position = start
    while position < limit {
      switch source.bytes[position] {
      case 0x22:
        position = endOfString(source.bytes, from: position, limit: limit) ?? limit
        continue
      case 0x7B: open += 1
      case 0x7D:
        open -= 1
        if open == 0 { return position }
      default: break
      }
      position += 1
    }
    return limit
  }

  private mutating func interpolation(_ bytes: Range<Int>) throws(Recovery) -> Expression {
    let lexed = Lexer.lex(source, file: fileIndex, range: bytes)
    var inner = Parser(source: source, file: fileIndex, lexed: lexed, depth: depth)
    defer { diagnostics += inner.diagnostics.prefix(max(0, 50 - diagnostics.count)) }
    let value = try inner.nested { (parser) throws(Recovery) in
      let value = try parser.expression()
      guard parser.token.kind == .end else { throw parser.unexpected("`}` after the value") }
      return value
    }
    if !inner.diagnostics.isEmpty { throw Recovery() }
    return value
  }
}
