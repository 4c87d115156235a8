package import TGDiagnostics

/// A text read into a tree, as far as it can be read, with everything that was wrong.
package struct ParsedFile: Sendable {
  /// What was understood.
  package var tree: SyntaxTree
  /// What was wrong; without errors the tree is the whole text.
  package var diagnostics: [Diagnostic]
}

/// Reads a `.tgraph` text; `file` is its index in the source table. Reports several errors per run:
/// after one it goes on at the next statement or declaration.
package func parse(_ source: SourceFile, file: Int) -> ParsedFile {
  let lexed = Lexer.lex(source, file: file)
  var parser = Parser(source: source, file: file, lexed: lexed, depth: 0)
  let tree = parser.file()
  return ParsedFile(
    tree: tree, diagnostics: parser.diagnostics.sorted { start($0) < start($1) })
}

private func start(_ diagnostic: Diagnostic) -> Int { diagnostic.range?.start ?? 0 }

/// A recursive-descent parser over tokens. What nests is counted, so that no text can exhaust the
/// stack; what repeats is a loop.
struct Parser {
  /// How deep brackets, braces and prefixes may nest.
  static let maximumDepth = 128
  /// How high an expression's tree may be: long sums and pipes are high trees.
  static let maximumHeight = 256
  /// The most findings that are reported for one file.
  static let maximumFindings = 50

  /// Thrown once an error is reported; whoever catches it finds a token to go on from.
  struct Recovery: Error {}

  let source: SourceFile
  let fileIndex: Int
  let tokens: [Token]
  let comments: [Comment]
  var index = 0
  var depth: Int
  /// How many round and square brackets are open: line ends inside them mean nothing.
  var openBrackets = 0
  var diagnostics: [Diagnostic]

  init(source: SourceFile, file: Int, lexed: LexedFile, depth: Int) {
    self.source = source
    fileIndex = file
    tokens = lexed.tokens
    comments = lexed.comments
    diagnostics = lexed.diagnostics
    self.depth = depth
  }

  // MARK: Looking

  var token: Token { tokens[min(index, tokens.count - 1)] }

  func token(ahead: Int) -> Token { tokens[min(index + ahead, tokens.count - 1)] }

  func at(_ symbol: Symbol) -> Bool { token.kind == .symbol(symbol) }

  func at(_ keyword: Keyword) -> Bool { token.kind == .keyword(keyword) }

  /// True if the next token belongs to the expression before it: on its line, or inside brackets.
  var continuesLine: Bool { !token.startsLine || openBrackets > 0 }

  func text(_ token: Token) -> String {
    String(decoding: source.bytes[Int(token.start)..<Int(token.end)], as: UTF8.self)
  }

  func range(_ token: Token) -> SourceRange {
    SourceRange(file: fileIndex, start: Int(token.start), end: Int(token.end))
  }

  /// From the first byte of a token to the last byte that was consumed.
  func range(from start: Token) -> SourceRange {
    let last = index > 0 ? tokens[index - 1] : start
    return SourceRange(
      file: fileIndex, start: Int(start.start), end: max(Int(last.end), Int(start.end)))
  }

  // MARK: Taking

  @discardableResult
  mutating func advance() -> Token {
    let taken = token
    if index < tokens.count - 1 { index += 1 }
    return taken
  }

  mutating func take(_ symbol: Symbol) -> Bool {
    guard at(symbol) else { return false }
    advance()
    return true
  }

  mutating func take(_ keyword: Keyword) -> Bool {
    guard at(keyword) else { return false }
    advance()
    return true
  }

  mutating func expect(_ symbol: Symbol, _ purpose: String) throws(Recovery) {
    guard take(symbol) else { throw unexpected("`\(symbol.rawValue)` \(purpose)") }
  }

  mutating func expect(_ keyword: Keyword, _ purpose: String) throws(Recovery) {
    guard take(keyword) else { throw unexpected("`\(keyword.rawValue)` \(purpose)") }
  }

  /// A name that starts with a lower case letter; `purpose` says what it would name.
  mutating func lowerName(_ purpose: String) throws(Recovery) -> Identifier {
    let name = try anyName(purpose)
    if name.name.first?.isUppercase == true {
      report(
        "name-case", "\(purpose) starts with a lower case letter, `\(name.name)` does not",
        at: name.range, hint: "upper case is for blocks, models, types and parts")
    }
    return name
  }

  /// The name of a function or member, where a word of the language is no ambiguity.
  mutating func functionName(_ purpose: String) throws(Recovery) -> Identifier {
    guard case .keyword = token.kind else { return try lowerName(purpose) }
    let taken = advance()
    return Identifier(name: text(taken), range: range(taken))
  }

