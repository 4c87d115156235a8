import TGDiagnostics
import TGIR
import TGOps
import TGPlan

// `minimize value over names using recipe`: what a round puts out, and what is updated by it.

extension Elaboration {
  /// `minimize value over names using recipe`: a number, or a tuple of named terms to be added; one
  /// that is none is absent.
  func minimize(
    _ value: Expression, over names: [Identifier], using recipe: Expression,
    in environment: Environment
  ) throws {
    guard let index = objective.loop else {
      throw failure("minimize", "`minimize` stands in a `repeat`", at: value.range)
    }
    guard objective.stage == .round(index) else {
      throw failure(
        "minimize", "a second `minimize` in one `repeat`", at: value.range,
        hint: "add the two values, or write a second `repeat`")
    }
    try minimize(evaluate(value, in: environment), in: index, at: value.range)
    for name in names { try minimize(over: name, in: index, environment) }
    guard case .recipe(let recipe) = try evaluate(recipe, in: environment) else {
      throw failure(
        "minimize", "`using` takes a recipe", at: recipe.range,
        hint: "adam(rate: 0.01), sgd(rate: …) or lbfgs()")
    }
    objective.loops[index].method = recipe.method
    objective.loops[index].numbers = recipe.numbers
    for number in recipe.scheduled {
      objective.loops[index].scheduled.append(number.name)
      try putOut("method.\(number.name)", number.value, role: .number(number.name))
    }
    if recipe.method == .lbfgs, let draw = objective.loops[index].draws.first {
      throw failure(
        "minimize", "lbfgs compares values of one function, but `\(draw)` is drawn each round",
        at: value.range, hint: "adam or sgd")
    }
    let form = objective.loops[index]
    if recipe.method == .lbfgs, !form.shared.isEmpty, form.shared != form.variables {
      throw failure(
        "minimize", "lbfgs searches over all variables at once, and only some are shared",
        at: value.range, hint: "adam or sgd, or `shared var` for all of them")
    }
    objective.stage = .projection(index)
    for name in names { try renew(name.name, in: environment) }
  }

  /// Puts out the value of a loop and its terms.
  private func minimize(_ datum: Datum, in loop: Int, at range: SourceRange) throws {
    var total: Tensor
    if case .tuple(let fields) = datum {
      let terms = fields.filter { if case .none = $0.value { false } else { true } }
      guard let first = terms.first else {
        throw failure("minimize", "every term is none: nothing is minimised", at: range)
      }
      for field in terms {
        guard let label = field.label else {
          throw failure(
            "minimize", "a term without a name", at: range,
            hint: "(pixels: mse(…), features: 0.1 * mse(…)), or one sum")
        }
        guard !objective.loops[loop].terms.contains(label) else {
          throw failure("duplicate-name", "two terms are called `\(label)`", at: range)
        }
        let term = try number(field.value, at: range)
        objective.loops[loop].terms.append(label)
        try putOut("term.\(label)", term, role: .term(label))
      }
      total = try number(first.value, at: range)
      for field in terms.dropFirst() {
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
    try putOut("loss", total, role: .loss)
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
  private func minimize(
    over name: Identifier, in loop: Int, _ environment: Environment
  ) throws {
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
    let (datum, range) = try variable(name.name, in: environment)
    for (part, tensor) in try tensors(of: name.name, datum, at: range) {
      guard let input = builder[tensor.value].op as? Input, input.name == part,
        input.stage == objective.stage
      else {
        throw failure(
          "objective-order", "`\(name.name)` is assigned before `minimize` in its round",
          at: name.range, hint: "assign it after `minimize`, or before `repeat`")
      }
      guard !objective.loops[loop].variables.contains(part) else {
        throw failure("minimize", "`\(name.name)` is named twice", at: name.range)
      }
      objective.loops[loop].variables.append(part)
      if binding.isShared { objective.loops[loop].shared.append(part) }
    }
  }
}
