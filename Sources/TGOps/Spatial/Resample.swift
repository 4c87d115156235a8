package import TGIR
import TGPlan
package import TGTensor

/// A sparse linear map along one axis: every kind of resizing, and its gradient.
///
/// - Operands: `x`. Result: the extents of `x`, but as many positions along `axis` as `starts`.
///   `y[…, i, …] = Σₜ weights[i, t] · x[…, starts[i] + t, …]`.
/// - Gradient: the transposed table, itself a resampling.
/// - C1: `axis` is an axis of `x`; `weights` has `starts.count · taps` numbers, at least one tap.
/// - C2: `starts[i] + taps` stays inside `x`.
package struct Resample: Op {
  package static let mnemonic = "resample"
  package static let samples = [
    OpSample(
      Resample(axis: 1, starts: [0, 0, 1, 2], taps: 2, weights: [1, 0, 0.5, 0.5, 0.5, 0.5, 0, 1]),
      [[2, 4, 3]]),
    OpSample(Resample(axis: 2, starts: [1, 0], taps: 1, weights: [1, -1]), [[2, 3, 2]]),
  ]
  /// The axis.
  package var axis: Int
  /// The first position that each result position reads.
  package var starts: [Int]
  /// How many positions each reads.
  package var taps: Int
  /// The factors, `[starts.count, taps]`.
  package var weights: [Double]

  /// Makes a resampling.
  package init(axis: Int, starts: [Int], taps: Int, weights: [Double]) {
    self.axis = axis
    self.starts = starts
    self.taps = taps
    self.weights = weights
  }

  package var attributes: [Attribute] {
    [
      Attribute("axis", .int(axis)), Attribute("starts", .ints(starts)),
      Attribute("taps", .int(taps)), Attribute("weights", .floats(weights)),
    ]
  }

  package init(attributes: AttributeReader) throws(AttributeError) {
    self.init(
      axis: try attributes.int("axis"), starts: try attributes.ints("starts"),
      taps: try attributes.int("taps"), weights: try attributes.floats("weights"))
  }

  package func resultShape(for operands: [Shape]) throws(TypeRuleError) -> Shape {
    try operands.expect(1)
    try checkAxes([axis], rank: operands[0].rank)
    guard !starts.isEmpty, taps > 0, weights.count == starts.count * taps else {  // resample_c1
      throw TypeRuleError("\(weights.count) weights for \(starts.count) positions", id: "resample")
    }
    let extent = operands[0][axis]
    guard starts.allSatisfy({ $0 >= 0 && $0 <= extent - taps }) else {  // resample_c2
      throw TypeRuleError("a resampling reads outside \(operands[0])", id: "resample")
    }
    var result = operands[0].dimensions
    result[axis] = starts.count
    return try makeShape(result)
  }

  package func isBatched(_ operands: [Bool], shapes: [Shape], result: Shape) -> Bool {
    operands[0] && axis != 0
  }

  package func reference(_ operands: [ReferenceTensor]) -> ReferenceTensor {
    let x = operands[0]
    var extents = x.shape.dimensions
    let extent = extents[axis]
    extents[axis] = starts.count
    let inner = extents[(axis + 1)...].reduce(1, *)
    let outer = extents[..<axis].reduce(1, *)
    var result = ReferenceTensor(Shape(extents))
    for o in 0..<outer {
      for i in 0..<starts.count {
        for k in 0..<inner {
          var sum = 0.0
          for t in 0..<taps {
            sum += weights[i * taps + t] * x[(o * extent + starts[i] + t) * inner + k]
          }
          result[(o * starts.count + i) * inner + k] = sum
        }
      }
    }
    return result
  }

  package func macs(operands: [Shape], result: Shape) -> Int { result.count * taps }

  package func lower(into context: inout some LoweringContext) throws(LoweringError) {
    let table = context.weights(.integers(starts.map { Int32($0) }))
    let factors = context.weights(.floats(weights.map { Float($0) }))
    context.emit(
      .resample(
        Resampling(
          input: context.view(0), output: context.output(), axis: axis, starts: table,
          weights: factors.seen(dimensions: [starts.count, taps], strides: [taps, 1]))))
  }

  package func transposed(_ permutation: [Int], operands: [Shape], result: Shape) -> TransposedOp? {
    guard let position = permutation.firstIndex(of: axis) else { return nil }
    return TransposedOp(
      Resample(axis: position, starts: starts, taps: taps, weights: weights), [permutation])
  }

  package func pullback(
    _ cotangent: Value, of operands: [Value], result: Value, towards wanted: [Bool],
    in graph: inout GraphBuilder
  ) throws(PullbackError) -> [Value?] {
    try rule {
      [try graph.insert(adjoint(inputSize: graph.shape(operands[0])[axis]), [cotangent])]
    }
  }

  /// The transposed table, itself a resampling: each input position gathers from the results that read
  /// it, with zeros between where they are not neighbours.
  func adjoint(inputSize: Int) -> Resample {
    var readers = [[(position: Int, weight: Double)]](repeating: [], count: inputSize)
    for (position, start) in starts.enumerated() {
      for tap in 0..<taps where weights[position * taps + tap] != 0 {
        readers[start + tap].append((position, weights[position * taps + tap]))
      }
    }
    let reach = readers.map { ($0.last?.position ?? 0) - ($0.first?.position ?? 0) + 1 }.max() ?? 1
    let firsts = readers.map { min($0.first?.position ?? 0, starts.count - reach) }
    var factors = [Double](repeating: 0, count: inputSize * reach)
    for (input, list) in readers.enumerated() {
      for (position, weight) in list {
        factors[input * reach + position - firsts[input]] = weight
      }
    }
    return Resample(axis: axis, starts: firsts, taps: reach, weights: factors)
  }
}
