import TGDiagnostics
import TGIR
import TGPlan

// Parts as parameters: `model Inversion(part G: Generator)`. `Generator` is a model of functions without
// bodies. What is given has functions of these names whose parameters and results are as stated; a size,
// or a bound of a range, that is a name which nothing else has is whatever the part has there, and known
// by that name: `G.size`.

extension Elaboration {
  /// The part that a parameter of a model stands for: what is given, or its default; nil for none.
  func part(
    _ parameter: ParameterDeclaration, _ wanted: PartParameter, given argument: GivenArgument?,
    of model: ModelDeclaration, in environment: Environment, path: String, at range: SourceRange
  ) throws -> PartInstance? {
    let location = argument?.range ?? parameter.range
    let asked = try interface(wanted.interface, in: environment)
    let instance: PartInstance
    switch argument?.value {
    case .part(let part)?: instance = part
    case nil where wanted.standard != nil:
      guard let standard = wanted.standard else { return nil }
      instance = try self.instance(
        of: standard, in: environment, path: path,
        scope: WeightScope(root: "", prefix: "", suffix: ""), at: parameter.range)
    case nil where wanted.isOptional: return nil
    case Datum.none? where wanted.isOptional: return nil
    case nil:
      throw failure(
        "missing-argument", "`\(model.name.name)` needs the part `\(parameter.name.name)`",
        at: range,
        notes: [Diagnostic.Note("declared here", at: parameter.range)],
        hint: "--part \(parameter.name.name)=PAGE.tgraph gives one, or an argument in the page")
    case let other?:
      throw failure(
        "type", "`\(parameter.name.name)` is a part, not \(other.described)", at: location,
        notes: [Diagnostic.Note("declared here", at: parameter.range)])
    }
    var check = PartCheck(
      elaboration: self, part: instance, name: parameter.name.name, location: location,
      interface: asked)
    return try check.run()
  }

  private func interface(_ name: Identifier, in environment: Environment) throws -> (
    ModelDeclaration, FileEnvironment
  ) {
    guard let (_, binding) = environment.lookup(name.name) else {
      throw unknown(name.name, at: name.range, in: environment)
    }
    guard case .model(let model, let file) = binding.meaning, !model.signatures.isEmpty else {
      throw failure(
        "interface", "`\(name.name)` does not say what a part must have", at: name.range,
        hint: "a model with functions without bodies does: "
          + "func generate(z: Normal[codes]) -> (image: Image[channels, height, width])")
    }
    return (model, file)
  }
}

/// A part held against what is asked of it.
private struct PartCheck {
  let elaboration: Elaboration
  let part: PartInstance
  /// The parameter's name.
  let name: String
  /// Where the part is given.
  let location: SourceRange
  let interface: (model: ModelDeclaration, file: FileEnvironment)
  /// What the names of the interface stand for.
  var known: [String: Datum] = [:]

  /// The part with what was found out, or the first thing that it lacks.
  mutating func run() throws -> PartInstance {
    for signature in interface.model.signatures { try check(signature) }
    let result = PartInstance(
      name: part.name, declaration: part.declaration, environment: part.environment)
    result.aliases = part.aliases
    result.known = part.known.merging(known) { _, new in new }
    return result
  }

  private mutating func check(_ signature: SignatureDeclaration) throws {
    let wanted = signature.name.name
    try elaboration.step(at: location, 1 + signature.parameters.count)
    guard let closure = part.function(wanted) else {
      let names = part.functionNames
      throw failure(
        "part-function",
        "`\(part.declaration.name.name)` has no function `\(part.aliases[wanted] ?? wanted)`, which "
          + "`\(name)` must have",
        at: location, notes: [Diagnostic.Note("asked for here", at: signature.name.range)],
        hint: names.isEmpty ? "it has no functions" : "it has " + names.joined(separator: ", "))
    }
    let given = closure.declaration
    let needed = given.parameters.count { $0.value == nil }
    guard needed <= signature.parameters.count, signature.parameters.count <= given.parameters.count
    else {
      throw unlike(
        signature, given,
        "takes \(names(given.parameters)), `\(wanted)` of `\(name)` \(names(signature.parameters))",
        at: given.name.range, stated: signature.name.range)
    }
    // Numbers of the surroundings, not tensors, are what sizes of a signature see.
    let environment = Environment(
      parent: closure.environment, activation: closure.environment.activation)
    for (one, other) in zip(given.parameters, signature.parameters) {
      guard let type = one.type, let asked = other.type else { continue }
      try fit(
        type, asked, "`\(one.name.name)` of `\(given.name.name)`", signature, given, in: environment
      )
    }
    guard let asked = signature.results else { return }
    guard let results = given.results else {
      throw unlike(
        signature, given, "does not state its results", at: given.name.range,
        stated: signature.name.range)
    }
    for result in asked {
      let same = results.first { $0.name?.name == result.name?.name }
      guard let found = same ?? (results.count == 1 && asked.count == 1 ? results[0] : nil) else {
        throw unlike(
          signature, given, "has no result `\(result.name?.name ?? "")`", at: given.name.range,
          stated: result.type.range)
      }
      let what = found.name.map { "`\($0.name)`" } ?? "the result"
      try fit(
        found.type, result.type, "\(what) of `\(given.name.name)`", signature, given,
        in: environment)
    }
  }

