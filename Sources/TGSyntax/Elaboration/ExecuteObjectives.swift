import TGDiagnostics
import TGIR
import TGOps
import TGPlan
import TGTensor

// `sample`, `start` and `repeat`: what is drawn, where variables begin, and what a round may change.

extension Elaboration {
  func checkObjective(_ what: String, at range: SourceRange) throws {
    guard !isObjective else { return }
    throw failure("objective-only", "`\(what)` stands in objectives only", at: range)
  }

  /// `sample name: Type`: drawn once before all loops, or in each round.
  func sampled(_ name: Identifier, _ type: ResolvedType, at range: SourceRange) throws -> Datum {
    switch type {
    case .tensor(let type):
      guard case .drawn = type.kind.source else {
        throw failure("type", "a sample is drawn as a Normal[…] or Uniform[…]", at: range)
      }
      if case .projection = objective.stage {
        throw failure(
          "objective-order", "`\(name.name)` is drawn after `minimize`", at: range,
          hint: "a round draws before it minimises")
      }
      let tensor = try input(name.name, type.shape, kind: type.kind, at: range)
      if let loop = objective.loop {
        objective.loops[loop].draws.append(name.name)
      } else if objective.stage == .given {
        objective.samples.append(
          GraphInterface(
            name: name.name, kind: type.kind, shape: builder.shape(tensor.value), range: range))
      } else {
        throw failure(
          "objective-order", "`\(name.name)` is drawn between two loops", at: range,
          hint: "what is drawn once is drawn before the first `repeat`")
      }
      return .tensor(tensor)
    case .lists(let types):
      return .list(
        try types.enumerated().map { index, type in
          try sampled(
            Identifier(name: "\(name.name).\(index)", range: name.range), type, at: range)
        })
    default:
      throw failure("type", "a sample is drawn as a Normal[…] or Uniform[…]", at: range)
    }
  }

  // MARK: repeat

  /// `repeat count { fraction in … }`: every variable that a round may change becomes an input.
  func iterate(
    _ count: Expression, _ fraction: Identifier?, _ body: Body, in environment: Environment
  ) throws -> (Datum, SourceRange)? {
    guard objective.loop == nil else {
      throw failure("objective-order", "a `repeat` stands inside another one", at: count.range)
    }
    let rounds = try whole(
      evaluate(count, in: environment), "the number of rounds", at: count.range,
      in: 1...1_000_000_000)
    let names = carried(by: body, in: environment)
    let index = objective.loops.count
    guard index < ObjectiveParts.maximumLoops else {
      throw failure(
        "limit", "an objective has at most \(ObjectiveParts.maximumLoops) loops", at: count.range)
    }
    objective.loops.append(.init(start: "", step: "", rounds: rounds, method: .descent))
    for name in names { try start(name, of: index, in: environment) }
    objective.stage = .round(index)
    for name in names { try renew(name, in: environment) }
    let inner = environment.nested()
    if let fraction {
      let name = "loop.fraction"
      objective.loops[index].fraction = name
      let tensor = try input(name, [], at: fraction.range)
      try declare(fraction, .value(.tensor(tensor)), in: inner)
    }
    let result = try execute(body, in: inner)
    if let result {
      throw failure("objective-order", "`return` stands inside a `repeat`", at: result.1)
    }
    guard objective.stage == .projection(index) else {
      guard diagnostics.isEmpty else { throw ElaborationFailure.known }
      throw failure(
        "minimize", "this `repeat` minimises nothing", at: body.range,
        hint: "minimize … over … using adam(rate: …)")
    }
    for name in names { try project(name, of: index, in: environment) }
    objective.stage = .once(after: index + 1)
    for name in names { try renew(name, in: environment) }
    return nil
  }

  /// The variables around a loop that its body assigns or minimises over, as they first appear.
  private func carried(by body: Body, in environment: Environment) -> [String] {
    var names: [String] = []
    for statement in body.statements {
      for name in assigned(by: statement) + minimized(by: statement) where !names.contains(name) {
        guard let owner = environment.owner(of: name),
          owner.activation === environment.activation, owner.bindings[name]?.isVariable == true
        else { continue }
        names.append(name)
      }
    }
    return names
  }

  private func minimized(by statement: Statement) -> [String] {
    switch statement.kind {
    case .minimize(_, let names, _): names.map(\.name)
    case .loop(_, _, let body), .iteration(_, _, let body):
      body.statements.flatMap { minimized(by: $0) }
    case .choice(let choice):
      (choice.branches.map(\.body) + [choice.otherwise].compactMap { $0 })
        .flatMap { $0.statements.flatMap { minimized(by: $0) } }
    default: []
    }
  }

