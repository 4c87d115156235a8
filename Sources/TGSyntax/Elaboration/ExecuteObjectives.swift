import TGDiagnostics
import TGIR
import TGOps
import TGPlan
import TGTensor

// `sample`, `repeat` and `minimize`. All of an objective becomes one graph, whose inputs say at
// which moment they are known: its *stage*. Loop k has the stages 3k (once, before it), 3k + 1 (each
// round, up to the update) and 3k + 2 (each round, after the update). What belongs to one stage
// becomes one function (`StageCut`).

/// What is known of an objective while its body is elaborated.
struct ObjectiveParts {
  /// One `repeat`.
  struct Loop {
    var form: PlanObjective.Loop
    /// The first values of its variables: results of the function before the loop.
    var starts: [GraphOutput] = []
    /// The value, its terms and the numbers of the method: results of the step.
    var values: [GraphOutput] = []
    /// Variables that are assigned after the update: results of the projection.
    var projected: [GraphOutput] = []
    var isMinimized = false
  }

  /// The most loops of an objective.
  static let maximumLoops = 64

  /// The loops so far.
  var loops: [Loop] = []
  /// Where in the objective elaboration is.
  var stage = 0
  /// The stages of the graph's inputs, by their names in the graph; 0 if not listed.
  var stages: [String: Int] = [:]
  /// What the graph's inputs of later stages are, by their names in the graph.
  var interfaces: [String: GraphInterface] = [:]
  /// What is drawn once, in order.
  var samples: [GraphInterface] = []
  /// True inside a `repeat`.
  var isLooping = false
}

extension Elaboration {
  func checkObjective(_ what: String, at range: SourceRange) throws {
    guard !isObjective else { return }
    throw failure("objective-only", "`\(what)` stands in objectives only", at: range)
  }

  // MARK: Inputs

  /// An input of a shape, one for each item of the batch, that is known from the present stage on.
  func input(
    _ name: String, _ shape: [Int], kind: InterfaceItem.Kind = .tensor, at range: SourceRange
  ) throws -> Tensor {
    stamp(range, nil)
    guard let extents = Shape(checking: [batch] + shape), extents.count <= Int(Int32.max) else {
      throw failure("tensor-size", "`\(name)` is too large", at: range)
    }
    var graphName = name
    if objective.stage > 0 {
      graphName = "\(name)@\(objective.stage)"
      objective.stages[graphName] = objective.stage
      objective.interfaces[graphName] = GraphInterface(
        name: name, kind: kind, shape: extents, range: range)
    }
    let value = try builder.insert(Input(name: graphName, shape: extents), [])
    return Tensor(value: value, shape: shape, isBatched: true, range: range)
  }

