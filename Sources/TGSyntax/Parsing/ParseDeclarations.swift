import TGDiagnostics

// Files, models, blocks and functions.

extension Parser {
  /// file = { import } { [ doc ] ( let | function | block | model ) } ;
  mutating func file() -> SyntaxTree {
    var imports: [ImportDeclaration] = []
    var declarations: [Declaration] = []
    while token.kind != .end, diagnostics.count < Parser.maximumFindings {
      let before = index
      do throws(Recovery) {
        if at(.import) {
          let found = try importDeclaration()
          if !declarations.isEmpty {
            report(
              "import-order", "imports stand at the top of the file", at: found.range, hint: nil)
          }
          imports.append(found)
        } else {
          declarations.append(try fileDeclaration())
        }
        try endOfStatement()
      } catch {
        if index == before { advance() }
        synchronize()
        while at(.rightBrace) {
          advance()
          synchronize()
        }
      }
    }
    return SyntaxTree(
      imports: imports, declarations: declarations, comments: comments,
      range: SourceRange(file: fileIndex, start: 0, end: source.bytes.count))
  }

  private mutating func importDeclaration() throws(Recovery) -> ImportDeclaration {
    let start = advance()
    var names = [try anyName("the name to import")]
    while take(.comma) { names.append(try anyName("the name to import")) }
    try expect(.from, "and the file")
    let literal = try stringLiteral("the file, as in \"../attngan/damsm.tgraph\"")
    guard let path = literal.plain else {
      throw report(
        "import-path", "the path of an import is plain text", at: literal.range, hint: nil)
    }
    return ImportDeclaration(
      names: names, path: path, pathRange: literal.range, range: range(from: start))
  }

  private mutating func fileDeclaration() throws(Recovery) -> Declaration {
    let start = token
    let documentation = documentation(before: start)
    let kind: Declaration.Kind
    switch token.kind {
    case .keyword(.let): kind = .binding(try binding())
    case .keyword(.block): kind = .function(try function(.block, documentation))
    case .name where text(token) == "sequential" && token(ahead: 1).kind == .keyword(.block):
      advance()
      var block = try function(.block, documentation)
      block.isSequential = true
      kind = .function(block)
    case .keyword(.func): kind = .function(try function(.function, documentation))
    case .keyword(.model): kind = .model(try model(documentation))
    default:
      throw unexpected(
        "`import`, `let`, `func`, `block` or `model`",
        hint: token.kind == .keyword(.objective) ? "an objective stands in a model" : nil)
    }
    return Declaration(kind: kind, range: range(from: start))
  }

  /// model = "model" Name parameters "{" { [ doc ] member } "}" ;
  private mutating func model(_ documentation: String) throws(Recovery) -> ModelDeclaration {
    let start = advance()
    var name = Identifier(name: "", range: range(start))
    var parameters: [ParameterDeclaration] = []
    let isSound = try header { (parser) throws(Recovery) in
      name = try parser.upperName("the name of a model")
      parameters = try parser.parameters(ofModel: true)
    }
    let open = token
    let members = try block { (parser) throws(Recovery) in try parser.member() }
    guard isSound else { throw Recovery() }
    return ModelDeclaration(
      name: name, parameters: parameters, members: members, documentation: documentation,
      bodyRange: range(from: open), range: range(from: start))
  }

  private mutating func member() throws(Recovery) -> Declaration {
    let start = token
    let documentation = documentation(before: start)
    let kind: Declaration.Kind
    switch token.kind {
    case .keyword(.let): kind = .binding(try binding())
    case .keyword(.func): kind = try memberFunction(documentation)
    case .keyword(.objective): kind = .function(try function(.objective, documentation))
    case .keyword(.part): kind = .part(try part(documentation))
    case .keyword(.if): kind = try memberChoice()
    case .keyword(.require):
      let (condition, message) = try requirement()
      kind = .require(condition, message)
    case .name where token(ahead: 1).kind == .string:
      kind = try fileRule()
    default:
      throw unexpected(
        "`let`, `part`, `func`, `objective`, `require`, `ignore`, `optional` or `root`",
        hint: token.kind == .keyword(.block)
          ? "a block stands outside of models, so that all of them can use it" : nil)
    }
    return Declaration(kind: kind, range: range(from: start))
  }