  /// Puts out what a variable begins with in a loop.
  private func start(_ name: String, of loop: Int, in environment: Environment) throws {
    let (datum, range) = try variable(name, in: environment)
    guard case .starts(let fields) = datum else {
      for (part, tensor) in try tensors(of: name, datum, at: range) {
        try putOut(part, tensor, role: .variable)
      }
      return
    }
    for field in fields {
      let label = field.label ?? ""
      if !objective.loops[loop].starts.contains(label) {
        objective.loops[loop].starts.append(label)
      }
      for (part, tensor) in try tensors(of: name, field.value, at: range) {
        try putOut("\(part).\(label)", tensor, role: .start(of: part, named: label))
      }
    }
  }

  /// Replaces a variable by inputs of the present stage.
  func renew(_ name: String, in environment: Environment) throws {
    let (datum, range) = try variable(name, in: environment)
    var form = datum
    if case .starts(let fields) = datum { form = fields[0].value }
    set(name, try renewed(name, form, at: range), in: environment)
  }

  private func renewed(_ name: String, _ datum: Datum, at range: SourceRange) throws -> Datum {
    if case .list(let elements) = datum {
      return .list(
        try elements.enumerated().map { try renewed("\(name).\($0)", $1, at: range) })
    }
    guard let tensor = try tensor(datum) else {
      throw failure("type", "\(datum.described) does not change from round to round", at: range)
    }
    var new = try input(name, tensor.shape, kind: .latent, role: .variable, at: range)
    new.image = tensor.image
    return .tensor(new)
  }

  /// Puts out what became of a variable after the update, unless nothing did.
  private func project(_ name: String, of loop: Int, in environment: Environment) throws {
    let (datum, range) = try variable(name, in: environment)
    for (part, tensor) in try tensors(of: name, datum, at: range) {
      if let input = builder[tensor.value].op as? Input, input.name == part, input.stage > .given {
        continue
      }
      let before = objective.inputs.first { $0.stage == .round(loop) && $0.item.name == part }
      guard before?.item.shape == builder.shape(tensor.value) else {
        throw failure(
          "shape-mismatch", "`\(name)` has another shape after a round than before", at: range)
      }
      try putOut(part, tensor, role: .variable)
    }
  }

  /// A variable's tensors with their names, one for each item: those of a list `noise` are called
  /// `noise.0`, `noise.1` ….
  func tensors(
    of name: String, _ datum: Datum, at range: SourceRange
  ) throws -> [(name: String, tensor: Tensor)] {
    if case .list(let elements) = datum {
      return try elements.enumerated().flatMap {
        try tensors(of: "\(name).\($0)", $1, at: range)
      }
    }
    guard let tensor = try tensor(datum) else {
      throw failure("type", "\(datum.described) does not change from round to round", at: range)
    }
    stamp(range, nil)
    return [(name, try batched(tensor))]
  }

  /// What a variable is now, and where it is declared.
  func variable(_ name: String, in environment: Environment) throws -> (Datum, SourceRange) {
    guard let binding = environment.owner(of: name)?.bindings[name],
      case .value(let datum) = binding.meaning
    else { throw ElaborationFailure.known }
    if case .poison = datum { throw ElaborationFailure.known }
    return (datum, binding.range)
  }

  private func set(_ name: String, _ datum: Datum, in environment: Environment) {
    environment.owner(of: name)?.bindings[name]?.meaning = .value(datum)
  }

  /// The name of the operation that offers starts.
  static let startsName = "start"

  /// `start(mean: a, random: b)`: values of one shape, of which the user chooses one by name.
  func starts(_ given: [GivenArgument], at range: SourceRange) throws -> Datum {
    var fields: [Datum.Field] = []
    for argument in given {
      guard let label = argument.label?.name else {
        throw failure(
          "argument-name", "a start without a name", at: argument.range,
          hint: "start(mean: …, random: …)")
      }
      guard try isRunTime(argument.value, at: range) || argument.value.number != nil else {
        throw failure("type", "a variable cannot start as \(argument.value.described)", at: range)
      }
      if case .tensor(let first)? = fields.first?.value, case .tensor(let other) = argument.value,
        first.shape != other.shape
      {
        throw failure(
          "shape-mismatch",
          "starts of different shapes, \(shapeText(first.shape)) and \(shapeText(other.shape))",
          at: argument.range)
      }
      guard !fields.contains(where: { $0.label == label }) else {
        throw failure(
          "duplicate-name", "two starts are called `\(label)`", at: argument.range)
      }
      fields.append(Datum.Field(label: label, value: argument.value))
    }
    guard !fields.isEmpty else {
      throw failure(
        "missing-argument", "`start` needs a value", at: range, hint: "start(mean: …, random: …)")
    }
    return .starts(fields)
  }
}
