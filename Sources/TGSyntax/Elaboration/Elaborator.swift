package import TGDiagnostics
package import TGIR
import TGOps
import TGPlan

/// What is asked of a source besides the source.
package struct ElaborationOptions: Sendable {
  /// The model; nil for the only one, the one with the file's name, or the last.
  package var model: String?
  /// What the model's parameters are set to, as written: `("g", "48")`.
  package var settings: [(name: String, value: String)]
  /// Items computed at once.
  package var batch: Int
  /// The entry points wanted; nil for all.
  package var functions: [String]?
  /// The parts given for parameters of the model.
  package var parts: [Part] = []
  /// The evaluation steps that all entry points together may take.
  package var steps = ElaborationOptions.maximumSteps

  /// The most steps of a page: of all its entry points in all batch sizes.
  package static let maximumSteps = 1_000_000

  /// A model of another page, given for a parameter of the model.
  package struct Part: Sendable {
    /// The parameter.
    package var name: String
    /// The page, as `Library.adding` numbers it.
    package var file: Int
    /// The model; nil for the one that its page would be compiled for.
    package var model: String?
    /// Its function that stands for the one function that is asked for.
    package var function: String?

    /// Gives a model of a page.
    package init(name: String, file: Int, model: String? = nil, function: String? = nil) {
      (self.name, self.file, self.model, self.function) = (name, file, model, function)
    }
  }

  /// Makes options.
  package init(
    model: String? = nil, settings: [(name: String, value: String)] = [], batch: Int = 1,
    functions: [String]? = nil
  ) {
    self.model = model
    self.settings = settings
    self.batch = batch
    self.functions = functions
  }
}

/// A model, and what the tools show of it.
package struct Elaborated: Sendable {
  /// The model for the compiler.
  package var model: GraphModel
  /// Remarks, such as inputs that no result needs.
  package var warnings: [Diagnostic]
  /// The shapes that expressions had, in the order in which they were found.
  package var shapes: [SourceRange: [String]]
  /// The evaluation steps that it took.
  package var steps = 0
}

