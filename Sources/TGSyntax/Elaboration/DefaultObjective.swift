import TGDiagnostics

/// The objective that `tgc --invert` adds to a model: a generator function backwards, as one would
/// write it by hand. What is minimised are the terms of `Likeness`, as on the pages of the library.
///
/// It is a text of the language, so that there is one front end, it can be shown, and findings have
/// locations in it. Everything that is drawn (Normal, Uniform) or is a code (Latent) is searched; the
/// other inputs of the function are inputs of the objective.
struct DefaultObjective {
  /// The rounds, unless `tginvert --steps` says otherwise.
  static let rounds = 500
  /// The steps that L-BFGS remembers.
  static let history = 100

  private let generator: Generator
  private let source: SourceFile
  private let known: Set<String>
  private let sight: Sight?

  /// Makes the objective of a function.
  ///
  /// - Parameters:
  ///   - source: the text that declares it.
  ///   - known: the names that mean something around it.
  ///   - sight: a network that pictures are compared by, too.
  init(_ generator: Generator, in source: SourceFile, known: Set<String>, sight: Sight? = nil) {
    self.generator = generator
    self.sight = sight
    self.source = source
    self.known = known.union(generator.declaration.parameters.map(\.name.name))
  }

  /// The objective alone.
  var text: String {
    let declaration = generator.declaration
    let image = generator.picture.name?.name ?? "image"
    let codes = generator.codes
    let result = codes.contains { $0.name.name == image } ? fresh(image) : image
    let results =
      codes.map { "\($0.name.name): \(form($0, as: "Latent"))" }
      + ["\(result): \(raw(generator.picture.type.range))"]
    let returned =
      codes.map { "\($0.name.name): \(mapped($0))" } + ["\(result): \(call)"]
    let starts = codes.map { parameter in
      "var \(parameter.name.name) = start(random: \(drawn(parameter)), zero: \(zero(parameter)))"
    }
    let seen = sight == nil ? "" : " and what a network sees in it"
    return """
      \(part)
      /// `\(declaration.name.name)` backwards: the code of a picture, by L-BFGS over its pixels\(seen).
      objective \(fresh("invert"))(\(parameters.joined(separator: ", "))) -> (\
      \(results.joined(separator: ", "))) {
        \(codes.map { "sample \(drawn($0)): \(form($0, as: "Normal"))" }.joined(separator: "\n"))
        \(starts.joined(separator: "\n"))
        repeat \(Self.rounds) {
          minimize \(likeness).terms(\(call), \(target)) over \
      \(codes.map(\.name.name).joined(separator: ", ")) using lbfgs(history: \(Self.history))
        }
        return (\(returned.joined(separator: ", ")))
      }
      """
  }

  // MARK: The network of features

  /// The parameter that the network is given for, and the root of its weights.
  var network: String { fresh("features") }

  /// What the model gets among its parameters.
  var modelParameters: String {
    sight.map { "part \(network): \($0.interface), \(weight): Float = 1.0" } ?? ""
  }

  private var weight: String { fresh("featureWeight") }

  /// The part that compares pictures.
  private var part: String {
    let arguments = sight.map {
      let (label, term) = $0.interface == "Features" ? ("F", "features") : ("D", "perceptual")
      return "\(label): \(network), \(term): \(weight)"
    }
    return "part \(likeness) = Likeness(\(arguments ?? ""))\n"
  }

  private var likeness: String { fresh("likeness") }

  // MARK: The signature

  private var target: String { fresh("target") }

  /// The picture wanted, before the inputs of the function that are not searched; numbers of compile
  /// time come first, since sizes may be made of them.
  private var parameters: [String] {
    let others = generator.declaration.parameters.filter { parameter in
      !generator.codes.contains { $0.name.name == parameter.name.name }
    }
    let numbers = others.filter { !Generator.isInterface($0.type) }
    let inputs = others.filter { Generator.isInterface($0.type) }
    return numbers.map { raw($0.range) } + ["\(target): \(targetType)"]
      + inputs.map { raw($0.range) }
  }