  /// `sample name: Type`: drawn once before all loops, or in each round.
  func sampled(_ name: Identifier, _ type: ResolvedType, at range: SourceRange) throws -> Datum {
    switch type {
    case .tensor(let type):
      guard case .drawn = type.kind.source else {
        throw failure("type", "a sample is drawn as a Normal[…] or Uniform[…]", at: range)
      }
      guard objective.stage % 3 != 2 else {
        throw failure(
          "objective-order", "`\(name.name)` is drawn after `minimize`", at: range,
          hint: "a round draws before it minimises")
      }
      let tensor = try input(name.name, type.shape, kind: type.kind, at: range)
      if objective.isLooping {
        objective.loops[objective.loops.count - 1].form.draws.append(name.name)
      } else if objective.stage == 0 {
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
    guard !objective.isLooping else {
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
    objective.loops.append(
      ObjectiveParts.Loop(form: .init(start: "", step: "", rounds: rounds, method: .descent)))
    for name in names { try start(name, in: environment) }
    objective.stage = 3 * index + 1
    for name in names { try renew(name, in: environment) }
    let inner = environment.nested()
    if let fraction {
      let name = "loop.fraction"
      objective.loops[index].form.fraction = name
      let tensor = try input(name, [], at: fraction.range)
      try declare(fraction, .value(.tensor(tensor)), in: inner)
    }
    objective.isLooping = true
    let result = try execute(body, in: inner)
    objective.isLooping = false
    if let result {
      throw failure("objective-order", "`return` stands inside a `repeat`", at: result.1)
    }
    guard objective.loops[index].isMinimized else {
      guard diagnostics.isEmpty else { throw ElaborationFailure.known }
      throw failure(
        "minimize", "this `repeat` minimises nothing", at: body.range,
        hint: "minimize … over … using adam(rate: …)")
    }
    for name in names { try project(name, in: environment) }
    objective.stage = 3 * index + 3
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

  /// Puts out what a variable begins with.
  private func start(_ name: String, in environment: Environment) throws {
    let (datum, range) = try variable(name, in: environment)
    let index = objective.loops.count - 1
    guard case .starts(let fields) = datum else {
      objective.loops[index].starts += try outputs(name, datum, at: range)
      return
    }
    for field in fields {
      let label = field.label ?? ""
      if !objective.loops[index].form.starts.contains(label) {
        objective.loops[index].form.starts.append(label)
      }
      objective.loops[index].starts += try outputs(name, field.value, suffix: label, at: range)
    }
  }

  /// Replaces a variable by inputs of the present stage.
  private func renew(_ name: String, in environment: Environment) throws {
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
    var new = try input(name, tensor.shape, kind: .latent, at: range)
    new.image = tensor.image
    return .tensor(new)
  }

  /// Puts out what became of a variable after the update, unless nothing did.
  private func project(_ name: String, in environment: Environment) throws {
    let (datum, range) = try variable(name, in: environment)
    let index = objective.loops.count - 1
    let results = try outputs(name, datum, at: range)
    let graph = builder.graph
    for result in results {
      let own = "\(result.name)@"
      if let input = graph[result.value].op as? Input, input.name.hasPrefix(own) { continue }
      let before = graph.nodes.first { ($0.op as? Input)?.name == "\(own)\(3 * index + 1)" }
      guard before?.shape == graph.shape(result.value) else {
        throw failure(
          "shape-mismatch", "`\(name)` has another shape after a round than before", at: range)
      }
      objective.loops[index].projected.append(result)
    }
  }

  /// A variable's tensors with their names: `noise` of a list is `noise.0`, `noise.1` ….
  private func outputs(_ name: String, _ datum: Datum, suffix: String? = nil, at range: SourceRange)
    throws -> [GraphOutput]
  {
    if case .list(let elements) = datum {
      return try elements.enumerated().flatMap {
        try outputs("\(name).\($0)", $1, suffix: suffix, at: range)
      }
    }
    guard let tensor = try tensor(datum) else {
      throw failure("type", "\(datum.described) does not change from round to round", at: range)
    }
    stamp(range, nil)
    return [
      GraphOutput(name: suffix.map { "\(name).\($0)" } ?? name, value: try batched(tensor).value)
    ]
  }

  private func variable(_ name: String, in environment: Environment) throws -> (Datum, SourceRange)
  {
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

  // MARK: minimize

  /// `minimize value over names using recipe`: a number, or a tuple of named terms to be added.
  func minimize(
    _ value: Expression, over names: [Identifier], using recipe: Expression,
    in environment: Environment
  ) throws {
    guard objective.isLooping else {
      throw failure("minimize", "`minimize` stands in a `repeat`", at: value.range)
    }
    let index = objective.loops.count - 1
    guard !objective.loops[index].isMinimized else {
      throw failure(
        "minimize", "a second `minimize` in one `repeat`", at: value.range,
        hint: "add the two values, or write a second `repeat`")
    }
    try putOut(evaluate(value, in: environment), at: value.range)
    for name in names { try minimize(over: name, in: environment) }
    guard case .recipe(let recipe) = try evaluate(recipe, in: environment) else {
      throw failure(
        "minimize", "`using` takes a recipe", at: recipe.range,
        hint: "adam(rate: 0.01), sgd(rate: …) or lbfgs()")
    }
    objective.loops[index].form.method = recipe.method
    objective.loops[index].form.numbers = recipe.numbers
    for number in recipe.scheduled {
      objective.loops[index].form.scheduled.append(number.name)
      objective.loops[index].values.append(
        GraphOutput(name: "method.\(number.name)", value: try batched(number.value).value))
    }
    if recipe.method == .lbfgs, let draw = objective.loops[index].form.draws.first {
      throw failure(
        "minimize", "lbfgs compares values of one function, but `\(draw)` is drawn each round",
        at: value.range, hint: "adam or sgd")
    }
    objective.loops[index].isMinimized = true
    objective.stage += 1
    for name in names { try renew(name.name, in: environment) }
  }

  /// Puts out the value of a loop and its terms.
  private func putOut(_ datum: Datum, at range: SourceRange) throws {
    let index = objective.loops.count - 1
    var total: Tensor
    if case .tuple(let fields) = datum, let first = fields.first {
      for field in fields {
        guard let label = field.label else {
          throw failure(
            "minimize", "a term without a name", at: range,
            hint: "(pixels: mse(…), features: 0.1 * mse(…)), or one sum")
        }
        guard !objective.loops[index].form.terms.contains(label) else {
          throw failure("duplicate-name", "two terms are called `\(label)`", at: range)
        }
        let term = try number(field.value, at: range)
        objective.loops[index].form.terms.append(label)
        objective.loops[index].values.append(
          GraphOutput(name: "term.\(label)", value: try batched(term).value))
      }
      total = try number(first.value, at: range)
      for field in fields.dropFirst() {
        total = try pointwise(.add, [total, number(field.value, at: range)], at: range)
      }
    } else {
      total = try number(datum, at: range)
    }
    guard !itemsInteract else {
      throw failure(
        "minimize", "items are separate problems, but an operation looks across them",
        at: range, hint: "operations whose names start with `batch` do")
    }
    objective.loops[index].values.append(
      GraphOutput(name: "loss", value: try batched(total).value))
  }

  private func number(_ datum: Datum, at range: SourceRange) throws -> Tensor {
    guard let tensor = try tensor(datum) else {
      throw failure("type", "\(datum.described) is not minimised", at: range)
    }
    guard tensor.shape.isEmpty else {
      throw failure(
        "minimize", "one number per item is minimised, not \(shapeText(tensor.shape))", at: range,
        hint: "sum(…) or mean(…) makes one number of it")
    }
    return tensor
  }

  /// Notes a variable that is updated.
  private func minimize(over name: Identifier, in environment: Environment) throws {
    guard let binding = environment.owner(of: name.name)?.bindings[name.name] else {
      throw unknown(name.name, at: name.range, in: environment)
    }
    if case .value(.part) = binding.meaning {
      throw failure(
        "minimize", "`\(name.name)` is a part: training has no plan yet", at: name.range,
        hint: "an objective minimises over a `var`")
    }
    guard binding.isVariable else {
      throw failure("minimize", "`\(name.name)` is no `var`", at: name.range)
    }
    let index = objective.loops.count - 1
    let (datum, range) = try variable(name.name, in: environment)
    for output in try outputs(name.name, datum, at: range) {
      guard let input = builder[output.value].op as? Input,
        input.name == "\(output.name)@\(objective.stage)"
      else {
        throw failure(
          "objective-order", "`\(name.name)` is assigned before `minimize` in its round",
          at: name.range, hint: "assign it after `minimize`, or before `repeat`")
      }
      guard !objective.loops[index].form.variables.contains(output.name) else {
        throw failure("minimize", "`\(name.name)` is named twice", at: name.range)
      }
      objective.loops[index].form.variables.append(output.name)
    }
  }
}
