import TGDiagnostics

// Documents of statements and the braces around them.

extension Formatter {
  mutating func body(_ body: Body, opening: String = "") -> Document {
    let isOneLine = body.statements.count <= 1 && line(body.range.start) == line(body.range.end)
    return braces(
      body.range, body.statements, opening: opening, oneLine: isOneLine, range: { $0.range },
      document: { $0.document($1) })
  }

  /// Elements between braces: on one line if the author had one there and it fits.
  mutating func braces<Element>(
    _ location: SourceRange, _ elements: [Element], opening: String = "", oneLine: Bool,
    range: (Element) -> SourceRange,
    document: (inout Formatter, Element) -> Document
  ) -> Document {
    let first = elements.first.map { range($0).start } ?? location.end
    let trailing = trailingComment(after: location.start + 1, before: min(first, location.end - 1))
    let inner = lines(
      elements, start: location.start, end: location.end - 1, spaced: false, range: range,
      document: document)
    guard let inner else {
      return trailing.isEmpty
        ? .text("{\(opening)}")
        : .sequence([.text("{\(opening)")] + trailing + [.hardLine, .text("}")])
    }
    let edge: Document = oneLine && trailing.isEmpty ? .line : .hardLine
    return .group(
      .sequence(
        [.text("{\(opening)")] + trailing + [
          .indent(.sequence([edge, inner])), edge, .text("}"),
        ]))
  }

  mutating func document(_ statement: Statement) -> Document {
    switch statement.kind {
    case .binding(let binding): return document(binding)
    case .assignment(let name, let value):
      return .sequence([.text("\(name.name) = "), document(value)])
    case .loop(let name, let sequence, let body):
      return .sequence([
        .text("for \(name.name) in "), document(sequence), .text(" "), self.body(body),
      ])
    case .choice(let choice): return document(choice)
    case .require(let condition, let message):
      return requirement(condition, message)
    case .result(let value): return .sequence([.text("return "), document(value)])
    case .function(let function): return document(function)
    case .sample(let name, let type):
      return .sequence([.text("sample \(name.name): "), document(type)])
    case .iteration(let count, let fraction, let body):
      return .sequence([
        .text("repeat "), document(count), .text(" "),
        self.body(body, opening: fraction.map { " \($0.name) in" } ?? ""),
      ])
    case .minimize(let value, let names, let recipe):
      let written = document(value)
      let over = names.map(\.name).joined(separator: ", ")
      let recipeDocument = document(recipe)
      return .group(
        .sequence([
          .text("minimize "), written,
          .indent(.sequence([.line, .text("over \(over) using "), recipeDocument])),
        ]))
    }
  }

  mutating func requirement(_ condition: Expression, _ message: StringLiteral) -> Document {
    .group(
      .sequence([
        .text("require "), document(condition), .text(","),
        .indent(.sequence([.line, raw(message.range)])),
      ]))
  }

  private mutating func document(_ choice: IfStatement) -> Document {
    var parts: [Document] = []
    for (index, branch) in choice.branches.enumerated() {
      parts += [.text(index == 0 ? "if " : " else if "), document(branch.condition), .text(" ")]
      parts.append(body(branch.body))
    }
    if let otherwise = choice.otherwise { parts += [.text(" else "), body(otherwise)] }
    return .sequence(parts)
  }

  mutating func document(_ binding: BindingStatement) -> Document {
    var names = binding.names.map(\.name).joined(separator: ", ")
    if binding.isPattern { names = "(\(names))" }
    let word = binding.isShared ? "shared var" : binding.isVariable ? "var" : "let"
    var parts: [Document] = [.text("\(word) \(names)")]
    if let type = binding.type { parts += [.text(": "), document(type)] }
    parts += [.text(" = "), document(binding.value)]
    var taps: [Document] = []
    for tap in binding.taps {
      taps += [.line, .text("with "), raw(tap.address.range), .text(" as \(tap.name.name)")]
      if let edit = tap.edit { taps += [.text(" { "), document(edit), .text(" }")] }
    }
    if !taps.isEmpty { parts.append(.indent(.sequence(taps))) }
    return .group(.sequence(parts))
  }
}
