import TGDiagnostics
import TGIR
import TGOps
import TGTensor

extension Elaboration {
  /// Runs statements in order; gives what `return` returned, with its location.
  func execute(_ body: Body, in environment: Environment) throws -> (Datum, SourceRange)? {
    try deeper(at: body.range) {
      for statement in body.statements {
        if case .function(let declaration) = statement.kind {
          try declare(
            declaration.name,
            .function(Closure(declaration: declaration, environment: environment)),
            in: environment)
        }
      }
      for statement in body.statements {
        try step(at: statement.range)
        if let result = try execute(statement, in: environment) { return result }
      }
      return nil
    }
  }

  /// Runs one statement. After an error in it, what it would have named or assigned is poison, and
  /// the next statement runs: one run finds several errors.
  private func execute(_ statement: Statement, in environment: Environment) throws
    -> (Datum, SourceRange)?
  {
    do {
      return try perform(statement, in: environment)
    } catch {
      report(error)
      switch statement.kind {
      case .binding(let binding):
        for name in binding.names + binding.taps.map(\.name) {
          environment.bindings[name.name] = Binding(
            meaning: .value(.poison), isVariable: binding.isVariable, range: name.range)
        }
      case .sample(let name, _):
        environment.bindings[name.name] = Binding(
          meaning: .value(.poison), isVariable: false, range: name.range)
      case .result(let value): return (.poison, value.range)
      default:
        if returns(statement) { return (.poison, statement.range) }
        for name in assigned(by: statement) {
          environment.owner(of: name)?.bindings[name]?.meaning = .value(.poison)
        }
      }
      return nil
    }
  }

  /// The variables that a statement may assign.
  func assigned(by statement: Statement) -> [String] {
    switch statement.kind {
    case .assignment(let name, _): [name.name]
    case .loop(_, _, let body), .iteration(_, _, let body):
      body.statements.flatMap { assigned(by: $0) }
    case .choice(let choice):
      (choice.branches.map(\.body) + [choice.otherwise].compactMap { $0 })
        .flatMap { $0.statements.flatMap { assigned(by: $0) } }
    default: []
    }
  }

  /// True if a statement may end its function.
  private func returns(_ statement: Statement) -> Bool {
    switch statement.kind {
    case .result: true
    case .loop(_, _, let body), .iteration(_, _, let body):
      body.statements.contains { returns($0) }
    case .choice(let choice):
      (choice.branches.map(\.body) + [choice.otherwise].compactMap { $0 })
        .contains { $0.statements.contains { returns($0) } }
    default: false
    }
  }

  private func perform(_ statement: Statement, in environment: Environment) throws
    -> (Datum, SourceRange)?
  {
    switch statement.kind {
    case .binding(let binding):
      if binding.isShared { try checkObjective("shared var", at: statement.range) }
      try bind(binding, in: environment)
    case .assignment(let name, let value):
      let owner = try variable(name, in: environment)
      let new = try evaluate(value, in: environment)
      if case .value(let before)? = owner.bindings[name.name]?.meaning {
        try sameKind(before, new, at: value.range)
      }
      owner.bindings[name.name]?.meaning = .value(new)
      record(new, at: value.range)
    case .loop(let variable, let sequence, let body):
      for value in try sequenceElements(sequence, in: environment) {
        try step(at: statement.range)
        let inner = environment.nested()
        inner.bindings[variable.name] = Binding(
          meaning: .value(value), isVariable: false, range: variable.range)
        if let result = try execute(body, in: inner) { return result }
      }
    case .choice(let choice):
      for branch in choice.branches where try boolean(branch.condition, in: environment) {
        return try execute(branch.body, in: environment.nested())
      }
      if let otherwise = choice.otherwise {
        return try execute(otherwise, in: environment.nested())
      }
    case .require(let condition, let message):
      try require(condition, message, in: environment)
    case .result(let value): return (try evaluate(value, in: environment), value.range)
    case .function: break
    case .sample(let name, let type):
      try checkObjective("sample", at: statement.range)
      let value = try sampled(name, resolve(type, in: environment), at: statement.range)
      try declare(name, .value(value), in: environment)
    case .iteration(let count, let fraction, let body):
      try checkObjective("repeat", at: statement.range)
      return try iterate(count, fraction, body, in: environment)
    case .minimize(let value, let names, let recipe):
      try checkObjective("minimize", at: statement.range)
      try minimize(value, over: names, using: recipe, in: environment)
    }
    return nil
  }