/// Turns sources into graphs: names, numbers, loops and conditions are used up, shapes are known.
package struct Elaborator: Sendable {
  private let library: Library

  /// Makes an elaborator of files that parse.
  package init(_ library: Library) { self.library = library }

  /// The models of the main file, in declared order.
  package var models: [ModelDeclaration] { models(of: 0) }

  /// The models of a file that have functions, in declared order.
  func models(of file: Int) -> [ModelDeclaration] {
    library.entries[file].tree.declarations.compactMap {
      guard case .model(let model) = $0.kind, model.signatures.isEmpty else { return nil }
      return model
    }
  }

  /// The model that is meant where none is named: the one with the file's name, or else the last; nil
  /// if the page declares none.
  package var mainModel: ModelDeclaration? { mainModel(of: 0) }

  private func mainModel(of index: Int) -> ModelDeclaration? {
    let models = models(of: index)
    let file = library.entries[index].path.split(separator: "/").last ?? ""
    let base = file.split(separator: ".").first.map { plain(String($0)) } ?? ""
    return models.first { plain($0.name.name) == base } ?? models.last
  }

  /// Elaborates one model for one batch size.
  ///
  /// - Throws: `DiagnosticFailure` with everything that is wrong.
  package func elaborate(_ options: ElaborationOptions) throws(DiagnosticFailure) -> Elaborated {
    let model = try choose(options.model)
    guard (1...65_536).contains(options.batch) else {
      throw DiagnosticFailure([
        Diagnostic("batch", "a batch has 1 to 65536 items, not \(options.batch)", at: nil)
      ])
    }
    var findings: [Diagnostic] = []
    var result = Elaborated(
      model: GraphModel(
        name: model.name.name, documentation: model.documentation, functions: [], roots: [],
        parameters: []), warnings: [], shapes: [:])
    let (first, points) = start(model, options, function: nil)
    note(first, &findings, &result)
    guard findings.isEmpty else { throw DiagnosticFailure(findings) }
    let entries = points.map(\.declaration.name)
    try demandFew(entries, of: model)
    var names = entries.map(\.name)
    if let wanted = options.functions {
      for name in wanted where !names.contains(name) {
        findings.append(
          Diagnostic(
            "function", "`\(model.name.name)` has no entry point `\(name)`", at: model.name.range,
            hint: "it has " + names.joined(separator: ", ")
              + "; a function that states all its types is an entry point"))
      }
      names = names.filter { wanted.contains($0) }
    }
    guard !names.isEmpty else {
      throw DiagnosticFailure(
        findings + [
          Diagnostic(
            "function", "`\(model.name.name)` has no entry point", at: model.name.range,
            hint: "a function that states the types of its parameters and results is one")
        ])
    }
    var tensors = SharedTensors()
    for name in names {
      let (session, _) = start(model, options, function: name)
      note(session, &findings, &result)
      result.steps += session.steps
      guard result.steps <= options.steps else {
        findings.append(
          Diagnostic(
            "limit",
            "the entry points up to `\(name)` take more than \(ElaborationOptions.maximumSteps) "
              + "steps to unfold, in all batch sizes together",
            at: entries.first { $0.name == name }?.range,
            hint: "loops and lists are unrolled at compile time"))
        break
      }
      guard session.diagnostics.isEmpty else { continue }
      collect(session, name, &tensors, &result)
    }
    findings += tensors.findings
    guard findings.isEmpty else { throw DiagnosticFailure(findings) }
    result.model.parameters = tensors.parameters
    let used = Set(tensors.parameters.map(\.root))
    result.model.roots.removeAll { !used.contains($0.name) }
    return result
  }

  /// The model that is meant, and its entry points in declared order.
  ///
  /// - Throws: `DiagnosticFailure` with what is wrong with the model itself.
  func entryPoints(
    _ options: ElaborationOptions
  ) throws(DiagnosticFailure) -> (ModelDeclaration, [Elaboration.EntryPoint]) {
    let model = try choose(options.model)
    let (session, points) = start(model, options, function: nil)
    guard session.diagnostics.isEmpty else { throw DiagnosticFailure(session.diagnostics) }
    return (model, points)
  }

  /// Refuses more entry points than a plan has functions, before any of them is elaborated.
  private func demandFew(_ entries: [Identifier], of model: ModelDeclaration)
    throws(DiagnosticFailure)
  {
    let limit = PlanLimits.standard.functions
    guard entries.count > limit else { return }
    throw DiagnosticFailure([
      Diagnostic(
        "limit",
        "`\(model.name.name)` has \(entries.count) entry points; a plan has at most \(limit) "
          + "functions", at: entries[limit].range,
        hint: "a function that leaves out the type of a parameter is no entry point")
    ])
  }

  /// Elaborates the model, and one function of it; gives all entry points.
  private func start(_ model: ModelDeclaration, _ options: ElaborationOptions, function: String?)
    -> (Elaboration, [Elaboration.EntryPoint])
  {
    let session = Elaboration(
      library: library, batch: options.batch, name: function ?? model.name.name)
    var entries: [Elaboration.EntryPoint] = []
    do {
      let file = try session.fileEnvironment(0)
      let names = options.parts.map { $0.name + "." }
      let own = options.settings.filter { setting in
        !names.contains { setting.name.hasPrefix($0) }
      }
      let given =
        try settings(own, of: model, session, file)
        + options.parts.map { try part($0, of: model, options, session) }
      let instance = try session.instantiate(
        model, file, given, name: model.name.name, path: "",
        scope: WeightScope(root: "", prefix: "", suffix: ""),
        callPath: session.callPaths.extended(-1, at: model.name.range, visit: 0),
        at: model.name.range)
      entries = session.entryPoints(of: instance)
      if let entry = entries.first(where: { $0.declaration.name.name == function }) {
        session.built = try session.build(entry)
      }
    } catch {
      session.report(error)
    }
    session.diagnostics += session.clashFindings()
    return (session, entries)
  }

  private func note(
    _ session: Elaboration, _ findings: inout [Diagnostic], _ result: inout Elaborated
  ) {
    for diagnostic in session.diagnostics {
      let isKnown = findings.contains {
        $0.id == diagnostic.id && $0.range == diagnostic.range && $0.message == diagnostic.message
      }
      if !isKnown { findings.append(diagnostic) }
    }
    for (range, texts) in session.shapes {
      for text in texts where !result.shapes[range, default: []].contains(text) {
        result.shapes[range, default: []].append(text)
      }
    }
  }

  /// Adds what a session built to the result.
  private func collect(
    _ session: Elaboration, _ name: String, _ tensors: inout SharedTensors,
    _ result: inout Elaborated
  ) {
    var graphs: [Graph] = []
    if let built = session.built {
      result.model.functions.append(built)
      graphs = [built.graph]
    } else if let built = session.builtObjective {
      result.model.objectives.append(built)
      graphs = [built.graph]
    }
    result.warnings += session.warnings
    var read: Set<WeightTable.Key> = []
    for node in graphs.flatMap(\.nodes) {
      if let parameter = node.op as? Parameter {
        read.insert(WeightTable.Key(root: parameter.root, name: parameter.name))
      }
    }
    for entry in session.weights.entries {
      let key = WeightTable.Key(root: entry.parameter.root, name: entry.parameter.name)
      guard read.contains(key) else { continue }
      var parameter = entry.parameter
      if parameter.absent == nil {
        parameter.absent =
          session.optional.first {
            $0.root == key.root && matches(pattern: $0.pattern, key.name)
          }?.value
      }
      tensors.add(parameter, readBy: name)
    }
    for requirement in session.requirements {
      let needed = requirement.graph.nodes.compactMap { $0.op as? Parameter }
      let isKnown = result.model.requirements.contains {
        $0.range == requirement.range && $0.graph == requirement.graph
      }
      if !isKnown, needed.allSatisfy({ read.contains(.init(root: $0.root, name: $0.name)) }) {
        result.model.requirements.append(requirement)
      }
    }
    for parameter in session.weights.declined {
      let isKnown = result.model.declined.contains {
        $0.root == parameter.root && $0.name == parameter.name
      }
      if !isKnown { result.model.declined.append(parameter) }
    }
    result.model.roots = session.roots
  }

  // MARK: The model and its parameters

  func choose(_ name: String?, of index: Int = 0) throws(DiagnosticFailure) -> ModelDeclaration {
    let models = models(of: index)
    guard let main = mainModel(of: index) else {
      throw DiagnosticFailure([
        Diagnostic(
          "model", "\(library.entries[index].path) declares no model", at: nil,
          hint: "model Name() { func … }")
      ])
    }
    guard let name else { return main }
    guard let model = models.first(where: { $0.name.name == name }) else {
      throw DiagnosticFailure([
        Diagnostic(
          "model", "\(library.entries[index].path) declares no model `\(name)`", at: nil,
          hint: "it declares " + models.map(\.name.name).joined(separator: ", "))
      ])
    }
    return model
  }

  /// A name without case and punctuation: `stylegan-v1` and `StyleGANv1` are alike.
  private func plain(_ name: String) -> String {
    name.lowercased().filter { $0.isLetter || $0.isNumber }
  }

  /// A part from another page, with the settings `NAME.setting`.
  private func part(
    _ given: ElaborationOptions.Part, of model: ModelDeclaration, _ options: ElaborationOptions,
    _ session: Elaboration
  ) throws -> GivenArgument {
    let wanted = model.parameters.filter { $0.part != nil }
    guard let parameter = wanted.first(where: { $0.name.name == given.name }) else {
      let names = wanted.map(\.name.name)
      throw failure(
        "part", "`\(model.name.name)` takes no part `\(given.name)`", at: model.name.range,
        hint: names.isEmpty
          ? "model \(model.name.name)(part \(given.name): …) would"
          : "it takes " + names.joined(separator: ", "))
    }
    let inner: ModelDeclaration
    do throws(DiagnosticFailure) {
      inner = try choose(given.model, of: given.file)
    } catch {
      throw error.diagnostics.first.map { ElaborationFailure.found($0) } ?? .known
    }
    let prefix = given.name + "."
    let own = options.settings.filter { $0.name.hasPrefix(prefix) }
      .map { (name: String($0.name.dropFirst(prefix.count)), value: $0.value) }
    let file = try session.fileEnvironment(given.file)
    let callPath = session.callPaths.extended(-1, at: parameter.range, visit: 0)
    let instance = try session.instantiate(
      inner, file, settings(own, of: inner, session, file), name: given.name, path: given.name,
      scope: WeightScope(root: given.name, prefix: "", suffix: ""), callPath: callPath,
      at: inner.name.range)
    if let function = given.function, let interface = parameter.part?.interface.name,
      case .model(let asked, _)? = try session.fileEnvironment(0).lookup(interface)?.binding.meaning,
      asked.signatures.count == 1
    {
      instance.aliases = Dictionary(asked.signatures.map { ($0.name.name, function) }) { $1 }
    }
    return GivenArgument(
      label: parameter.name, value: .part(instance), range: parameter.range)
  }

  private func settings(
    _ settings: [(name: String, value: String)], of model: ModelDeclaration,
    _ session: Elaboration, _ file: FileEnvironment
  ) throws -> [GivenArgument] {
    try settings.map { setting in
      guard let parameter = model.parameters.first(where: { $0.name.name == setting.name }) else {
        let names = model.parameters.map(\.name.name)
        let near = nearestName(to: setting.name, among: names)
        throw failure(
          "setting", "`\(model.name.name)` has no parameter `\(setting.name)`",
          at: model.name.range,
          hint: near.map { "did you mean `\($0)`?" }
            ?? (names.isEmpty ? nil : "it has " + names.joined(separator: ", ")))
      }
      return GivenArgument(
        label: parameter.name, value: try value(setting.value, of: parameter, session, file),
        range: parameter.range)
    }
  }

  /// The value of a setting: an expression of the language, or bare text for a String.
  private func value(
    _ text: String, of parameter: ParameterDeclaration, _ session: Elaboration,
    _ file: FileEnvironment
  ) throws -> Datum {
    if case .named(let type, _, _)? = parameter.type?.kind, type.name == "String" {
      return .string(text)
    }
    let source = SourceFile(name: "--set \(parameter.name.name)", text: "let x = \(text)\n")
    let parsed = parse(source, file: 0)
    guard parsed.diagnostics.isEmpty, parsed.tree.declarations.count == 1,
      case .binding(let binding)? = parsed.tree.declarations.first?.kind,
      let datum = try? session.evaluate(binding.value, in: file)
    else {
      throw failure(
        "setting", "`\(text)` is no value for `\(parameter.name.name)`", at: parameter.range,
        hint: "a number, true or false, or a list such as [1, 2]")
    }
    return datum
  }
}
