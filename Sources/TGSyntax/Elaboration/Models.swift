import TGDiagnostics
import TGIR

extension Elaboration {
  /// The names of a file: what it declares and what it imports.
  func fileEnvironment(_ index: Int) throws -> FileEnvironment {
    if let known = files[index] { return known }
    let entry = library.entries[index]
    let callPath = callPaths.extended(-1, at: entry.tree.range, visit: 0)
    let environment = Environment(
      parent: nil, activation: Activation(callPath: callPath, scope: nil))
    files[index] = environment
    for (statement, target) in zip(entry.tree.imports, entry.imports) {
      let source = try fileEnvironment(target)
      for name in statement.names {
        guard let found = source.bindings[name.name] else {
          let near = nearestName(to: name.name, among: source.bindings.keys.sorted())
          throw failure(
            "import-name", "\(library.entries[target].path) declares no `\(name.name)`",
            at: name.range, hint: near.map { "did you mean `\($0)`?" })
        }
        if case .imported = found.meaning {
          throw failure(
            "import-name",
            "\(library.entries[target].path) imports `\(name.name)` itself and does not declare it",
            at: name.range, hint: "import it from the file that declares it")
        }
        try declare(name, .imported(source), in: environment)
      }
    }
    for declaration in entry.tree.declarations {
      switch declaration.kind {
      case .binding(let binding):
        for name in binding.names { try declare(name, .pending(binding), in: environment) }
      case .function(let function) where function.kind == .block:
        try declare(function.name, .block(function, environment), in: environment)
      case .function(let function):
        try declare(
          function.name,
          .function(Closure(declaration: function, environment: environment)), in: environment)
      case .model(let model):
        try declare(model.name, .model(model, environment), in: environment)
      default: break
      }
    }
    return environment
  }

  /// A model with its parameters set.
  ///
  /// `scope` is where its tensors are; `path` the names of the parts that lead to it.
  func instantiate(
    _ model: ModelDeclaration, _ file: FileEnvironment, _ given: [GivenArgument], name: String,
    path: String, scope: WeightScope, callPath: Int, at range: SourceRange
  ) throws -> PartInstance {
    guard calls.count < 32 else {
      throw failure("recursion", "a model holds itself, perhaps by others", at: range)
    }
    let environment = Environment(
      parent: file, activation: Activation(callPath: callPath, scope: scope))
    let instance = PartInstance(name: name, declaration: model, environment: environment)
    calls.append(CallFrame(name: model.name.name, address: nil, range: range))
    defer { calls.removeLast() }
    let bound = try match(
      given, model.parameters.map(\.name.name), of: "`\(model.name.name)`", at: range)
    if scope.prefix.isEmpty, scope.suffix.isEmpty {
      // The file of the model itself comes before those of parts that were given to it.
      roots.insert(
        GraphRoot(name: scope.root, range: model.name.range),
        at: path.isEmpty ? 0 : roots.count)
    }
    for (parameter, argument) in zip(model.parameters, bound) {
      guard let wanted = parameter.part else {
        try bind(parameter, argument, in: environment, callee: model.name.name, at: range)
        continue
      }
      let part = try part(
        parameter, wanted, given: argument, of: model, in: environment, path: path, at: range)
      try declare(parameter.name, .value(part.map { .part($0) } ?? .none), in: environment)
    }
    try hoist(model.members, in: environment)
    try add(model.members, to: environment, path: path, scope: scope)
    return instance
  }

  private func hoist(_ members: [Declaration], in environment: Environment) throws {
    for member in members {
      guard case .function(let function) = member.kind else { continue }
      try declare(
        function.name, .function(Closure(declaration: function, environment: environment)),
        in: environment)
    }
  }