  /// The type of the picture made; it is cropped if the type does not say how a picture is fitted.
  private var targetType: String {
    let type = generator.picture.type
    guard case .named(let name, let sizes?, let arguments?) = type.kind,
      !arguments.contains(where: { $0.label?.name == "fit" }),
      arguments.count(where: { $0.label == nil }) < 2
    else { return raw(type.range) }
    return named(name.name, sizes) + "("
      + (arguments.map { raw($0.range) } + ["fit: \"crop\""]).joined(separator: ", ") + ")"
  }

  /// The shape of a code under another type.
  private func form(_ parameter: ParameterDeclaration, as type: String) -> String {
    switch parameter.type?.kind {
    case .named(_, let sizes, _)?: return named(type, sizes ?? [])
    case .list(let element, let variable?, let sequence?)?:
      guard case .named(_, let sizes, _) = element.kind else { return type }
      return "[\(named(type, sizes ?? [])) for \(variable.name) in \(raw(sequence.range))]"
    default: return type
    }
  }

  private func named(_ type: String, _ sizes: [Expression]) -> String {
    "\(type)[\(sizes.map { raw($0.range) }.joined(separator: ", "))]"
  }

  // MARK: Values

  /// The name of the noise that a code begins with.
  private func drawn(_ parameter: ParameterDeclaration) -> String {
    guard generator.codes.count > 1 else { return fresh("random") }
    let name = parameter.name.name
    return fresh("random" + name.prefix(1).uppercased() + name.dropFirst())
  }

  private func zero(_ parameter: ParameterDeclaration) -> String {
    isList(parameter) ? "[0 * n for n in \(drawn(parameter))]" : "0 * \(drawn(parameter))"
  }

  /// A code as the function takes it. What is uniform is searched as the normal number that has the
  /// same share of its distribution below it, so that no bound stands in the way.
  private func mapped(_ parameter: ParameterDeclaration) -> String {
    let name = parameter.name.name
    guard let (low, high) = Generator.bounds(of: parameter) else { return name }
    func spread(_ value: String) -> String {
      let (low, high) = (operand(low), operand(high))
      return "\(low) + (\(high) - \(low)) * (0.5 + 0.5 * erf(\(value) / sqrt(2)))"
    }
    return isList(parameter) ? "[\(spread("n")) for n in \(name)]" : spread(name)
  }

  /// The picture of the codes.
  private var call: String {
    let arguments = generator.declaration.parameters.map { parameter in
      generator.codes.contains { $0.name.name == parameter.name.name }
        ? mapped(parameter) : parameter.name.name
    }
    let call = "\(generator.declaration.name.name)(\(arguments.joined(separator: ", ")))"
    guard generator.declaration.results?.count ?? 0 > 1, let name = generator.picture.name else {
      return call
    }
    return "\(call).\(name.name)"
  }

  private func isList(_ parameter: ParameterDeclaration) -> Bool {
    if case .list? = parameter.type?.kind { true } else { false }
  }

  /// A number in a sum or a product.
  private func operand(_ expression: Expression) -> String {
    switch expression.kind {
    case .integer, .float, .name: raw(expression.range)
    default: "(\(raw(expression.range)))"
    }
  }

  // MARK: Words

  /// A name that means nothing yet.
  private func fresh(_ base: String) -> String {
    var name = base
    var number = 2
    while known.contains(name) {
      name = base + String(number)
      number += 1
    }
    return name
  }

  private func raw(_ range: SourceRange) -> String {
    String(decoding: source.bytes[range.start..<range.end], as: UTF8.self)
  }
}

/// A function that makes a picture of noise or a code, as its signature says.
struct Generator {
  /// The function.
  let declaration: FunctionDeclaration
  /// Its inputs that are drawn, or are codes.
  let codes: [ParameterDeclaration]
  /// Its picture, the last one if it gives several.
  let picture: ResultDeclaration

