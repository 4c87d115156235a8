package import TGIR
import TGPlan
package import TGTensor

/// Runs a rule of differentiation: what building throws becomes a `PullbackError`.
func rule(_ build: () throws -> [Value?]) throws(PullbackError) -> [Value?] {
  do {
    return try build()
  } catch {
    switch error {
    case let error as PullbackError: throw error
    case let error as TypeRuleError: throw .unfit(error)
    default: throw .unfit(TypeRuleError("\(error)"))
    }
  }
}

extension PullbackError {
  /// Refuses an op that was fused: its intermediate result is gone.
  static func refuse(_ epilogue: PointwiseProgram) throws(PullbackError) {
    guard !epilogue.isIdentity else { return }
    throw .notDifferentiable(
      reason: "it was fused with what follows it",
      hint: "differentiation comes before optimisation")
  }
}

// What rules of differentiation are made of.
extension GraphBuilder {
  /// `x` summed over the axes along which a value of `shape` was repeated to the shape of `x`: the
  /// cotangent of broadcasting.
  ///
  /// - Throws: `TypeRuleError` if `shape` does not broadcast to that of `x`.
  package mutating func sum(_ x: Value, to shape: Shape) throws(TypeRuleError) -> Value {
    let extents = self.shape(x).dimensions
    let lead = extents.count - shape.rank
    let axes = extents.indices.filter { axis in
      axis < lead || (shape[axis - lead] == 1 && extents[axis] != 1)
    }
    let summed = axes.isEmpty ? x : try insert(Reduce(.sum, axes: axes), [x])
    return try reshape(summed, shape.dimensions)
  }

  /// A value reduced over axes of `shape`, with those axes again, of extent 1.
  mutating func restored(_ reduced: Value, _ axes: [Int], of shape: Shape)
    throws(TypeRuleError) -> Value
  {
    try reshape(reduced, shape.dimensions.indices.map { axes.contains($0) ? 1 : shape[$0] })
  }

  /// The sum or mean of `x` over axes, which stay with extent 1.
  mutating func reduced(_ function: ReductionFunction, _ x: Value, _ axes: [Int])
    throws(TypeRuleError) -> Value
  {
    try restored(insert(Reduce(function, axes: axes), [x]), axes, of: shape(x))
  }

  /// `x` times a number.
  mutating func scaled(_ x: Value, by factor: Float) throws(TypeRuleError) -> Value {
    try multiply(x, constant(factor))
  }

  /// `a` where `condition` is not 0, else `b`. Unlike a product with a mask it never meets the
  /// infinity on the side not taken, and its own gradient asks nothing of the condition.
  mutating func select(_ condition: Value, _ a: Value, else b: Value) throws(TypeRuleError) -> Value
  {
    try map(.select, condition, a, b)
  }
}
