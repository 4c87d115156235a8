package import TGIR
import TGTensor

extension GraphBuilder {
  /// The same elements under other extents.
  ///
  /// - Throws: `TypeRuleError` if the counts differ.
  package mutating func reshape(_ x: Value, _ extents: [Int]) throws(TypeRuleError) -> Value {
    let shape = try makeShape(extents)
    return shape == self.shape(x) ? x : try insert(Reshape(shape), [x])
  }

  /// Axis `i` of the result is axis `permutation[i]` of `x`.
  ///
  /// - Throws: `TypeRuleError` if `permutation` is no order of the axes.
  package mutating func transpose(_ x: Value, _ permutation: [Int]) throws(TypeRuleError) -> Value {
    permutation == Array(0..<shape(x).rank) ? x : try insert(Transpose(permutation), [x])
  }

  /// Repetition along axes of extent 1.
  ///
  /// - Throws: `TypeRuleError` if `x` does not broadcast to `extents`.
  package mutating func broadcast(_ x: Value, to extents: [Int]) throws(TypeRuleError) -> Value {
    let shape = try makeShape(extents)
    return shape == self.shape(x) ? x : try insert(Broadcast(shape), [x])
  }

  /// The positions `range` (every `step`-th) along one axis, all along the others.
  ///
  /// - Throws: `TypeRuleError` if the range leaves the axis.
  package mutating func slice(_ x: Value, axis: Int, from start: Int, count: Int, step: Int = 1)
    throws(TypeRuleError) -> Value
  {
    let extents = shape(x).dimensions
    try checkAxes([axis], rank: extents.count)
    if start == 0, count == extents[axis], step == 1 { return x }
    var starts = extents.map { _ in 0 }
    var counts = extents
    var steps = extents.map { _ in 1 }
    (starts[axis], counts[axis], steps[axis]) = (start, count, step)
    return try insert(Slice(starts: starts, counts: counts, steps: steps), [x])
  }

  /// Values one after the other along an axis.
  ///
  /// - Throws: `TypeRuleError` if their other extents differ.
  package mutating func concat(_ values: [Value], axis: Int) throws(TypeRuleError) -> Value {
    values.count == 1 ? values[0] : try insert(Concat(axis: axis), values)
  }

  /// Parts of given extents along an axis, in order.
  ///
  /// - Throws: `TypeRuleError` unless the extents add up to that of the axis.
  package mutating func split(_ x: Value, _ extents: [Int], axis: Int)
    throws(TypeRuleError) -> [Value]
  {
    try checkAxes([axis], rank: shape(x).rank)
    guard extents.reduce(0, +) == shape(x)[axis] else {
      throw TypeRuleError(
        "parts of \(extents) do not add up to \(shape(x)[axis]), axis \(axis) of \(shape(x))",
        id: "split")
    }
    var parts: [Value] = []
    var start = 0
    for extent in extents {
      parts.append(try slice(x, axis: axis, from: start, count: extent))
      start += extent
    }
    return parts
  }
}