  /// A function of a model; without a body it says what a part must have.
  private mutating func memberFunction(_ documentation: String) throws(Recovery) -> Declaration.Kind
  {
    let before = self
    advance()
    if let name = try? functionName("the name of a function"),
      let parameters = try? parameters()
    {
      var results: [ResultDeclaration]?
      if take(.arrow) { results = try? self.results() }
      if !at(.leftBrace), token.startsLine || at(.rightBrace), diagnostics == before.diagnostics {
        return .signature(
          SignatureDeclaration(
            name: name, parameters: parameters, results: results, documentation: documentation))
      }
    }
    self = before
    return .function(try function(.function, documentation))
  }

  /// "if" expression "{" { member } "}" [ "else" … ]
  private mutating func memberChoice() throws(Recovery) -> Declaration.Kind {
    func branch(_ condition: Expression, _ parser: inout Parser) throws(Recovery) -> MemberBranch {
      let open = parser.token
      let members = try parser.block { (parser) throws(Recovery) in try parser.member() }
      return MemberBranch(condition: condition, members: members, range: parser.range(from: open))
    }
    var branches: [MemberBranch] = []
    repeat {
      advance()  // if
      branches.append(try branch(try expression(), &self))
      guard take(.else) else { return .choice(branches, otherwise: nil) }
    } while at(.if)
    return .choice(
      branches, otherwise: try branch(Expression(.boolean(true), range(token)), &self))
  }

  /// What a model says about its file: `ignore`, `optional`, `root`. They are reserved here only.
  private mutating func fileRule() throws(Recovery) -> Declaration.Kind {
    switch text(token) {
    case "ignore":
      advance()
      return .ignore(try stringLiteral("a pattern of tensor names"))
    case "root":
      advance()
      return .root(try stringLiteral("a subtree of the file"))
    case "optional":
      advance()
      let pattern = try stringLiteral("a pattern of tensor names")
      try expect(.assign, "and the number that stands for what is missing")
      return .optional(pattern, try expression())
    default: throw unexpected("a declaration; `ignore`, `optional` and `root` take a text")
    }
  }

  private mutating func part(_ documentation: String) throws(Recovery) -> PartDeclaration {
    advance()
    let name = try anyName("the name of a part")
    try expect(.assign, "and the model")
    let model = try upperName("the name of a model")
    let arguments = at(.leftParenthesis) ? try arguments() : []
    return PartDeclaration(
      name: name, model: model, arguments: arguments, address: try address(),
      documentation: documentation)
  }

  /// block = "block" Name parameters [ "->" results ] body ;  func and objective likewise
  mutating func function(
    _ kind: FunctionDeclaration.Kind, _ documentation: String
  ) throws(Recovery) -> FunctionDeclaration {
    let start = advance()
    var name = Identifier(name: "", range: range(start))
    var parameters: [ParameterDeclaration] = []
    var results: [ResultDeclaration]?
    let isSound = try header { (parser) throws(Recovery) in
      name =
        kind == .block
        ? try parser.upperName("the name of a block")
        : try parser.functionName("the name of \(kind.described)")
      parameters = try parser.parameters()
      if parser.take(.arrow) { results = try parser.results() }
    }
    let body = try body()
    guard isSound else { throw Recovery() }
    return FunctionDeclaration(
      kind: kind, name: name, parameters: parameters, results: results, body: body,
      documentation: documentation, range: range(from: start))
  }

  /// Parses what stands before a body; after an error in it, goes on at the body's brace, so that
  /// errors in the body are found too.
  private mutating func header(
    _ parse: (inout Parser) throws(Recovery) -> Void
  ) throws(Recovery) -> Bool {
    let outer = openBrackets
    do throws(Recovery) {
      try parse(&self)
      return true
    } catch {
      openBrackets = outer
      while !at(.leftBrace) {
        let isNext = token.startsLine && !continuesStatement(token) && !at(.rightParenthesis)
        if token.kind == .end || at(.rightBrace) || (isNext && startsDeclaration(token)) {
          throw Recovery()
        }
        advance()
      }
      return false
    }
  }

