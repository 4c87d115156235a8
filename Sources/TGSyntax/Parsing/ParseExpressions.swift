import TGDiagnostics

// Expressions, by precedence. Chains are loops; only brackets and prefixes recurse.

extension Parser {
  /// expression = ( choice | either ) { "|>" stage } ;
  mutating func expression() throws(Recovery) -> Expression {
    try nested { (parser) throws(Recovery) in
      var value = parser.at(.if) ? try parser.choiceExpression() : try parser.infix(1)
      while parser.at(.pipe) {
        let startsLine = parser.advance().startsLine
        let stage = try parser.stage(startsLine: startsLine)
        value = try parser.checked(
          Expression(
            .pipe(value, stage), value.range.merged(with: stage.range),
            below: max(value.height, stage.height)))
      }
      return value
    }
  }

  /// choice = "if" expression "{" expression "}" "else" ( choice | "{" expression "}" ) ;
  private mutating func choiceExpression() throws(Recovery) -> Expression {
    let start = advance()
    let condition = try expression()
    let then = try bracedExpression()
    let startsLine = token.startsLine
    guard take(.else) else {
      throw unexpected("`else`", hint: "`if` as a value needs both branches")
    }
    let otherwise =
      at(.if)
      ? try nested { (parser) throws(Recovery) in try parser.choiceExpression() }
      : try bracedExpression()
    return try checked(
      Expression(
        .choice(
          condition: condition, then: then, otherwise: otherwise, startsLine: startsLine),
        range(from: start), below: max(condition.height, max(then.height, otherwise.height))))
  }

  /// `{ expression }`
  mutating func bracedExpression() throws(Recovery) -> Expression {
    try expect(.leftBrace, "and a value")
    return try braced { (parser) throws(Recovery) in
      let value = try parser.expression()
      try parser.expect(.rightBrace, "after the value")
      return value
    }
  }

  private mutating func stage(startsLine: Bool) throws(Recovery) -> Stage {
    let start = token
    let first = try anyName("an operation, a block or a function")
    var callee = Expression(.name(first.name), first.range)
    while at(.dot), continuesLine {
      advance()
      let member = try memberName("a function of the part")
      callee = try checked(
        Expression(.member(callee, member), range(from: start), below: callee.height))
    }
    let arguments = at(.leftParenthesis) && continuesLine ? try arguments() : nil
    let address = try address()
    return Stage(
      callee: callee, arguments: arguments, address: address, startsLine: startsLine,
      range: range(from: start))
  }

  private mutating func memberName(_ purpose: String) throws(Recovery) -> Identifier {
    if at(.dot) {
      throw report(
        "syntax", "`..` is no operator", at: range(token),
        hint: "ranges are 0 ..< n, without n, and 1 ... n, with n")
    }
    if case .keyword = token.kind { return try functionName(purpose) }
    return try anyName(purpose)
  }

  private mutating func infix(_ minimum: Int) throws(Recovery) -> Expression {
    var left = try prefix()
    while let found = infixOperator, found.precedence >= minimum {
      let taken = advance()
      let right = try nested { (parser) throws(Recovery) in
        try parser.infix(found.precedence + 1)
      }
      left = try checked(
        Expression(
          .infix(
            left, found, right, operatorRange: range(taken), startsLine: taken.startsLine),
          left.range.merged(with: right.range), below: max(left.height, right.height)))
      if !found.isAssociative, let next = infixOperator, next.precedence == found.precedence {
        throw report(
          "operator-chain", "`\(found.rawValue)` and `\(next.rawValue)` do not chain",
          at: range(token), hint: "say which comes first with parentheses, or join with &&")
      }
    }
    return left
  }

  private var infixOperator: InfixOperator? {
    guard case .symbol(let symbol) = token.kind else { return nil }
    return InfixOperator(rawValue: symbol.rawValue)
  }

  private mutating func prefix() throws(Recovery) -> Expression {
    guard at(.minus) || at(.not) else { return try postfix() }
    let start = advance()
    let operand = try nested { (parser) throws(Recovery) in try parser.prefix() }
    let kind: Expression.Kind = start.kind == .symbol(.minus) ? .negate(operand) : .not(operand)
    return try checked(Expression(kind, range(from: start), below: operand.height))
  }

  /// postfix = primary { "." name | arguments | items | at } ;
  private mutating func postfix() throws(Recovery) -> Expression {
    let start = token
    var value = try primary()
    while continuesLine {
      if take(.dot) {
        let member = try memberName("a member")
        value = Expression(.member(value, member), range(from: start), below: value.height)
      } else if at(.leftParenthesis) {
        let arguments = try arguments()
        let address = try address()
        let height = arguments.reduce(value.height) { max($0, $1.value.height) }
        value = Expression(
          .call(value, arguments, address: address), range(from: start),
          below: max(height, address?.height ?? 0))
      } else if at(.leftBracket) {
        let items = try items()
        let height = items.reduce(value.height) { max($0, $1.height) }
        value = Expression(.items(value, items), range(from: start), below: height)
      } else if at(.at) {
        throw report(
          "address", "`@` names the weights of a call and follows its parentheses",
          at: range(token), hint: "f(x) @ \"name\", or x |> f @ \"name\"")
      } else {
        break
      }
      value = try checked(value)
    }
    return value
  }

