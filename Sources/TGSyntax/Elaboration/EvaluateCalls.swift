import TGDiagnostics
import TGIR

/// A value given to a call, with its location.
struct GivenArgument {
  var label: Identifier?
  var value: Datum
  var range: SourceRange
}

extension Elaboration {
  /// Calls a function, a block, a part's function or an operation.
  func call(
    _ callee: Expression, piped: (Datum, SourceRange)?, arguments: [Argument],
    address: StringLiteral?, at range: SourceRange, in environment: Environment
  ) throws -> Datum {
    try step(at: range)
    return try deeper(at: range) {
      if case .poison? = piped?.0 { throw ElaborationFailure.known }
      let name = address.map { ($0, $0.range) }
      let scope = try name.map { try text($0.0, in: environment) }
      var given: [GivenArgument] = []
      if let piped { given.append(GivenArgument(label: nil, value: piped.0, range: piped.1)) }
      for argument in arguments {
        let value = try evaluate(argument.value, in: environment)
        given.append(
          GivenArgument(label: argument.label, value: value, range: argument.value.range))
      }
      let result = try dispatch(
        callee, given, address: scope, addressRange: name?.1, at: range, in: environment)
      record(result, at: range)
      return result
    }
  }

  private func dispatch(
    _ callee: Expression, _ given: [GivenArgument], address: String?, addressRange: SourceRange?,
    at range: SourceRange, in environment: Environment
  ) throws -> Datum {
    switch callee.kind {
    case .name(let name):
      if let (_, binding) = environment.lookup(name) {
        switch binding.meaning {
        case .function(let closure):
          try refuseAddress(addressRange, name)
          return try run(closure, given, name: name, at: range)
        case .block(let declaration, let file):
          return try stamp(
            declaration, file, given, address: address, at: range, in: environment)
        case .model:
          throw failure(
            "model-call", "`\(name)` is a model: declare a part of it and call its functions",
            at: callee.range, hint: "part p = \(name)(…), then p.function(…)")
        default:
          if OperationTable.shared[name] == nil, name != Self.startsName {
            let value = try self.value(of: name, at: callee.range, in: environment)
            throw failure("call", "\(value.described) is not called", at: callee.range)
          }
        }
      }
      if name == Self.startsName {
        try refuseAddress(addressRange, name)
        return try starts(given, at: range)
      }
      guard let operation = OperationTable.shared[name] else {
        throw unknown(name, at: callee.range, in: environment)
      }
      return try run(
        operation, given, address: address, addressRange: addressRange, at: range,
        callee: callee.range, in: environment)
    case .member(let base, let member):
      let owner = try evaluate(base, in: environment)
      if case .poison = owner { throw ElaborationFailure.known }
      guard case .part(let part) = owner else {
        throw failure("call", "\(owner.described) has no functions", at: member.range)
      }
      guard let closure = part.function(member.name) else {
        let functions = part.functionNames
        let near = nearestName(to: member.name, among: functions)
        throw failure(
          "unknown-name", "`\(part.declaration.name.name)` has no function `\(member.name)`",
          at: member.range,
          hint: near.map { "did you mean `\($0)`?" }
            ?? "it has " + functions.joined(separator: ", "))
      }
      try refuseAddress(addressRange, member.name)
      return try run(closure, given, name: "\(part.name).\(member.name)", at: range)
    default:
      throw failure("call", "only a name can be called", at: callee.range)
    }
  }

  private func refuseAddress(_ range: SourceRange?, _ name: String) throws {
    guard let range else { return }
    throw failure(
      "address", "`\(name)` is a function: its weights belong to its declaration",
      at: range, hint: "a block takes `@`, and has new weights at each use")
  }

  /// Calls a function: in what surrounds it, with the tensors of where it was declared.
  func run(_ closure: Closure, _ given: [GivenArgument], name: String, at range: SourceRange)
    throws -> Datum
  {
    let outer = closure.environment.activation
    let callPath = callPaths.extended(outer.callPath, at: closure.declaration.name.range, visit: 0)
    let activation = Activation(callPath: callPath, scope: outer.scope)
    let environment = Environment(parent: closure.environment, activation: activation)
    return try enter(CallFrame(name: name, address: nil, range: range)) {
      try run(closure.declaration, given, in: environment, at: range)
    }
  }

  /// Uses a block: new tensors, under the name given at the use.
  private func stamp(
    _ declaration: FunctionDeclaration, _ file: FileEnvironment, _ given: [GivenArgument],
    address: String?, at range: SourceRange, in environment: Environment
  ) throws -> Datum {
    let caller = environment.activation
    let visit = caller.visits[range, default: 0]
    caller.visits[range] = visit + 1
    let callPath = callPaths.extended(caller.callPath, at: range, visit: visit)
    let goesOn = declaration.isSequential && address == nil ? caller.positions : nil
    let address =
      goesOn == nil ? positioned(address, counts: address == nil, in: caller) : address
    let scope = address.map { caller.scope?.inner($0) } ?? caller.scope
    let inner = Environment(parent: file, activation: Activation(callPath: callPath, scope: scope))
    if declaration.isSequential { inner.activation.positions = goesOn ?? Positions() }
    let frame = CallFrame(name: declaration.name.name, address: address, range: range)
    let result = try enter(frame) { try run(declaration, given, in: inner, at: range) }
    return address == nil ? result : try tapped(result, scope, at: range)
  }

  /// The address of a call inside a `sequential block`: its position, if it has none of its own and
  /// `counts`; in an address a `#` is the position.
  func positioned(_ address: String?, counts: Bool, in activation: Activation) -> String? {
    guard let positions = activation.positions else { return address }
    guard let address else { return counts ? String(positions.take()) : nil }
    guard address.contains("#") else { return address }
    return address.replacing("#", with: String(positions.take()), maxReplacements: 1)
  }

