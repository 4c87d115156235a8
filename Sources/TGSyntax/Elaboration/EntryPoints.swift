import TGDiagnostics
import TGIR
import TGOps
import TGPlan
import TGTensor

extension Elaboration {
  /// An entry point: a function with what its parameters and results are.
  struct EntryPoint {
    var declaration: FunctionDeclaration
    var environment: Environment
  }

  /// The functions and objectives of a model that state all their types, in declared order.
  func entryPoints(of model: PartInstance) -> [EntryPoint] {
    var result: [EntryPoint] = []
    for binding in model.environment.bindings.values {
      guard case .function(let closure) = binding.meaning,
        closure.declaration.results != nil || closure.declaration.kind == .objective,
        closure.declaration.parameters.allSatisfy({ $0.type != nil })
      else { continue }
      let isEntry = closure.declaration.parameters.allSatisfy { parameter in
        parameter.type.map { isInterface($0) || parameter.value != nil } ?? false
      }
      let results = closure.declaration.results ?? []
      if isEntry, results.allSatisfy({ isInterface($0.type) }) {
        result.append(
          EntryPoint(declaration: closure.declaration, environment: closure.environment))
      }
    }
    // What was added to the model stands in a text of its own, behind it.
    return result.sorted {
      let (one, other) = ($0.declaration.range, $1.declaration.range)
      return (one.file, one.start) < (other.file, other.start)
    }
  }

  private func isInterface(_ type: TypeExpression) -> Bool {
    switch type.kind {
    case .named(let name, _, _): TypeNames.kinds[name.name] != nil
    case .list(let element, _, let sequence): sequence != nil && isInterface(element)
    }
  }

  /// Builds the graph of an entry point; nil if something was wrong.
  func build(_ entry: EntryPoint) throws -> GraphFunction? {
    let declaration = entry.declaration
    let outer = entry.environment.activation
    let callPath = callPaths.extended(outer.callPath, at: declaration.name.range, visit: 0)
    let environment = Environment(
      parent: entry.environment, activation: Activation(callPath: callPath, scope: outer.scope))
    let signature = Environment(
      parent: entry.environment, activation: environment.activation)
    environment.signature = signature
    var inputs: [GraphInterface] = []
    for parameter in declaration.parameters {
      guard let type = parameter.type else { continue }
      let resolved = try resolve(type, in: signature)
      let value: Datum
      let standard = try parameter.value.map { try evaluate($0, in: environment) }
      if let standard, let expression = parameter.value, !standard.isNone,
        !isGiven(resolved, expression)
      {
        value = try fitted(
          standard, to: resolved, what: "`\(parameter.name.name)`", at: expression.range)
      } else {
        value = try declareInput(
          parameter.name.name, resolved, standard?.number, parameter.range, &inputs)
      }
      try declare(parameter.name, .value(value), in: environment)
      if try !isRunTime(value, at: parameter.range) {
        try declare(parameter.name, .value(value), in: signature)
      }
    }
    let value = try runBody(declaration, in: environment)
    if case .poison = value { return nil }
    var outputs: [GraphInterface] = []
    try declareOutputs(value, declaration, signature, &outputs)
    guard declaration.kind != .objective else {
      builtObjective = try finishedObjective(declaration, inputs.map { withRows($0) }, outputs)
      return nil
    }
    warnUnused(inputs, of: declaration)
    return GraphFunction(
      graph: pruned(builder.graph, name: declaration.name.name), batch: batch,
      itemsInteract: itemsInteract,
      documentation: declaration.documentation, inputs: inputs.map { withRows($0) },
      outputs: outputs, range: declaration.name.range)
  }

  /// Remarks on inputs that no output needs: each would be asked for in vain.
  private func warnUnused(_ inputs: [GraphInterface], of declaration: FunctionDeclaration) {
    let graph = builder.graph
    let live = graph.live
    var needed: Set<String> = []
    for (index, node) in graph.nodes.enumerated() where live[index] {
      if let input = node.op as? Input { needed.insert(input.name) }
    }
    for input in inputs
    where !needed.contains(input.name) && !needed.contains("\(input.name).lengths") {
      warnings.append(
        Diagnostic(
          "unused-input", "no result of `\(declaration.name.name)` needs `\(input.name)`",
          at: input.range, severity: .warning))
    }
  }

  /// True if an input is given at run time, perhaps with one number as its default; a computed
  /// default is built in instead, unless it is `none`.
  private func isGiven(_ type: ResolvedType, _ expression: Expression) -> Bool {
    guard case .tensor = type else { return false }
    switch expression.kind {
    case .integer, .float: return true
    case .negate(let inner): return isGiven(type, inner)
    default: return false
    }
  }

