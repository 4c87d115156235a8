import TGDiagnostics

// Documents of expressions. Chains of pipes and of equal operators are laid out as one.

extension Formatter {
  mutating func document(_ expression: Expression) -> Document {
    switch expression.kind {
    case .integer, .float, .boolean, .none, .string: return raw(expression.range)
    case .name(let name): return .text(name)
    case .list(let elements):
      return bracketed(
        "[", elements, "]", end: expression.range.end, range: { $0.range },
        document: { $0.document($1) })
    case .comprehension(let element, let variable, let sequence):
      return .group(
        .sequence([
          .text("["),
          .indent(
            .sequence([
              .softLine, document(element), .line, .text("for \(variable.name) in "),
              document(sequence),
            ])),
          .softLine, .text("]"),
        ]))
    case .tuple(let elements):
      return arguments(elements, end: expression.range.end)
    case .group(let inner): return .sequence([.text("("), document(inner), .text(")")])
    case .negate(let operand): return .sequence([.text("-"), document(operand)])
    case .not(let operand): return .sequence([.text("!"), document(operand)])
    case .infix: return chain(expression)
    case .member(let base, let member):
      return .sequence([document(base), .text(".\(member.name)")])
    case .call(let callee, let list, let address):
      let head = document(callee)
      let end = address?.range.start ?? expression.range.end
      return .sequence([head, arguments(list, end: end)] + self.address(address))
    case .items(let base, let items):
      let head = document(base)
      return .sequence([
        head,
        bracketed(
          "[", items, "]", end: expression.range.end, range: { $0.range },
          document: { $0.document($1) }),
      ])
    case .pipe: return pipe(expression)
    case .choice: return choice(expression)
    }
  }

  mutating func arguments(_ list: [Argument], end: Int) -> Document {
    bracketed("(", list, ")", end: end, range: { $0.range }, document: { $0.argument($1) })
  }

  mutating func argument(_ argument: Argument) -> Document {
    guard let label = argument.label else { return document(argument.value) }
    return .sequence([.text("\(label.name): "), document(argument.value)])
  }

  func address(_ literal: StringLiteral?) -> [Document] {
    guard let literal else { return [] }
    return [.text(" @ "), raw(literal.range)]
  }

  /// Operators of one precedence: all on one line, or broken where the author broke them, or all.
  private mutating func chain(_ expression: Expression) -> Document {
    var links: [(operator: InfixOperator, operand: Expression, startsLine: Bool)] = []
    var first = expression
    while case .infix(let left, let found, let right, _, let startsLine) = first.kind,
      links.isEmpty || links[0].operator.precedence == found.precedence
    {
      links.append((found, right, startsLine))
      first = left
    }
    links.reverse()
    var runs: [[Document]] = [[document(first)]]
    var previous = first.range.end
    for link in links {
      let comment = trailingComment(after: previous, before: link.operand.range.start)
      runs[runs.count - 1] += comment
      if link.startsLine || !comment.isEmpty {
        runs.append([])
      } else {
        runs[runs.count - 1].append(.line)
      }
      runs[runs.count - 1] += [.text(link.operator.rawValue + " "), document(link.operand)]
      previous = link.operand.range.end
    }
    return broken(runs)
  }

  private mutating func pipe(_ expression: Expression) -> Document {
    var stages: [Stage] = []
    var first = expression
    while case .pipe(let value, let stage) = first.kind {
      stages.append(stage)
      first = value
    }
    stages.reverse()
    var runs: [[Document]] = [[document(first)]]
    var previous = first.range.end
    for stage in stages {
      let comment = trailingComment(after: previous, before: stage.range.start)
      runs[runs.count - 1] += comment
      if stage.startsLine || !comment.isEmpty {
        runs.append(leadingComments(from: previous, to: stage.range.start))
      } else {
        runs[runs.count - 1].append(.line)
      }
      runs[runs.count - 1] += [.text("|> "), document(stage.callee)]
      if let list = stage.arguments {
        let end = stage.address?.range.start ?? stage.range.end
        runs[runs.count - 1].append(arguments(list, end: end))
      }
      runs[runs.count - 1] += address(stage.address)
      previous = stage.range.end
    }
    return broken(runs)
  }

  /// Runs on lines of their own, everything behind the first element further in.
  private func broken(_ runs: [[Document]]) -> Document {
    let head = runs[0]
    let first = Document.group(
      .sequence([head[0], .indent(.sequence(Array(head.dropFirst())))]))
    let rest = runs.dropFirst().map { Document.sequence([.hardLine, .group(.sequence($0))]) }
    return .sequence([first, .indent(.sequence(rest))])
  }

  private mutating func choice(_ expression: Expression) -> Document {
    var parts: [Document] = []
    var rest = expression
    var separator: Document = .text("")
    while case .choice(let condition, let then, let otherwise, let startsLine) = rest.kind {
      parts += [
        separator, .text(parts.isEmpty ? "if " : "else if "), document(condition), .text(" { "),
        document(then), .text(" }"),
      ]
      separator = startsLine ? .hardLine : .line
      rest = otherwise
    }
    parts += [separator, .text("else { "), document(rest), .text(" }")]
    return .group(.indent(.sequence(parts)))
  }
}
