import TGDiagnostics
import TGIR
import TGOps
import TGPlan
import TGTensor

extension OperationTable {
  /// What objectives minimise, and how.
  static let losses: [Operation] = [
    distance("mse", .square),
    distance("mae", .absolute),
    Operation("bce", ["p", "target"]) { call in
      // −(t · log p + (1 − t) · log (1 − p)), logarithms not below −100, as PyTorch has it.
      let (e, range) = (call.elaboration, call.range)
      let p = try call.tensor("p")
      let t = try call.tensor("target")
      let one = try e.constant(1)
      func logarithm(_ x: Tensor) throws -> Tensor {
        try e.pointwise(
          .maximum, [e.pointwise(.logarithm, [x], at: range), e.constant(-100)], at: range)
      }
      let first = try e.pointwise(.multiply, [t, logarithm(p)], at: range)
      let second = try e.pointwise(
        .multiply,
        [
          e.pointwise(.subtract, [one, t], at: range),
          logarithm(e.pointwise(.subtract, [one, p], at: range)),
        ], at: range)
      let sum = try e.pointwise(
        .negate, [e.pointwise(.add, [first, second], at: range)], at: range)
      return call.result(try e.reduced(sum, .mean, Array(sum.shape.indices), at: range))
    },
    recipe("adam", .adam, ["rate", "beta1", "beta2", "epsilon"]),
    recipe("sgd", .descent, ["rate", "momentum"]),
    recipe("lbfgs", .lbfgs, ["rate", "history"]),
  ]
}

/// The mean of a function of differences; of two lists the sum over their elements.
private func distance(_ name: String, _ function: PointwiseFunction) -> Operation {
  Operation(name, ["a", "b"]) { call in
    let (a, b) = (try call.required("a"), try call.required("b"))
    guard case .list(let first) = a.value, case .list(let second) = b.value else {
      return call.result(
        try call.mean(of: function, "`\(name)`", call.tensor("a"), call.tensor("b")))
    }
    guard first.count == second.count, !first.isEmpty else {
      throw failure(
        "argument", "`\(name)` of lists of \(first.count) and \(second.count)", at: call.range)
    }
    try call.elaboration.listing(first.count, at: call.range)
    var sum: Tensor?
    for (one, other) in zip(first, second) {
      guard let x = try call.elaboration.tensor(one), let y = try call.elaboration.tensor(other)
      else { throw call.wrong("a", "a tensor, or a list of tensors like `b`", a) }
      let term = try call.mean(of: function, "`\(name)`", x, y)
      sum =
        try sum.map { try call.elaboration.pointwise(.add, [$0, term], at: call.range) } ?? term
    }
    guard let sum else { throw ElaborationFailure.known }
    return call.result(sum)
  }
}

/// An optimizer: its numbers may change from round to round, except those of L-BFGS, whose line
/// search compares values of one function.
private func recipe(_ name: String, _ method: PlanObjective.Method, _ parameters: [String])
  -> Operation
{
  Operation(name, parameters) { call in
    var recipe = Recipe(name: name, method: method)
    if method != .lbfgs { _ = try call.required("rate") }
    for parameter in parameters {
      guard let argument = call.given(parameter) else { continue }
      if let number = argument.value.number {
        try check(number, parameter, at: argument.range)
        recipe.numbers.append(.init(name: parameter, value: number))
        continue
      }
      let value = try call.tensor(parameter)
      guard value.shape.isEmpty else {
        throw failure(
          "type", "`\(parameter)` is one number, not \(shapeText(value.shape))",
          at: argument.range)
      }
      guard method != .lbfgs else {
        throw failure(
          "recipe", "`\(parameter)` of lbfgs is a number known at compile time",
          at: argument.range)
      }
      recipe.scheduled.append((parameter, value))
    }
    return .recipe(recipe)
  }
}

/// Refuses numbers that no method can use.
private func check(_ number: Double, _ parameter: String, at range: SourceRange) throws {
  let isSound =
    switch parameter {
    case "beta1", "beta2", "momentum": (0..<1).contains(number)
    case "history": (1...1000).contains(number) && number == number.rounded()
    default: number > 0 && number.isFinite
    }
  guard isSound else {
    let wanted =
      switch parameter {
      case "beta1", "beta2", "momentum": "0 or more and less than 1"
      case "history": "a whole number from 1 to 1000"
      default: "positive"
      }
    throw failure(
      "recipe", "`\(parameter)` is \(numberText(number)); it must be \(wanted)", at: range)
  }
}

extension OperationCall {
  /// The mean of a function of the elements of a − b.
  fileprivate func mean(
    of function: PointwiseFunction, _ name: String, _ a: Tensor, _ b: Tensor
  ) throws -> Tensor {
    let values = try elaboration.pointwise(function, [difference(name, a, b)], at: range)
    return try elaboration.reduced(values, .mean, Array(values.shape.indices), at: range)
  }

  /// `a − b`; pictures in two ranges have no difference.
  fileprivate func difference(_ name: String, _ a: Tensor, _ b: Tensor) throws -> Tensor {
    if let first = a.image, let second = b.image, first != second {
      throw failure(
        "image-range",
        "\(name) of an Image in \(rangeText(first)) and an Image in \(rangeText(second))",
        at: range, notes: elaboration.producers([a, b], except: range),
        hint: "rescale(…, \(rangeText(second))); as written even a perfect image would not give 0")
    }
    guard a.shape == b.shape || a.shape.isEmpty || b.shape.isEmpty else {
      throw failure(
        "shape-mismatch", "\(name) of \(shapeText(a.shape)) and \(shapeText(b.shape))", at: range,
        notes: elaboration.producers([a, b], except: range))
    }
    return try elaboration.pointwise(.subtract, [a, b], at: range, sign: "−")
  }
}