  private func add(
    _ members: [Declaration], to environment: Environment, path: String, scope: WeightScope
  ) throws {
    for member in members {
      switch member.kind {
      case .function, .model: break
      case .signature(let signature):
        throw failure(
          "interface",
          "`\(signature.name.name)` has no body: this model says what a part must have",
          at: signature.name.range, hint: "model Name(part G: …) takes such a part")
      case .binding(let binding):
        do {
          try bind(binding, in: environment)
        } catch {
          report(error)
          for name in binding.names {
            environment.bindings[name.name] = Binding(
              meaning: .value(.poison), isVariable: false, range: name.range)
          }
        }
      case .require(let condition, let message):
        try require(condition, message, in: environment)
      case .part(let part):
        try add(part, to: environment, path: path, scope: scope, at: member.range)
      case .choice(let branches, let otherwise):
        let chosen =
          try branches.first { try boolean($0.condition, in: environment) } ?? otherwise
        if let chosen {
          try hoist(chosen.members, in: environment)
          try add(chosen.members, to: environment, path: path, scope: scope)
        }
      case .ignore(let pattern):
        let name = scope.name(try text(pattern, in: environment))
        if let index = roots.firstIndex(where: { $0.name == scope.root }) {
          roots[index].ignored.append(name)
        }
      case .optional(let pattern, let value):
        guard let number = try evaluate(value, in: environment).number else {
          throw failure(
            "type", "what stands for a missing tensor is a number", at: value.range)
        }
        let name = scope.name(try text(pattern, in: environment))
        optional.append((root: scope.root, pattern: name, value: Float(number)))
      case .root(let subtree):
        guard scope.prefix.isEmpty, scope.suffix.isEmpty else {
          throw failure(
            "root-part", "a part inside the tensors of its owner has no file of its own",
            at: member.range)
        }
        if let index = roots.firstIndex(where: { $0.name == scope.root }) {
          roots[index].subtree = try text(subtree, in: environment)
          roots[index].range = member.range
        }
      }
    }
  }

  private func add(
    _ part: PartDeclaration, to environment: Environment, path: String, scope: WeightScope,
    at range: SourceRange
  ) throws {
    let instance = try instance(of: part, in: environment, path: path, scope: scope, at: range)
    try declare(part.name, .value(.part(instance)), in: environment)
  }

  /// The part that a declaration asks for.
  func instance(
    of part: PartDeclaration, in environment: Environment, path: String, scope: WeightScope,
    at range: SourceRange
  ) throws -> PartInstance {
    guard let (_, binding) = environment.lookup(part.model.name) else {
      throw unknown(part.model.name, at: part.model.range, in: environment)
    }
    guard case .model(let model, let file) = binding.meaning else {
      throw failure("type", "`\(part.model.name)` is not a model", at: part.model.range)
    }
    var given: [GivenArgument] = []
    for argument in part.arguments {
      given.append(
        GivenArgument(
          label: argument.label, value: try evaluate(argument.value, in: environment),
          range: argument.value.range))
    }
    let inner = path.isEmpty ? part.name.name : "\(path).\(part.name.name)"
    let callPath = callPaths.extended(environment.activation.callPath, at: range, visit: 0)
    let partScope =
      try part.address.map { scope.inner(try text($0, in: environment)) }
      ?? WeightScope(root: inner, prefix: "", suffix: "")
    return try instantiate(
      model, file, given, name: part.name.name, path: inner, scope: partScope, callPath: callPath,
      at: range)
  }
}

/// True if a pattern, in which `*` stands for any characters, matches a whole name.
package func matches(pattern: String, _ name: String) -> Bool {
  let (pattern, name) = (Array(pattern.utf8), Array(name.utf8))
  var (p, n) = (0, 0)
  var star: (pattern: Int, name: Int)?
  while n < name.count {
    if p < pattern.count, pattern[p] == 0x2A {
      star = (p, n)
      p += 1
    } else if p < pattern.count, pattern[p] == name[n] {
      p += 1
      n += 1
    } else if let last = star {
      p = last.pattern + 1
      n = last.name + 1
      star = (last.pattern, n)
    } else {
      return false
    }
  }
  return pattern[p...].allSatisfy { $0 == 0x2A }
}