  /// A name that starts with an upper case letter.
  mutating func upperName(_ purpose: String) throws(Recovery) -> Identifier {
    let name = try anyName(purpose)
    if name.name.first?.isUppercase != true {
      report(
        "name-case", "\(purpose) starts with an upper case letter, `\(name.name)` does not",
        at: name.range, hint: "lower case is for functions, operations and values")
    }
    return name
  }

  /// A name of either case.
  mutating func anyName(_ purpose: String) throws(Recovery) -> Identifier {
    switch token.kind {
    case .name, .typeName:
      let taken = advance()
      return Identifier(name: text(taken), range: range(taken))
    case .keyword(let keyword):
      throw report(
        "reserved", "`\(keyword.rawValue)` is a word of the language and cannot be \(purpose)",
        at: range(token), hint: nil)
    default: throw unexpected(purpose)
    }
  }

  // MARK: Reporting

  @discardableResult
  mutating func report(
    _ id: String, _ message: String, at range: SourceRange, notes: [Diagnostic.Note] = [],
    hint: String?
  ) -> Recovery {
    if diagnostics.count < Parser.maximumFindings {
      diagnostics.append(Diagnostic(id, message, at: range, notes: notes, hint: hint))
    }
    return Recovery()
  }

  mutating func unexpected(
    _ wanted: String, notes: [Diagnostic.Note] = [], hint: String? = nil
  ) -> Recovery {
    // A piece that could not be cut into tokens is reported already.
    let here = Int(token.start)
    let previous = index > 0 ? Int(tokens[index - 1].end) : 0
    let known = diagnostics.contains {
      guard let range = $0.range else { return true }
      return range.start >= previous && range.end <= here
    }
    if known { return Recovery() }
    let found = token.kind == .end ? "the end of the text" : "`\(text(token).prefix(40))`"
    return report(
      "syntax", "expected \(wanted), found \(found)", at: range(token), notes: notes, hint: hint)
  }

  /// Runs a part of the grammar one level deeper; refuses to nest without end.
  mutating func nested<Result>(
    _ body: (inout Parser) throws(Recovery) -> Result
  ) throws(Recovery) -> Result {
    guard depth < Parser.maximumDepth else {
      let failure = report(
        "nesting", "this nests deeper than \(Parser.maximumDepth) levels", at: range(token),
        hint: "name a part of it with `let`")
      index = tokens.count - 1
      throw failure
    }
    depth += 1
    defer { depth -= 1 }
    return try body(&self)
  }

  /// Runs a part of the grammar inside brackets, where line ends mean nothing.
  mutating func bracketed<Result>(
    _ body: (inout Parser) throws(Recovery) -> Result
  ) throws(Recovery) -> Result {
    openBrackets += 1
    defer { openBrackets -= 1 }
    return try nested(body)
  }

  /// Runs a part of the grammar inside braces, where line ends mean something again.
  mutating func braced<Result>(
    _ body: (inout Parser) throws(Recovery) -> Result
  ) throws(Recovery) -> Result {
    let outer = openBrackets
    openBrackets = 0
    defer { openBrackets = outer }
    return try nested(body)
  }

  // MARK: Going on after an error

  /// Skips to the next line that can start a statement, or to the brace that closes the body.
  mutating func synchronize() {
    openBrackets = 0
    var open = 0
    while token.kind != .end {
      if token.startsLine, startsDeclaration(token) { return }
      switch token.kind {
      case .symbol(.leftBrace): open += 1
      case .symbol(.rightBrace):
        if open == 0 { return }
        open -= 1
      default:
        if open == 0, token.startsLine, !continuesStatement(token) { return }
      }
      advance()
    }
  }

  /// True for a word with which only declarations and statements begin.
  func startsDeclaration(_ token: Token) -> Bool {
    guard case .keyword(let keyword) = token.kind else { return false }
    return switch keyword {
    case .import, .block, .func, .model, .part, .objective, .let, .var, .return: true
    default: false
    }
  }

  /// True if a token that begins a line belongs to the statement before.
  func continuesStatement(_ token: Token) -> Bool {
    switch token.kind {
    case .symbol(let symbol):
      switch symbol {
      case .leftBrace, .rightBrace: false
      default: true
      }
    case .keyword(let keyword):
      switch keyword {
      case .else, .over, .using, .with, .as, .in, .from: true
      default: false
      }
    default: false
    }
  }

  /// The documentation that stands directly before a token: the `///` lines above it.
  func documentation(before token: Token) -> String {
    var first = Int(token.commentsBefore)
    let floor = index > 0 ? Int(tokens[index - 1].end) : -1
    while first > 0, comments[first - 1].isDocumentation, comments[first - 1].range.start > floor {
      first -= 1
    }
    return comments[first..<Int(token.commentsBefore)].map { comment in
      let line = String(
        decoding: source.bytes[(comment.range.start + 3)..<comment.range.end], as: UTF8.self)
      return line.first == " " ? String(line.dropFirst()) : line
    }.joined(separator: "\n")
  }
}