  private func declareInput(
    _ name: String, _ type: ResolvedType, _ standard: Double?, _ range: SourceRange,
    _ inputs: inout [GraphInterface]
  ) throws -> Datum {
    switch type {
    case .tensor(let type):
      var tensor = try input(name, type.shape, kind: type.kind, at: range)
      var rows = 0
      tensor.image = type.kind.pictureRange
      if case .classes(let count) = type.kind.source { rows = count }
      inputs.append(
        GraphInterface(
          name: name, kind: type.kind, shape: Shape([batch] + type.shape),
          defaultValue: standard.map { Float($0) }, rows: rows, range: range))
      return .tensor(tensor)
    case .text(let type):
      let words = try input(name, type.shape, kind: type.kind, at: range)
      let length = try input("\(name).lengths", [], dtype: .int32, at: range)
      inputs.append(
        GraphInterface(
          name: name, kind: type.kind, shape: Shape([batch] + type.shape),
          tokenizer: type.tokenizer, unknown: type.unknown, range: range))
      return .text(
        TextValue(
          words: words, length: length, mask: try mask(length, type.shape[0], at: range),
          kind: type.kind))
    case .lists(let types):
      return .list(
        try types.enumerated().map { index, type in
          try declareInput("\(name).\(index)", type, standard, range, &inputs)
        })
    default:
      throw failure("type", "`\(name)` cannot be given at run time", at: range)
    }
  }

  private func declareOutputs(
    _ value: Datum, _ declaration: FunctionDeclaration, _ environment: Environment,
    _ outputs: inout [GraphInterface]
  ) throws {
    let results = declaration.results ?? []
    for (index, result) in results.enumerated() {
      if let name = result.name,
        let first = results[..<index].first(where: { $0.name?.name == name.name })
      {
        throw failure(
          "duplicate-name", "two results are called `\(name.name)`", at: name.range,
          notes: [Diagnostic.Note("the other one", at: first.name?.range)])
      }
      let type = try resolve(result.type, in: environment)
      var name = result.name?.name ?? declaration.name.name
      if result.name == nil, case .tensor(let tensor) = type, tensor.kind.source.picture != nil {
        name = "image"
      }
      var datum = value
      if results.count > 1, case .tuple(let fields) = value { datum = fields[index].value }
      try declareOutput(name, datum, type, result.type.range, &outputs)
    }
  }

  private func declareOutput(
    _ name: String, _ datum: Datum, _ type: ResolvedType, _ range: SourceRange,
    _ outputs: inout [GraphInterface]
  ) throws {
    switch (datum, type) {
    case (.tensor(let tensor), .tensor(let type)):
      stamp(range, nil)
      let value = try batched(tensor).value
      builder.output(name, value, stage: objective.stage)
      outputs.append(
        GraphInterface(
          name: name, kind: type.kind, shape: builder.shape(value), range: range))
    case (.list(let elements), .lists(let types)):
      for (index, (element, type)) in zip(elements, types).enumerated() {
        try declareOutput("\(name).\(index)", element, type, range, &outputs)
      }
    default:
      throw failure("type", "\(datum.described) cannot be handed out", at: range)
    }
  }

  /// One more than the largest id that every table read by a text's ids has.
  private func withRows(_ interface: GraphInterface) -> GraphInterface {
    guard interface.kind.takesIds else { return interface }
    let graph = builder.graph
    var result = interface
    for node in graph.nodes where node.op is Gather && node.operands.count == 2 {
      guard let source = graph[node.operands[1]].op as? Input, source.name == interface.name else {
        continue
      }
      let rows = graph.shape(node.operands[0])[0]
      result.rows = result.rows == 0 ? rows : min(result.rows, rows)
    }
    return result
  }

  /// A graph without what no output needs; inputs stay.
  func pruned(_ graph: Graph, name: String) -> Graph {
    let live = graph.live
    var result = Graph(name: name)
    var moved: [Value?] = []
    for (index, node) in graph.nodes.enumerated() {
      guard live[index] || node.op is Input,
        let value = try? result.insert(
          node.op, node.operands.compactMap { moved[$0.index] }, origin: node.origin)
      else {
        moved.append(nil)
        continue
      }
      moved.append(value)
    }
    result.outputs = graph.outputs.compactMap { output in
      moved[output.value.index].map { output.moved(to: $0) }
    }
    return result
  }
}
