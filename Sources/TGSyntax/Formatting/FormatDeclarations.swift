import TGDiagnostics

// Documents of declarations and types.

extension Formatter {
  mutating func file(_ tree: SyntaxTree) -> Document {
    enum Item {
      case `import`(ImportDeclaration)
      case declaration(Declaration)
    }
    let items =
      tree.imports.map { Item.import($0) } + tree.declarations.map { Item.declaration($0) }
    let written = lines(
      items, start: 0, end: source.bytes.count + 1, spaced: true,
      range: { item in
        switch item {
        case .import(let declaration): declaration.range
        case .declaration(let declaration): declaration.range
        }
      },
      document: { formatter, item in
        switch item {
        case .import(let declaration): formatter.document(declaration)
        case .declaration(let declaration): formatter.document(declaration)
        }
      })
    return written ?? .sequence([])
  }

  private func document(_ declaration: ImportDeclaration) -> Document {
    let names = declaration.names.map(\.name).joined(separator: ", ")
    return .sequence([.text("import \(names) from "), raw(declaration.pathRange)])
  }

  private mutating func document(_ declaration: Declaration) -> Document {
    switch declaration.kind {
    case .binding(let binding): return document(binding)
    case .function(let function): return document(function)
    case .model(let model): return document(model)
    case .part(let part):
      var parts: [Document] = [.text("part \(part.name.name) = \(part.model.name)")]
      parts.append(arguments(part.arguments, end: declaration.range.end))
      parts += address(part.address)
      return .sequence(parts)
    case .signature(let signature):
      let results = signature.results
      let start = results?.first.map { ($0.name?.range ?? $0.type.range).start }
      return self.signature(
        "func \(signature.name.name)", signature.parameters, results,
        parametersEnd: start ?? declaration.range.end, end: declaration.range.end)
    case .require(let condition, let message):
      return requirement(condition, message)
    case .ignore(let pattern): return .sequence([.text("ignore "), raw(pattern.range)])
    case .optional(let pattern, let value):
      return .sequence([
        .text("optional "), raw(pattern.range), .text(" = "), document(value),
      ])
    case .root(let subtree): return .sequence([.text("root "), raw(subtree.range)])
    case .choice(let branches, let otherwise):
      var parts: [Document] = []
      for (index, branch) in branches.enumerated() {
        parts += [.text(index == 0 ? "if " : " else if "), document(branch.condition), .text(" ")]
        parts.append(members(branch))
      }
      if let otherwise { parts += [.text(" else "), members(otherwise)] }
      return .sequence(parts)
    }
  }

  private mutating func document(_ model: ModelDeclaration) -> Document {
    let head: [Document] = [
      .text("model \(model.name.name)"), parameters(model.parameters, end: model.bodyRange.start),
      .text(" "),
    ]
    return .sequence(
      head + [
        braces(
          model.bodyRange, model.members, oneLine: false, range: { $0.range },
          document: { $0.document($1) })
      ])
  }

  private mutating func members(_ branch: MemberBranch) -> Document {
    braces(
      branch.range, branch.members, oneLine: false, range: { $0.range },
      document: { $0.document($1) })
  }

  mutating func document(_ function: FunctionDeclaration) -> Document {
    let resultsStart = function.results?.first.map { ($0.name?.range ?? $0.type.range).start }
    let sequential = function.isSequential ? "sequential " : ""
    let signature = signature(
      "\(sequential)\(function.kind.rawValue) \(function.name.name)", function.parameters,
      function.results, parametersEnd: resultsStart ?? function.body.range.start,
      end: function.body.range.start)
    return .sequence([signature, .text(" "), body(function.body)])
  }

  /// What stands before a body: `head(parameters) -> results`.
  private mutating func signature(
    _ head: String, _ parameters: [ParameterDeclaration], _ results: [ResultDeclaration]?,
    parametersEnd: Int, end: Int
  ) -> Document {
    let head = Document.text(head)
    let parameters = self.parameters(parameters, end: parametersEnd)
    var signature: Document = .sequence([head, parameters])
    if let results {
      let list = self.results(results, end: end)
      let start = Document.sequence([head, parameters])
      let broken: Document = .sequence([head, .open(parameters), .text(" -> "), list])
      // All on one line; the results below; the results broken; the parameters broken.
      signature =
        broken.isBroken && (start.isBroken || list.isBroken)
        ? broken
        : .choice([
          .flat(.sequence([start, .text(" -> "), list])),
          .sequence([
            .flat(start),
            .indent(.indent(.sequence([.hardLine, .text("-> "), .flat(list)]))),
          ]),
          .sequence([.flat(start), .text(" -> "), .open(list)]),
          broken,
        ])
    }
    return signature
  }

  private mutating func results(_ results: [ResultDeclaration], end: Int) -> Document {
    if let first = results.first, first.name == nil { return document(first.type) }
    return bracketed(
      "(", results, ")", end: end,
      range: { ($0.name?.range ?? $0.type.range).merged(with: $0.type.range) },
      document: { formatter, result in
        .sequence([.text("\(result.name?.name ?? ""): "), formatter.document(result.type)])
      })
  }

  private mutating func parameters(_ parameters: [ParameterDeclaration], end: Int) -> Document {
    bracketed(
      "(", parameters, ")", end: end, range: { $0.range },
      document: { formatter, parameter in
        var parts: [Document] = [.text(parameter.name.name)]
        if let type = parameter.type { parts += [.text(": "), formatter.document(type)] }
        if let value = parameter.value { parts += [.text(" = "), formatter.document(value)] }
        if let part = parameter.part {
          parts = [.text("part \(parameter.name.name): \(part.interface.name)")]
          if part.isOptional { parts.append(.text(" = none")) }
          if let standard = part.standard {
            parts.append(.text(" = \(standard.model.name)"))
            parts.append(formatter.arguments(standard.arguments, end: parameter.range.end))
          }
        }
        return .sequence(parts)
      })
  }

  mutating func document(_ type: TypeExpression) -> Document {
    switch type.kind {
    case .named(let name, let sizes, let arguments):
      var parts: [Document] = [.text(name.name)]
      if let sizes {
        let end = arguments?.first?.range.start ?? type.range.end
        parts.append(
          bracketed(
            "[", sizes, "]", end: end, range: { $0.range }, document: { $0.document($1) }))
      }
      if let arguments {
        parts.append(
          bracketed(
            "(", arguments, ")", end: type.range.end, range: { $0.range },
            document: { $0.argument($1) }))
      }
      return .sequence(parts)
    case .list(let element, let variable, let sequence):
      var parts: [Document] = [.text("["), document(element)]
      if let variable, let sequence {
        parts += [.text(" for \(variable.name) in "), document(sequence)]
      }
      return .sequence(parts + [.text("]")])
    }
  }
}
