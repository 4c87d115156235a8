import TGDiagnostics

// Statements, and the braces around them.

extension Parser {
  /// body = "{" { statement } "}" ;
  mutating func body() throws(Recovery) -> Body {
    let open = token
    let statements = try block { (parser) throws(Recovery) in try parser.statement() }
    return Body(statements: statements, range: range(from: open))
  }

  /// Elements between braces, one after the other; goes on after an error in one of them.
  mutating func block<Element>(
    _ element: (inout Parser) throws(Recovery) -> Element
  ) throws(Recovery) -> [Element] {
    try expect(.leftBrace, "and the statements")
    return try elements(element)
  }

  /// The elements up to the closing brace; the opening one is taken.
  private mutating func elements<Element>(
    _ element: (inout Parser) throws(Recovery) -> Element
  ) throws(Recovery) -> [Element] {
    let open = tokens[max(0, index - 1)]
    return try braced { (parser) throws(Recovery) in
      var elements: [Element] = []
      while !parser.at(.rightBrace), parser.token.kind != .end,
        parser.diagnostics.count < Parser.maximumFindings
      {
        let before = parser.index
        let depth = parser.depth
        do throws(Recovery) {
          elements.append(try element(&parser))
          try parser.endOfStatement()
        } catch {
          parser.depth = depth
          if parser.index == before { parser.advance() }
          parser.synchronize()
        }
      }
      guard parser.take(.rightBrace) else {
        throw parser.unexpected(
          "`}` at the end of the statements",
          notes: [Diagnostic.Note("the brace is opened here", at: parser.range(open))])
      }
      return elements
    }
  }

  /// A statement ends with its line, or where the braces around it end.
  mutating func endOfStatement() throws(Recovery) {
    if token.startsLine || at(.rightBrace) || token.kind == .end { return }
    throw unexpected("the end of the line", hint: "one statement stands on one line")
  }

  mutating func statement() throws(Recovery) -> Statement {
    let start = token
    let documentation = documentation(before: start)
    let kind: Statement.Kind
    switch token.kind {
    case .keyword(.let), .keyword(.var): kind = .binding(try binding())
    case .name where text(token) == "shared" && token(ahead: 1).kind == .keyword(.var):
      advance()
      var shared = try binding()
      shared.isShared = true
      kind = .binding(shared)
    case .keyword(.for):
      advance()
      let variable = try lowerName("the name of a loop variable")
      try expect(.in, "and what to go through")
      kind = .loop(variable, try expression(), try body())
    case .keyword(.if): kind = .choice(try choice())
    case .keyword(.require):
      let (condition, message) = try requirement()
      kind = .require(condition, message)
    case .keyword(.return):
      advance()
      kind = .result(try expression())
    case .keyword(.func): kind = .function(try function(.function, documentation))
    case .keyword(.sample):
      advance()
      let name = try lowerName("the name of a sample")
      try expect(.colon, "and the distribution")
      kind = .sample(name, try type())
    case .keyword(.repeat): kind = try iteration()
    case .keyword(.minimize): kind = try minimization()
    case .name where token(ahead: 1).kind == .symbol(.assign):
      let name = try lowerName("the name of a variable")
      advance()
      kind = .assignment(name, try expression())
    default:
      throw unexpected(
        "a statement",
        hint: "a value is named with `let`, handed out with `return`, assigned with `name = …`")
    }
    return Statement(kind: kind, range: range(from: start))
  }

  /// let = "let" pattern [ ":" type ] "=" expression { tap } ;
  mutating func binding() throws(Recovery) -> BindingStatement {
    let isVariable = advance().kind == .keyword(.var)
    var names: [Identifier] = []
    let isPattern = take(.leftParenthesis)
    if isPattern {
      names = try bracketed { (parser) throws(Recovery) in
        var list: [Identifier] = []
        repeat {
          list.append(try parser.lowerName("the name of a value"))
        } while parser.take(.comma)
        try parser.expect(.rightParenthesis, "after the names")
        return list
      }
    } else {
      names = [try lowerName("the name of a value")]
    }
    let type = take(.colon) ? try type() : nil
    try expect(.assign, "and the value")
    let value = try expression()
    var taps: [Tap] = []
    while at(.with) { taps.append(try tap()) }
    return BindingStatement(
      isVariable: isVariable, names: names, isPattern: isPattern, type: type, value: value,
      taps: taps)
  }

  /// tap = "with" string "as" name [ "{" expression "}" ] ;
  private mutating func tap() throws(Recovery) -> Tap {
    let start = advance()
    let address = try stringLiteral("the name of a call")
    try expect(.as, "and the name of its value")
    let name = try lowerName("the name of a value")
    let edit = at(.leftBrace) && continuesLine ? try bracedExpression() : nil
    return Tap(address: address, name: name, edit: edit, range: range(from: start))
  }

  private mutating func choice() throws(Recovery) -> IfStatement {
    var branches: [IfStatement.Branch] = []
    repeat {
      advance()  // if
      branches.append(IfStatement.Branch(condition: try expression(), body: try body()))
      guard take(.else) else { return IfStatement(branches: branches, otherwise: nil) }
    } while at(.if)
    return IfStatement(branches: branches, otherwise: try body())
  }

  mutating func requirement() throws(Recovery) -> (Expression, StringLiteral) {
    advance()
    let condition = try expression()
    try expect(.comma, "and what to say if it does not hold")
    return (condition, try stringLiteral("what to say if it does not hold"))
  }

  /// repeat = "repeat" expression "{" [ name "in" ] { statement } "}" ;
  private mutating func iteration() throws(Recovery) -> Statement.Kind {
    advance()
    let count = try expression()
    var fraction: Identifier?
    let open = token
    if at(.leftBrace), token(ahead: 1).kind == .name, token(ahead: 2).kind == .keyword(.in) {
      fraction = Identifier(name: text(token(ahead: 1)), range: range(token(ahead: 1)))
    }
    try expect(.leftBrace, "and the statements")
    if fraction != nil {
      advance()
      advance()
    }
    let statements = try elements { (parser) throws(Recovery) in try parser.statement() }
    return .iteration(count, fraction, Body(statements: statements, range: range(from: open)))
  }

  private mutating func minimization() throws(Recovery) -> Statement.Kind {
    advance()
    let value = try expression()
    try expect(.over, "and what to change")
    var names = [try anyName("a variable or a part")]
    while take(.comma) { names.append(try anyName("a variable or a part")) }
    try expect(.using, "and the recipe")
    return .minimize(value, over: names, using: try expression())
  }
}
