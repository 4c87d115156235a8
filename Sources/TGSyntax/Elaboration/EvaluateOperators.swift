import TGDiagnostics
import TGIR
import TGOps
import TGPlan
import TGTensor

extension Elaboration {
  func negated(_ datum: Datum, at range: SourceRange) throws -> Datum {
    switch datum {
    case .int(let value):
      let (result, overflow) = 0.subtractingReportingOverflow(value)
      guard !overflow else { throw failure("number", "the number is too large", at: range) }
      return .int(result)
    case .float(let value): return .float(-value)
    case .tensor(let tensor): return .tensor(try pointwise(.negate, [tensor], at: range))
    case .poison: throw ElaborationFailure.known
    default: throw failure("type", "\(datum.described) has no negative", at: range)
    }
  }

  /// `left op right`; `range` is the operator's location, `whole` that of the expression.
  func infix(
    _ left: Expression, _ found: InfixOperator, _ right: Expression, _ range: SourceRange,
    _ whole: SourceRange, in environment: Environment
  ) throws -> Datum {
    switch found {
    case .and:
      return .boolean(
        try boolean(left, in: environment) ? boolean(right, in: environment) : false)
    case .or:
      return .boolean(try boolean(left, in: environment) ? true : boolean(right, in: environment))
    default: break
    }
    let a = try evaluate(left, in: environment)
    let b = try evaluate(right, in: environment)
    if case .poison = a { throw ElaborationFailure.known }
    if case .poison = b { throw ElaborationFailure.known }
    switch found {
    case .closedRange, .halfOpenRange:
      guard a.number != nil, b.number != nil else {
        throw failure(
          "type", "a range goes from number to number, not from \(a.described) to \(b.described)",
          at: range)
      }
      return .range(lower: a, upper: b, closed: found == .closedRange)
    case .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual:
      return .boolean(try compare(a, found, b, at: range))
    default: break
    }
    if case .list(let first) = a, case .list(let second) = b, found == .add {
      guard first.count + second.count <= Elaboration.maximumCount else {
        throw failure("limit", "a list has more than 100000 elements", at: range)
      }
      try making(first.count + second.count, at: range)
      return .list(first + second)
    }
    if case .tuple(let first) = a, case .tuple(let second) = b, found == .add {
      return .tuple(try joined(first, second, at: range))
    }
    if let result = try arithmetic(a, found, b, at: range) { return result }
    guard let x = try tensor(a), let y = try tensor(b) else {
      throw failure(
        "type", "`\(found.rawValue)` of \(a.described) and \(b.described)", at: range)
    }
    let function: PointwiseFunction =
      switch found {
      case .add: .add
      case .subtract: .subtract
      case .multiply: .multiply
      default: .divide
      }
    return .tensor(try pointwise(function, [x, y], at: range, sign: found.rawValue))
  }

  /// The elements of two tuples, of which no two have the same name.
  private func joined(
    _ first: [Datum.Field], _ second: [Datum.Field], at range: SourceRange
  ) throws -> [Datum.Field] {
    let names = Set(first.compactMap(\.label))
    if let twice = second.compactMap(\.label).first(where: names.contains) {
      throw failure("duplicate-name", "both tuples have `\(twice)`", at: range)
    }
    guard first.count + second.count <= Elaboration.maximumCount else {
      throw failure("limit", "a tuple has more than 100000 elements", at: range)
    }
    try making(first.count + second.count, at: range)
    return first + second
  }

