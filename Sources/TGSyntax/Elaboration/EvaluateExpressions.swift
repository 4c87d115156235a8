import TGDiagnostics
import TGIR
import TGTensor

extension Elaboration {
  /// The value of an expression.
  func evaluate(_ expression: Expression, in environment: Environment) throws -> Datum {
    try step(at: expression.range)
    return try deeper(at: expression.range) {
      let value = try evaluateForm(expression, in: environment)
      return value
    }
  }

  private func evaluateForm(_ expression: Expression, in environment: Environment) throws -> Datum {
    switch expression.kind {
    case .integer(let value): return .int(value)
    case .float(let value): return .float(value)
    case .boolean(let value): return .boolean(value)
    case .none: return .none
    case .string(let literal): return .string(try text(literal, in: environment))
    case .name(let name): return try value(of: name, at: expression.range, in: environment)
    case .group(let inner): return try evaluate(inner, in: environment)
    case .list(let elements):
      return .list(try elements.map { try evaluate($0, in: environment) })
    case .comprehension(let element, let variable, let sequence):
      return .list(try comprehension(element, variable, sequence, in: environment))
    case .tuple(let elements):
      return .tuple(
        try elements.map {
          Datum.Field(label: $0.label?.name, value: try evaluate($0.value, in: environment))
        })
    case .negate(let operand):
      return try negated(evaluate(operand, in: environment), at: expression.range)
    case .not(let operand):
      return .boolean(!(try boolean(operand, in: environment)))
    case .infix(let left, let found, let right, let range, _):
      return try infix(left, found, right, range, expression.range, in: environment)
    case .member(let base, let member):
      return try self.member(member, of: evaluate(base, in: environment), base: base)
    case .call(let callee, let arguments, let address):
      return try call(
        callee, piped: nil, arguments: arguments, address: address, at: expression.range,
        in: environment)
    case .items(let base, let items):
      return try self.items(items, of: evaluate(base, in: environment), base, in: environment)
    case .pipe: return try pipe(expression, in: environment)
    case .choice: return try choice(expression, in: environment)
    }
  }

  /// The pipes of a chain, one after the other.
  private func pipe(_ expression: Expression, in environment: Environment) throws -> Datum {
    var stages: [Stage] = []
    var first = expression
    while case .pipe(let value, let stage) = first.kind {
      stages.append(stage)
      first = value
    }
    var value = try evaluate(first, in: environment)
    var range = first.range
    for stage in stages.reversed() {
      value = try call(
        stage.callee, piped: (value, range), arguments: stage.arguments ?? [],
        address: stage.address, at: stage.range, in: environment)
      range = stage.range
    }
    return value
  }

  private func choice(_ expression: Expression, in environment: Environment) throws -> Datum {
    var rest = expression
    while case .choice(let condition, let then, let otherwise, _) = rest.kind {
      if try boolean(condition, in: environment) { return try evaluate(then, in: environment) }
      rest = otherwise
    }
    return try evaluate(rest, in: environment)
  }

  private func comprehension(
    _ element: Expression, _ variable: Identifier, _ sequence: Expression,
    in environment: Environment
  ) throws -> [Datum] {
    var result: [Datum] = []
    for value in try sequenceElements(sequence, in: environment) {
      let inner = environment.nested()
      inner.bindings[variable.name] = Binding(
        meaning: .value(value), isVariable: false, range: variable.range)
      result.append(try evaluate(element, in: inner))
    }
    return result
  }

  /// What a `for` goes through: the numbers of a range, or the elements of a list.
  func sequenceElements(_ expression: Expression, in environment: Environment) throws -> [Datum] {
    switch try evaluate(expression, in: environment) {
    case .list(let elements): return elements
    case .range(let lower, let upper, let closed):
      guard case .int(let first) = lower, case .int(let last) = upper else {
        throw failure("type", "a loop goes through whole numbers", at: expression.range)
      }
      guard closed ? first <= last : first < last else { return [] }
      let end = closed ? last : last - 1
      let (count, overflow) = end.subtractingReportingOverflow(first)
      guard !overflow, count < Elaboration.maximumCount else {
        throw failure(
          "limit", "a loop has at most \(Elaboration.maximumCount) rounds", at: expression.range)
      }
      try making(count, at: expression.range)
      return (first...end).map { .int($0) }
    case .poison: throw ElaborationFailure.known
    case let other:
      throw failure(
        "type", "a loop goes through a range or a list, not \(other.described)",
        at: expression.range)
    }
  }

  /// The text of a literal, its interpolations filled in.
  func text(_ literal: StringLiteral, in environment: Environment) throws -> String {
    var result = ""
    for part in literal.parts {
      switch part {
      case .text(let piece): result += piece
      case .expression(let expression):
        switch try evaluate(expression, in: environment) {
        case .int(let value): result += String(value)
        case .float(let value): result += numberText(value)
        case .boolean(let value): result += String(value)
        case .string(let value): result += value
        case .poison: throw ElaborationFailure.known
        case let other:
          throw failure(
            "type", "\(other.described) has no text", at: expression.range,
            hint: "numbers, texts and true or false have")
        }
      }
      guard result.utf8.count <= Elaboration.maximumCount else {
        throw failure("limit", "a text is longer than 100000 bytes", at: literal.range)
      }
      try making(result.utf8.count, at: literal.range)
    }
    return result
  }

  /// A condition.
  func boolean(_ expression: Expression, in environment: Environment) throws -> Bool {
    try boolean(evaluate(expression, in: environment), expression)
  }

  /// The truth of what an expression gave.
  func boolean(_ value: Datum, _ expression: Expression) throws -> Bool {
    switch value {
    case .boolean(let value): return value
    case .poison: throw ElaborationFailure.known
    case .tensor:
      throw failure(
        "condition", "a condition is decided at compile time, a tensor is known at run time only",
        at: expression.range, hint: "select(mask, a, b) chooses element by element")
    case let other:
      throw failure(
        "condition", "a condition is true or false, not \(other.described)",
        at: expression.range)
    }
  }

  /// What a name stands for.
  func value(of name: String, at range: SourceRange, in environment: Environment) throws -> Datum {
    guard let (owner, binding) = environment.lookup(name) else {
      if name == "pi" { return .float(Double.pi) }
      if OperationTable.shared[name] != nil {
        throw failure(
          "operation-value", "`\(name)` is an operation and needs its operands", at: range,
          hint: "\(name)(x), or x |> \(name)")
      }
      throw unknown(name, at: range, in: environment)
    }
    switch binding.meaning {
    case .value(.poison): throw ElaborationFailure.known
    case .value(let value): return value
    case .pending(let statement):
      owner.bindings[name]?.meaning = .evaluating
      do {
        try bind(statement, in: owner)
      } catch {
        for name in statement.names { owner.bindings[name.name]?.meaning = .value(.poison) }
        throw error
      }
      return try value(of: name, at: range, in: environment)
    case .evaluating:
      throw failure("recursion", "`\(name)` needs its own value", at: range)
    case .function, .block, .model, .imported:
      throw failure("type", "`\(name)` is not a value; call it", at: range)
    }
  }

  /// A finding about a name that nobody knows.
  func unknown(_ name: String, at range: SourceRange, in environment: Environment)
    -> ElaborationFailure
  {
    let known = environment.names + OperationTable.shared.names
    let near = nearestName(to: name, among: known).map { "did you mean `\($0)`?" }
    return failure("unknown-name", "`\(name)` is not known here", at: range, hint: near)
  }
}
