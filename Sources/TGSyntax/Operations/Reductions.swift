import TGDiagnostics
import TGIR
import TGOps
import TGPlan
import TGTensor

extension OperationTable {
  /// Sums, means, products and extrema over axes.
  static let reductions: [Operation] = [
    ("sum", ReductionFunction.sum), ("mean", .mean), ("product", .product),
    ("largest", .maximum), ("smallest", .minimum),
  ].map { name, function in
    Operation(name, ["x", "axis", "axes", "keep"]) { call in
      if function == .sum, case .list(let elements)? = call.given("x")?.value {
        return try call.total(elements)
      }
      let x = try call.tensor("x")
      let axes: [Int]
      if call.given("axes") != nil {
        axes = try call.ints("axes", in: -64...64).map {
          try call.elaboration.axis($0, of: x, at: call.location(of: "axes"))
        }
      } else if call.given("axis") != nil {
        axes = [try call.axis("axis", of: x)]
      } else {
        axes = Array(x.shape.indices)
      }
      guard Set(axes).count == axes.count else {
        throw failure("axis", "an axis is named twice", at: call.location(of: "axes"))
      }
      return call.result(
        try call.elaboration.reduced(
          x, function, axes, keep: call.boolean("keep", default: false), at: call.range))
    }
  }
}

extension OperationCall {
  /// The sum of the elements of a list.
  fileprivate func total(_ elements: [Datum]) throws -> Datum {
    var sum: Datum?
    for element in elements {
      guard let before = sum else {
        sum = element
        continue
      }
      if case .int(let a) = before, case .int(let b) = element {
        let (value, overflow) = a.addingReportingOverflow(b)
        guard !overflow else { throw failure("number", "the sum is too large", at: range) }
        sum = .int(value)
      } else if let a = before.number, let b = element.number {
        sum = .float(try elaboration.finite(a + b, at: range))
      } else if let a = try elaboration.tensor(before), let b = try elaboration.tensor(element) {
        sum = .tensor(try elaboration.pointwise(.add, [a, b], at: range, sign: "+"))
      } else {
        throw failure("type", "\(element.described) has no sum", at: range)
      }
    }
    return sum ?? .int(0)
  }
}

extension Elaboration {
  /// A reduction over axes of the language.
  func reduced(
    _ x: Tensor, _ function: ReductionFunction, _ axes: [Int], keep: Bool = false,
    at range: SourceRange
  ) throws -> Tensor {
    guard !axes.isEmpty else { return x }
    let lead = x.isBatched ? 1 : 0
    var value = try builder.insert(Reduce(function, axes: axes.map { $0 + lead }), [x.value])
    let shape = x.shape.indices.compactMap { axis in
      axes.contains(axis) ? (keep ? 1 : nil) : x.shape[axis]
    }
    if keep { value = try builder.reshape(value, full(shape, x.isBatched)) }
    return Tensor(value: value, shape: shape, isBatched: x.isBatched, range: range)
  }
}