  private func compare(_ a: Datum, _ found: InfixOperator, _ b: Datum, at range: SourceRange)
    throws -> Bool
  {
    if let x = a.number, let y = b.number {
      switch found {
      case .equal: return x == y
      case .notEqual: return x != y
      case .less: return x < y
      case .lessEqual: return x <= y
      case .greater: return x > y
      default: return x >= y
      }
    }
    let isEqual: Bool
    switch (a, b) {
    case (.boolean(let x), .boolean(let y)): isEqual = x == y
    case (.string(let x), .string(let y)): isEqual = x == y
    case (.none, .none): isEqual = true
    case (.none, _), (_, .none): isEqual = false
    case (.tensor, _), (_, .tensor):
      throw failure(
        "condition", "tensors are not compared: their values are known at run time only",
        at: range, hint: "less(a, b) gives 1 where a is smaller")
    default:
      throw failure("type", "\(a.described) is not compared with \(b.described)", at: range)
    }
    if found == .equal { return isEqual }
    if found == .notEqual { return !isEqual }
    throw failure("type", "\(a.described) is not ordered", at: range)
  }

  /// The four operations on numbers; nil if one operand is none.
  private func arithmetic(
    _ a: Datum, _ found: InfixOperator, _ b: Datum, at range: SourceRange
  ) throws -> Datum? {
    if case .int(let x) = a, case .int(let y) = b {
      let (value, overflow): (Int, Bool)
      switch found {
      case .add: (value, overflow) = x.addingReportingOverflow(y)
      case .subtract: (value, overflow) = x.subtractingReportingOverflow(y)
      case .multiply: (value, overflow) = x.multipliedReportingOverflow(by: y)
      default:
        guard y != 0 else { throw failure("number", "\(x) / 0 is no number", at: range) }
        guard x != .min || y != -1, x % y == 0 else {
          return .float(Double(x) / Double(y))
        }
        (value, overflow) = (x / y, false)
      }
      guard !overflow else { throw failure("number", "the number is too large", at: range) }
      return .int(value)
    }
    guard let x = a.number, let y = b.number else { return nil }
    let value: Double
    switch found {
    case .add: value = x + y
    case .subtract: value = x - y
    case .multiply: value = x * y
    default: value = x / y
    }
    return .float(try finite(value, at: range))
  }

  /// A number that float32 can hold.
  func finite(_ value: Double, at range: SourceRange) throws -> Double {
    guard value.isFinite, Float(value).isFinite else {
      throw failure("number", "the result is \(value), no number of float32", at: range)
    }
    return value
  }

  // MARK: Members and items

  func member(_ member: Identifier, of datum: Datum, base: Expression) throws -> Datum {
    switch datum {
    case .poison: throw ElaborationFailure.known
    case .tensor(let tensor):
      switch member.name {
      case "shape": return .list(tensor.shape.map { .int($0) })
      case "channels", "height", "width":
        let axis = member.name == "channels" ? 0 : member.name == "height" ? 1 : 2
        guard tensor.shape.count == 3 || (tensor.shape.count == 1 && axis == 0) else {
          throw failure(
            "member",
            "`\(member.name)` is for pictures [C, H, W] and vectors [C], not "
              + shapeText(tensor.shape), at: member.range, hint: "`.shape[0]` gives the first axis")
        }
        return .int(tensor.shape[axis])
      default: break
      }
    case .list(let elements):
      if member.name == "count" { return .int(elements.count) }
    case .tuple(let fields):
      if let field = fields.first(where: { $0.label == member.name }) { return field.value }
      let labels = fields.compactMap(\.label)
      throw failure(
        "member", "the tuple has no `\(member.name)`", at: member.range,
        hint: labels.isEmpty
          ? "its elements have no names" : "it has " + labels.joined(separator: ", "))
    case .text(let text):
      switch member.name {
      case text.member: return .tensor(text.words)
      case "length": return .tensor(text.length)
      case "mask": return .tensor(text.mask)
      default:
        throw failure(
          "member", "\(datum.described) has no `\(member.name)`", at: member.range,
          hint: "it has \(text.member), length, mask")
      }
    case .part(let part):
      if let value = part.value(member.name) { return value }
      guard part.function(member.name) != nil else {
        throw failure(
          "member", "`\(part.declaration.name.name)` has no `\(member.name)`", at: member.range,
          hint: nearestName(to: member.name, among: part.valueNames).map { "did you mean `\($0)`?" }
        )
      }
      throw failure(
        "member", "`\(member.name)` of the part `\(part.name)` is called with parentheses",
        at: member.range)
    default: break
    }
    throw failure("member", "\(datum.described) has no `\(member.name)`", at: member.range)
  }