  private mutating func primary() throws(Recovery) -> Expression {
    let start = token
    switch token.kind {
    case .integer:
      advance()
      return Expression(.integer(Int(text(start)) ?? 0), range(start))
    case .float:
      advance()
      return Expression(.float(Double(text(start)) ?? 0), range(start))
    case .string:
      let literal = try stringLiteral("a text")
      return try checked(
        Expression(.string(literal), literal.range, below: literal.height))
    case .name, .typeName:
      advance()
      return Expression(.name(text(start)), range(start))
    case .keyword(.true), .keyword(.false):
      advance()
      return Expression(.boolean(start.kind == .keyword(.true)), range(start))
    case .keyword(.none):
      advance()
      return Expression(.none, range(start))
    case .symbol(.leftBracket): return try list()
    case .symbol(.leftParenthesis): return try parenthesized()
    case .keyword(.if):
      throw unexpected("a value", hint: "put an `if` inside an operation in parentheses")
    default: throw unexpected("a value")
    }
  }

  /// `[a, b]` or `[a for name in sequence]`
  private mutating func list() throws(Recovery) -> Expression {
    let start = advance()
    return try bracketed { (parser) throws(Recovery) in
      if parser.take(.rightBracket) { return Expression(.list([]), parser.range(from: start)) }
      let first = try parser.expression()
      if parser.take(.for) {
        let variable = try parser.lowerName("the name of a loop variable")
        try parser.expect(.in, "and what to go through")
        let sequence = try parser.expression()
        try parser.expect(.rightBracket, "after the list")
        return try parser.checked(
          Expression(
            .comprehension(element: first, variable: variable, sequence: sequence),
            parser.range(from: start), below: max(first.height, sequence.height)))
      }
      var elements = [first]
      while parser.take(.comma) { elements.append(try parser.expression()) }
      try parser.expect(.rightBracket, "after the list")
      let height = elements.reduce(0) { max($0, $1.height) }
      return try parser.checked(
        Expression(.list(elements), parser.range(from: start), below: height))
    }
  }

  /// `(a)`, `(a, b)` or `(x: a, y: b)`
  private mutating func parenthesized() throws(Recovery) -> Expression {
    let start = token
    let elements = try arguments()
    guard let first = elements.first else {
      throw report(
        "syntax", "expected a value between the parentheses", at: range(from: start), hint: nil)
    }
    let height = elements.reduce(0) { max($0, $1.value.height) }
    let isGroup = elements.count == 1 && first.label == nil
    return try checked(
      Expression(
        isGroup ? .group(first.value) : .tuple(elements), range(from: start), below: height))
  }

  /// arguments = "(" [ argument { "," argument } ] ")" ;
  mutating func arguments() throws(Recovery) -> [Argument] {
    try expect(.leftParenthesis, "and the arguments")
    return try bracketed { (parser) throws(Recovery) in
      var list: [Argument] = []
      if !parser.at(.rightParenthesis) {
        repeat { list.append(try parser.argument()) } while parser.take(.comma)
      }
      try parser.expect(.rightParenthesis, "after the arguments")
      return list
    }
  }

  private mutating func argument() throws(Recovery) -> Argument {
    var label: Identifier?
    if token(ahead: 1).kind == .symbol(.colon), token.kind != .end {
      // A reserved word may be a label.
      if case .keyword = token.kind {
        label = Identifier(name: text(token), range: range(token))
        advance()
      } else {
        label = try anyName("the name of an argument")
      }
      advance()
    }
    return Argument(label: label, value: try expression())
  }

  /// items = "[" [ expression { "," expression } ] "]" ;
  mutating func items() throws(Recovery) -> [Expression] {
    try expect(.leftBracket, "and the items")
    return try bracketed { (parser) throws(Recovery) in
      var list: [Expression] = []
      if !parser.at(.rightBracket) {
        repeat { list.append(try parser.expression()) } while parser.take(.comma)
      }
      try parser.expect(.rightBracket, "after the items")
      return list
    }
  }

  /// at = "@" string ;
  mutating func address() throws(Recovery) -> StringLiteral? {
    guard at(.at) else { return nil }
    advance()
    return try stringLiteral("the name of the weights, as in @ \"encoder.0\"")
  }

  /// The expression, unless its tree is too high to be walked.
  mutating func checked(_ expression: Expression) throws(Recovery) -> Expression {
    guard expression.height > Parser.maximumHeight else { return expression }
    throw report(
      "nesting", "this expression has more than \(Parser.maximumHeight) steps in a row",
      at: expression.range, hint: "name a part of it with `let`, or use a `for`")
  }
}

extension Stage {
  var height: Int {
    let own = max(callee.height, address?.height ?? 0)
    return (arguments ?? []).reduce(own) { max($0, $1.value.height) }
  }
}

extension StringLiteral {
  var height: Int {
    parts.reduce(0) { height, part in
      guard case .expression(let expression) = part else { return height }
      return max(height, expression.height)
    }
  }
}
