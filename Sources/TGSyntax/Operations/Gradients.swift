package import TGDiagnostics
import TGIR
package import TGOps
import TGPlan

extension OperationTable {
  /// Derivatives as values.
  static let gradients: [Operation] = [
    Operation("gradient", ["value", "over"]) { call in
      let value = try call.tensor("value")
      guard value.shape.isEmpty else {
        throw failure(
          "gradient", "one number per item has a gradient, not \(shapeText(value.shape))",
          at: call.location(of: "value"), hint: "sum(…) or mean(…) makes one number of it")
      }
      let over = try call.required("over")
      guard case .list(let elements) = over.value else {
        return .tensor(try call.gradients(of: value, over: [call.variable(over.value)])[0])
      }
      let variables = try elements.map { try call.variable($0) }
      return .list(try call.gradients(of: value, over: variables).map { .tensor($0) })
    }
  ]
}

extension OperationCall {
  /// What a gradient is taken over: a tensor, not a number of compile time.
  fileprivate func variable(_ datum: Datum) throws -> Tensor {
    guard case .tensor(let tensor) = datum else {
      throw failure(
        "type", "a gradient is taken over a tensor or a list of tensors, not \(datum.described)",
        at: location(of: "over"))
    }
    return tensor
  }

  /// The gradients of a value, each of the shape of its variable.
  fileprivate func gradients(of value: Tensor, over variables: [Tensor]) throws -> [Tensor] {
    for variable in variables where value.isBatched && !variable.isBatched {
      throw failure(
        "gradient", "`over` is one tensor for all items, `value` a number for each of them",
        at: location(of: "over"), notes: elaboration.producers([variable], except: range),
        hint: "what depends on an input has a gradient for each item")
    }
    try elaboration.listing(variables.count, at: range)
    let found = try elaboration.gradients(
      of: value.value, towards: variables.map(\.value), at: range)
    return try zip(variables, found).map { variable, gradient in
      guard let gradient else {
        throw failure(
          "not-differentiable", "the value does not depend on `over`", at: location(of: "over"),
          notes: elaboration.producers([variable, value], except: location(of: "over")),
          hint: "`over` is what the value was computed of, not the same computed again")
      }
      return Tensor(
        value: gradient, shape: variable.shape, isBatched: variable.isBatched, range: range)
    }
  }
}

extension Elaboration {
  /// The gradients of a value in the graph so far; the walk is counted.
  fileprivate func gradients(of value: Value, towards leaves: [Value], at range: SourceRange)
    throws -> [Value?]
  {
    let before = builder.graph.nodes.count
    try making(before, at: range)
    let (gradients, passed): ([Value?], Int)
    do throws(GradientFailure) {
      (gradients, passed) = try builder.gradients(
        of: value, towards: leaves, maximumNodes: Elaboration.maximumNodes)
    } catch {
      switch error {
      case .unfit(let error): throw error
      case .tooLarge:
        // What is counted next says so.
        try step(at: range)
        throw ElaborationFailure.known
      case .stopped(let stops):
        for stop in stops.dropFirst() { report(ElaborationFailure.found(found(stop, range))) }
        throw ElaborationFailure.found(found(stops[0], range))
      }
    }
    try step(at: range, passed)
    return gradients
  }

  private func found(_ stop: GradientStop, _ range: SourceRange) -> Diagnostic {
    var finding = stop.finding(of: nil, sources: library.sources)
    finding.notes.append(Diagnostic.Note("the gradient is asked for here", at: range))
    return finding
  }
}

extension GradientStop {
  /// The finding for the user: the call that hands no gradient back. `objective` is what is
  /// differentiated, if it has a name.
  package func finding(of objective: String?, sources: SourceTable) -> Diagnostic {
    let written = origin.ranges.first.flatMap { sources.callee(at: $0) } ?? op
    let what = objective.map { "the gradient of `\($0)`" } ?? "the gradient"
    return Diagnostic(
      "not-differentiable", "\(what) stops at `\(written)`: \(reason)", at: origin.ranges.first,
      hint: hint)
  }
}

extension SourceTable {
  /// The name of what is called at a location, `floor` of `floor(x)`; nil for an operator.
  fileprivate func callee(at range: SourceRange) -> String? {
    guard files.indices.contains(range.file) else { return nil }
    let text = files[range.file].bytes.dropFirst(range.start).prefix(range.end - range.start)
    let name = String(decoding: text, as: UTF8.self)
      .prefix { $0.isLetter || $0.isNumber }
    return name.isEmpty ? nil : String(name)
  }
}