  private func enter(_ frame: CallFrame, _ body: () throws -> Datum) throws -> Datum {
    guard calls.count < 64 else {
      throw failure(
        "recursion", "calls nest deeper than 64 levels here", at: frame.range,
        hint: "a block or function that uses itself never ends")
    }
    calls.append(frame)
    defer { calls.removeLast() }
    return try body()
  }

  /// Runs a body with arguments bound to its parameters.
  private func run(
    _ declaration: FunctionDeclaration, _ given: [GivenArgument], in environment: Environment,
    at range: SourceRange
  ) throws -> Datum {
    guard declaration.kind != .objective || isObjective else {
      throw failure(
        "objective-only", "`\(declaration.name.name)` is an objective, which only objectives call",
        at: range, hint: "tginvert minimises it; a function computes a result at once")
    }
    let bound = try match(
      given, declaration.parameters.map(\.name.name),
      of: "`\(declaration.name.name)`", at: range)
    environment.signature = Environment(
      parent: environment.parent, activation: environment.activation)
    for (parameter, argument) in zip(declaration.parameters, bound) {
      try bind(parameter, argument, in: environment, callee: declaration.name.name, at: range)
    }
    return try runBody(declaration, in: environment)
  }

  /// Runs a body whose parameters are bound, and checks what it returns.
  func runBody(_ declaration: FunctionDeclaration, in environment: Environment) throws -> Datum {
    let outerObjective = isObjective
    isObjective = declaration.kind == .objective
    defer { isObjective = outerObjective }
    guard let (value, range) = try execute(declaration.body, in: environment) else {
      if declaration.kind == .objective, declaration.results == nil { return .none }
      throw failure(
        "no-return", "`\(declaration.name.name)` ends without a `return`",
        at: declaration.name.range)
    }
    guard let results = declaration.results else { return value }
    return try checked(
      value, against: results, of: declaration, at: range,
      in: environment.signature ?? environment)
  }

  /// Gives a parameter its argument, or its default.
  func bind(
    _ parameter: ParameterDeclaration, _ argument: GivenArgument?, in environment: Environment,
    callee: String, at range: SourceRange
  ) throws {
    let value: Datum
    let location: SourceRange
    if let argument {
      (value, location) = (argument.value, argument.range)
    } else if let expression = parameter.value,
      case let standard = try evaluate(expression, in: environment),
      parameter.type == nil || !standard.isNone
    {
      (value, location) = (standard, expression.range)
    } else {
      throw failure(
        "missing-argument", "`\(callee)` needs `\(parameter.name.name)`", at: range,
        notes: [Diagnostic.Note("declared here", at: parameter.range)])
    }
    var bound = value
    if let type = parameter.type {
      let resolved = try resolve(type, in: environment.signature ?? environment)
      bound = try fitted(value, to: resolved, what: "`\(parameter.name.name)`", at: location)
    }
    let binding = Binding(
      meaning: .value(bound), isVariable: false, range: parameter.name.range)
    environment.bindings[parameter.name.name] = binding
    if try !isRunTime(bound, at: location) {
      environment.signature?.bindings[parameter.name.name] = binding
    }
  }

  /// Sorts arguments by parameter: positional ones first, then by name.
  func match(
    _ given: [GivenArgument], _ names: [String], of what: String, at range: SourceRange
  ) throws -> [GivenArgument?] {
    var bound = [GivenArgument?](repeating: nil, count: names.count)
    var next = 0
    var sawLabel = false
    for argument in given {
      if let label = argument.label {
        sawLabel = true
        guard let index = names.firstIndex(of: label.name) else {
          let near = nearestName(to: label.name, among: names)
          throw failure(
            "argument-name", "\(what) has no `\(label.name)`", at: label.range,
            hint: near.map { "did you mean `\($0)`?" }
              ?? "it takes " + names.joined(separator: ", "))
        }
        guard bound[index] == nil else {
          throw failure(
            "argument-twice", "`\(label.name)` is given twice", at: label.range)
        }
        bound[index] = argument
      } else {
        guard !sawLabel else {
          throw failure(
            "argument-order", "an argument without a name follows named ones", at: argument.range)
        }
        guard next < names.count else {
          throw failure(
            "argument-count", "\(what) takes \(names.count) arguments", at: argument.range,
            hint: names.isEmpty ? nil : "they are " + names.joined(separator: ", "))
        }
        bound[next] = argument
        next += 1
      }
    }
    return bound
  }

  // MARK: Taps

  /// The result of a named call, or what a tap replaces it by.
  func tapped(_ result: Datum, _ scope: WeightScope?, at range: SourceRange) throws -> Datum {
    guard !taps.isEmpty, let scope else { return result }
    var result = result
    for index in taps.indices where scope.label == taps[index].address {
      let tap = taps[index]
      guard tap.value == nil else {
        throw failure(
          "tap-twice", "the call \"\(tap.address)\" happens more than once",
          at: tap.tap.address.range, notes: [Diagnostic.Note("again here", at: range)])
      }
      taps[index].value = result
      guard let edit = tap.tap.edit else { continue }
      let inner = tap.environment.nested()
      inner.bindings[tap.tap.name.name] = Binding(
        meaning: .value(result), isVariable: false, range: tap.tap.name.range)
      let edited = try evaluate(edit, in: inner)
      guard case .tensor(let before) = result, case .tensor(let after) = edited,
        before.shape == after.shape
      else {
        throw failure(
          "tap-shape", "an edit keeps the shape: \(result.described) became \(edited.described)",
          at: edit.range)
      }
      result = edited
    }
    return result
  }
}