  /// Names a value, or the elements of a tuple or list.
  func bind(_ binding: BindingStatement, in environment: Environment) throws {
    let outer = taps.count
    for tap in binding.taps {
      let address = try text(tap.address, in: environment)
      taps.append(ActiveTap(tap: tap, address: address, environment: environment, value: nil))
    }
    defer { taps.removeSubrange(outer...) }
    var value = try evaluate(binding.value, in: environment)
    if case .poison = value { throw ElaborationFailure.known }
    if let type = binding.type {
      value = try fitted(
        value, to: resolve(type, in: environment), what: "`\(binding.names[0].name)`",
        at: binding.value.range)
    }
    for tap in taps[outer...] {
      guard let found = tap.value else {
        throw failure(
          "tap-missing", "no call is named \"\(tap.address)\"", at: tap.tap.address.range,
          hint: "a tap takes the `@` path of a call, as its weights have it")
      }
      try declare(tap.tap.name, .value(found), in: environment)
    }
    record(value, at: binding.value.range)
    guard binding.isPattern else {
      try declare(
        binding.names[0], .value(value), isVariable: binding.isVariable,
        isShared: binding.isShared, in: environment)
      return
    }
    let parts: [Datum]
    switch value {
    case .tuple(let fields): parts = fields.map(\.value)
    case .list(let elements): parts = elements
    default:
      throw failure(
        "pattern", "\(value.described) is not taken apart", at: binding.value.range)
    }
    guard parts.count == binding.names.count else {
      throw failure(
        "pattern", "\(binding.names.count) names for \(value.described)", at: binding.value.range)
    }
    for (name, part) in zip(binding.names, parts) {
      try declare(
        name, .value(part), isVariable: binding.isVariable, isShared: binding.isShared,
        in: environment)
    }
  }

  /// Makes a name known; each name once between the same braces.
  func declare(
    _ name: Identifier, _ meaning: Binding.Meaning, isVariable: Bool = false,
    isShared: Bool = false, in environment: Environment
  ) throws {
    if let old = environment.bindings[name.name], old.range != name.range {
      throw failure(
        "duplicate-name", "`\(name.name)` is declared already", at: name.range,
        notes: [Diagnostic.Note("declared here", at: old.range)])
    }
    environment.bindings[name.name] = Binding(
      meaning: meaning, isVariable: isVariable, isShared: isShared, range: name.range)
  }

  private func variable(_ name: Identifier, in environment: Environment) throws -> Environment {
    guard let owner = environment.owner(of: name.name), let binding = owner.bindings[name.name]
    else { throw unknown(name.name, at: name.range, in: environment) }
    let line = library.sources.files[binding.range.file].position(of: binding.range.start).line
    guard binding.isVariable else {
      throw failure(
        "let-assigned", "`\(name.name)` is a `let` (line \(line)) and cannot be assigned",
        at: name.range, hint: "`var \(name.name) = …` on line \(line)")
    }
    guard owner.activation === environment.activation else {
      throw failure(
        "let-assigned", "`\(name.name)` belongs to what surrounds this function", at: name.range,
        hint: "return the new value instead")
    }
    return owner
  }

  /// A variable keeps its kind: a tensor does not become a text.
  private func sameKind(_ old: Datum, _ new: Datum, at range: SourceRange) throws {
    switch (old, new) {
    case (.poison, _): return
    case (_, .poison): throw ElaborationFailure.known
    case (.int, .int), (.float, .float), (.int, .float), (.float, .int), (.boolean, .boolean),
      (.string, .string), (.list, .list), (.tuple, .tuple), (.tensor, .tensor), (.none, _),
      (.text, .text), (.int, .tensor), (.float, .tensor), (.range, .range):
      return
    default:
      throw failure("type", "\(old.described) becomes \(new.described)", at: range)
    }
  }

  /// Looks at a condition now, or when the weights are known if it is a number made of them.
  func require(_ condition: Expression, _ message: StringLiteral, in environment: Environment)
    throws
  {
    let value = try evaluate(condition, in: environment)
    if case .tensor(let tensor) = value, tensor.shape.isEmpty, !tensor.isBatched,
      let graph = weightGraph(of: tensor.value)
    {
      requirements.append(
        GraphRequirement(
          graph: graph, message: try text(message, in: environment), range: condition.range))
      return
    }
    guard try boolean(value, condition) else {
      throw failure("require", try text(message, in: environment), at: condition.range)
    }
  }

  /// The graph of a value that depends on weights alone; nil if it reads an input.
  private func weightGraph(of value: Value) -> Graph? {
    var graph = builder.graph
    graph.outputs = [GraphOutput(name: GraphRequirement.output, value: value)]
    let live = graph.live
    let readsInput = graph.nodes.enumerated().contains { live[$0] && $1.op is Input }
    return readsInput ? nil : pruned(graph, name: builder.graph.name)
  }
}