  /// Holds a type of the part against the one asked for.
  private mutating func fit(
    _ type: TypeExpression, _ asked: TypeExpression, _ what: String,
    _ signature: SignatureDeclaration, _ given: FunctionDeclaration, in environment: Environment
  ) throws {
    guard case .named(let name, let sizes, let arguments) = asked.kind else { return }
    let found = try elaboration.resolve(type, in: environment)
    guard case .tensor(let tensor) = found else {
      let isSame =
        if case .named(let own, _, _) = type.kind { own.name == name.name } else { false }
      guard isSame else { throw mismatch(what, found, asked, signature, given, at: type.range) }
      return
    }
    guard PartCheck.kinds(tensor.kind).contains(name.name) else {
      throw mismatch(what, found, asked, signature, given, at: type.range)
    }
    var extents = tensor.shape
    if case .classes(let count) = tensor.kind.source { extents = [count] }
    if let sizes {
      guard sizes.count == extents.count else {
        throw mismatch(what, found, asked, signature, given, at: type.range)
      }
      for (size, extent) in zip(sizes, extents) {
        guard try agrees(size, .int(extent)) else {
          throw mismatch(what, found, asked, signature, given, at: type.range)
        }
      }
    }
    guard case .infix(let low, .closedRange, let high, _, _)? = arguments?.first?.value.kind,
      let bounds = tensor.kind.range
    else { return }
    guard try agrees(low, .float(Double(bounds.lowerBound))),
      try agrees(high, .float(Double(bounds.upperBound)))
    else { throw mismatch(what, found, asked, signature, given, at: type.range) }
  }

  /// Whether what is asked for is a number of the part; a name that nothing else has becomes that
  /// number where it is first met.
  private mutating func agrees(_ asked: Expression, _ found: Datum) throws -> Bool {
    if case .name(let name) = asked.kind, interface.file.lookup(name) == nil {
      guard let before = known[name] else {
        known[name] = found
        return true
      }
      return before.number == found.number
    }
    return try elaboration.evaluate(asked, in: interface.file).number == found.number
  }

  private func mismatch(
    _ what: String, _ found: ResolvedType, _ asked: TypeExpression,
    _ signature: SignatureDeclaration, _ given: FunctionDeclaration, at range: SourceRange
  ) -> ElaborationFailure {
    let text = elaboration.library.sources.files[asked.range.file].bytes[
      asked.range.start..<asked.range.end]
    let sizes = known.keys.sorted().compactMap { key in
      known[key]?.number.map { "\(key) \(numberText($0))" }
    }
    return failure(
      "part-type",
      "\(what) is \(found.described); `\(name)` asks for \(String(decoding: text, as: UTF8.self))"
        + (sizes.isEmpty ? "" : ", with " + sizes.joined(separator: ", ")), at: range,
      notes: notes(stated: asked.range))
  }

  private func unlike(
    _ signature: SignatureDeclaration, _ given: FunctionDeclaration, _ why: String,
    at range: SourceRange, stated: SourceRange
  ) -> ElaborationFailure {
    failure("part-type", "`\(given.name.name)` \(why)", at: range, notes: notes(stated: stated))
  }

  private func notes(stated: SourceRange) -> [Diagnostic.Note] {
    [
      Diagnostic.Note("asked for here", at: stated),
      Diagnostic.Note("the part is given here", at: location),
    ]
  }

  private func names(_ parameters: [ParameterDeclaration]) -> String {
    parameters.isEmpty ? "nothing" : parameters.map(\.name.name).joined(separator: ", ")
  }

  /// The types that an input or result of a kind may be asked for as: a code may be drawn.
  private static func kinds(_ kind: InterfaceItem.Kind) -> [String] {
    let own = type(of: kind.value).typeName
    switch kind.source {
    case .classes: return [own]
    case .drawn: return [own, LatentKind.typeName, TensorKind.typeName]
    case .picture, .numbers, .words: return [own, TensorKind.typeName]
    }
  }
}

extension PartInstance {
  /// A function by the name under which the part is asked for it.
  func function(_ name: String) -> Closure? {
    guard case .function(let closure)? = environment.bindings[aliases[name] ?? name]?.meaning else {
      return nil
    }
    return closure
  }

  /// The functions, in alphabetical order.
  var functionNames: [String] {
    environment.bindings.keys.sorted().filter {
      if case .function? = environment.bindings[$0]?.meaning { true } else { false }
    }
  }

  /// What `value` knows, in alphabetical order.
  var valueNames: [String] {
    Set(known.keys).union(environment.bindings.keys).sorted().filter { value($0) != nil }
  }

  /// A number or list of the part: what an interface found out, or a `let` of its model.
  func value(_ name: String) -> Datum? {
    if let found = known[name] { return found }
    guard case .value(let datum)? = environment.bindings[name]?.meaning,
      !declaration.parameters.contains(where: { $0.name.name == name && $0.part != nil })
    else { return nil }
    if case .poison = datum { return nil }
    return datum
  }
}