  /// parameters = "(" [ parameter { "," parameter } ] ")" ;
  private mutating func parameters(ofModel isOfModel: Bool = false) throws(Recovery)
    -> [ParameterDeclaration]
  {
    try expect(.leftParenthesis, "and the parameters")
    return try bracketed { (parser) throws(Recovery) in
      var list: [ParameterDeclaration] = []
      if !parser.at(.rightParenthesis) {
        repeat {
          let isPart = isOfModel && parser.at(.part)
          list.append(try isPart ? parser.partParameter() : parser.parameter())
        } while parser.take(.comma)
      }
      try parser.expect(.rightParenthesis, "after the parameters")
      return list
    }
  }

  private mutating func parameter() throws(Recovery) -> ParameterDeclaration {
    let start = token
    let name = try lowerName("the name of a parameter")
    let type = take(.colon) ? try type() : nil
    let value = take(.assign) ? try expression() : nil
    return ParameterDeclaration(name: name, type: type, value: value, range: range(from: start))
  }

  /// "part" anyName ":" Name [ "=" ( "none" | Name [ arguments ] ) ]
  private mutating func partParameter() throws(Recovery) -> ParameterDeclaration {
    let start = advance()
    let name = try anyName("the name of a part")
    try expect(.colon, "and the model that says what it must have")
    var part = PartParameter(
      interface: try upperName("the name of a model"), standard: nil, isOptional: false)
    if take(.assign) {
      if at(.none) {
        advance()
        part.isOptional = true
      } else {
        let model = try upperName("the name of a model, or `none`")
        part.standard = PartDeclaration(
          name: name, model: model, arguments: at(.leftParenthesis) ? try arguments() : [],
          address: nil, documentation: "")
      }
    }
    return ParameterDeclaration(
      name: name, type: nil, value: nil, part: part, range: range(from: start))
  }

  /// results = type | "(" name ":" type { "," name ":" type } ")" ;
  private mutating func results() throws(Recovery) -> [ResultDeclaration] {
    guard take(.leftParenthesis) else { return [ResultDeclaration(name: nil, type: try type())] }
    return try bracketed { (parser) throws(Recovery) in
      var list: [ResultDeclaration] = []
      repeat {
        let name = try parser.lowerName("the name of a result")
        try parser.expect(.colon, "and the type of the result")
        list.append(ResultDeclaration(name: name, type: try parser.type()))
      } while parser.take(.comma)
      try parser.expect(.rightParenthesis, "after the results")
      return list
    }
  }

  /// type = Name [ items ] [ arguments ] | "[" type [ "for" name "in" expression ] "]" ;
  mutating func type() throws(Recovery) -> TypeExpression {
    let start = token
    if take(.leftBracket) {
      return try bracketed { (parser) throws(Recovery) in
        let element = try parser.type()
        var variable: Identifier?
        var sequence: Expression?
        if parser.take(.for) {
          variable = try parser.lowerName("the name of a loop variable")
          try parser.expect(.in, "and what to go through")
          sequence = try parser.expression()
        }
        try parser.expect(.rightBracket, "after the type of a list")
        return TypeExpression(
          kind: .list(element, variable: variable, sequence: sequence),
          range: parser.range(from: start))
      }
    }
    guard token.kind == .typeName else {
      throw unexpected(
        "a type", hint: "Int, Float, Bool, String, Tensor[…], Image[…](…), Text[…](…) …")
    }
    let name = try upperName("the name of a type")
    let sizes = at(.leftBracket) && continuesLine ? try items() : nil
    let arguments = at(.leftParenthesis) && continuesLine ? try arguments() : nil
    return TypeExpression(
      kind: .named(name, sizes: sizes, arguments: arguments), range: range(from: start))
  }
}

extension FunctionDeclaration.Kind {
  /// The kind with its article: `a function`.
  package var described: String {
    switch self {
    case .block: "a block"
    case .function: "a function"
    case .objective: "an objective"
    }
  }
}

extension StringLiteral {
  /// The text, if nothing is interpolated.
  package var plain: String? {
    var text = ""
    for part in parts {
      guard case .text(let piece) = part else { return nil }
      text += piece
    }
    return text
  }
}