  func items(
    _ items: [Expression], of datum: Datum, _ base: Expression, in environment: Environment
  ) throws -> Datum {
    let indices = try items.map { ($0, try evaluate($0, in: environment)) }
    switch datum {
    case .poison: throw ElaborationFailure.known
    case .list(let elements):
      guard indices.count == 1, let (item, index) = indices.first else {
        throw failure("items", "a list takes one item", at: base.range)
      }
      switch index {
      case .int(let position):
        let at = position < 0 ? elements.count + position : position
        guard elements.indices.contains(at) else {
          throw failure(
            "items", "there is no item \(position) in a list of \(elements.count)",
            at: item.range)
        }
        return elements[at]
      case .range:
        let (start, count) = try span(index, of: elements.count, at: item.range)
        try making(count, at: item.range)
        return .list(Array(elements[start..<start + count]))
      default:
        throw failure(
          "items", "an item is a whole number, not \(index.described)", at: item.range)
      }
    case .tensor(let tensor):
      return .tensor(try slice(tensor, indices.map { ($0.0.range, $0.1) }, at: base.range))
    default:
      throw failure("items", "\(datum.described) has no items", at: base.range)
    }
  }

  /// The first position and the number of positions of a range inside an extent.
  func span(_ range: Datum, of extent: Int, at location: SourceRange) throws -> (Int, Int) {
    guard case .range(.int(let lower), .int(let upper), let closed) = range else {
      throw failure("items", "a range of items has whole bounds", at: location)
    }
    let first = lower < 0 ? extent + lower : lower
    let last = upper < 0 ? extent + upper : upper
    let end = closed ? last + (last < Int.max ? 1 : 0) : last
    guard first >= 0, first < end, end <= extent else {
      throw failure(
        "items",
        "the items \(lower) \(closed ? "..." : "..<") \(upper) are not all inside 0 ..< "
          + "\(extent)", at: location)
    }
    return (first, end - first)
  }

  /// `x[items]`: a number takes the axis away, a range cuts it.
  private func slice(_ tensor: Tensor, _ items: [(SourceRange, Datum)], at range: SourceRange)
    throws -> Tensor
  {
    guard items.count <= tensor.shape.count else {
      throw failure(
        "items", "\(items.count) items of \(shapeText(tensor.shape))", at: items.last?.0 ?? range)
    }
    stamp(range, nil)
    var result = tensor
    var shape = tensor.shape
    var gone: [Int] = []
    for (axis, (location, item)) in items.enumerated() {
      let lead = tensor.isBatched ? 1 : 0
      switch item {
      case .int(let position):
        let at = position < 0 ? shape[axis] + position : position
        guard at >= 0, at < shape[axis] else {
          throw failure(
            "items", "there is no item \(position) along axis \(axis) of \(shapeText(shape))",
            at: location)
        }
        result.value = try builder.slice(result.value, axis: axis + lead, from: at, count: 1)
        shape[axis] = 1
        gone.append(axis)
      case .range:
        let (start, count) = try span(item, of: shape[axis], at: location)
        result.value = try builder.slice(
          result.value, axis: axis + lead, from: start, count: count)
        shape[axis] = count
      default:
        throw failure(
          "items", "an item is a whole number or a range, not \(item.described)", at: location)
      }
    }
    shape = shape.indices.filter { !gone.contains($0) }.map { shape[$0] }
    result.value = try builder.reshape(result.value, full(shape, tensor.isBatched))
    return Tensor(value: result.value, shape: shape, isBatched: tensor.isBatched, range: range)
  }
}