  /// Looks at a function; nil if it makes no picture, or of nothing that could be searched.
  init?(_ declaration: FunctionDeclaration) {
    let pictures = (declaration.results ?? []).filter { Self.typeName($0.type) == "Image" }
    guard declaration.kind == .function, let picture = pictures.last else { return nil }
    self.declaration = declaration
    self.picture = picture
    codes = declaration.parameters.filter(Self.isSearched)
    guard !codes.isEmpty else { return nil }
  }

  /// The function of a model that is meant: the one of the name; without one the first of all, or
  /// else the only one.
  static func chosen(
    _ name: String?, of model: ModelDeclaration, among functions: [FunctionDeclaration]
  ) throws(DiagnosticFailure) -> Generator {
    if let objective = functions.first(where: { $0.kind == .objective }) {
      throw refusal(
        "`\(model.name.name)` has the objective `\(objective.name.name)` already, and one is added "
          + "to models without", at: objective.name.range, hint: "leave out --invert")
    }
    let generators = functions.compactMap { Generator($0) }
    let names = generators.map { "--invert \($0.declaration.name.name)" }
    let choice = names.isEmpty ? nil : "say " + names.joined(separator: " or ")
    if let name {
      guard let function = functions.first(where: { $0.name.name == name }) else {
        throw refusal(
          "`\(model.name.name)` has no entry point `\(name)`", at: model.name.range, hint: choice)
      }
      guard let generator = Generator(function) else {
        throw refusal(
          "`\(name)` makes no picture of noise or of a code", at: function.name.range,
          hint: choice ?? Self.wanted)
      }
      return generator
    }
    guard let first = generators.first else {
      throw refusal(
        "no function of `\(model.name.name)` makes a picture of noise or of a code",
        at: model.name.range, hint: Self.wanted)
    }
    guard generators.count == 1 || first.declaration.name == functions.first?.name else {
      throw refusal(
        "several functions of `\(model.name.name)` make pictures, and the first function is none of "
          + "them", at: model.name.range, hint: choice)
    }
    return first
  }

  private static let wanted =
    "it needs a function with a Normal, Uniform or Latent input and an Image result"

  private static func refusal(
    _ message: String, at range: SourceRange, hint: String?
  ) -> DiagnosticFailure {
    DiagnosticFailure([Diagnostic("invert", message, at: range, hint: hint)])
  }

  /// True for what is given at run time, false for numbers of compile time.
  static func isInterface(_ type: TypeExpression?) -> Bool {
    type.flatMap(typeName).map { TypeNames.kinds[$0] != nil } ?? false
  }

  /// The bounds of what is drawn uniformly, where they are written out; nil for other codes.
  static func bounds(of parameter: ParameterDeclaration) -> (low: Expression, high: Expression)? {
    var type = parameter.type
    if case .list(let element, _, _)? = type?.kind { type = element }
    guard case .named(let name, _, let arguments?)? = type?.kind, name.name == "Uniform",
      case .infix(let low, .closedRange, let high, _, _)? = arguments.first?.value.kind
    else { return nil }
    return (low, high)
  }

  /// True for noise and codes; a default that is computed makes a constant of one.
  private static func isSearched(_ parameter: ParameterDeclaration) -> Bool {
    guard let type = parameter.type.flatMap(typeName) else { return false }
    switch parameter.value?.kind {
    case nil, .integer, .float, .negate, .none?: break
    default: return false
    }
    return type == "Uniform" ? bounds(of: parameter) != nil : ["Normal", "Latent"].contains(type)
  }

  /// The name of a type, or of the elements of a list.
  private static func typeName(_ type: TypeExpression) -> String? {
    switch type.kind {
    case .named(let name, _, _): name.name
    case .list(let element, _, _): typeName(element)
    }
  }
}
