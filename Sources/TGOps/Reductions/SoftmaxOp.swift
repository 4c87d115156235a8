package import TGIR
import TGPlan
package import TGTensor

/// `y = exp(x) / Σ exp(x)` along an axis, or its logarithm.
///
/// - Operands: `x`. Result: the shape of `x`. A row of −∞ only gives zeros.
/// - Gradient: `y·(ḡ − Σ ḡ·y)`; of the logarithm `ḡ − exp(y)·Σ ḡ`.
/// - C1: `axis` is an axis of `x`.
package struct SoftmaxOp: Op {
  package static let mnemonic = "softmax"
  package static let samples = [
    OpSample(SoftmaxOp(axis: 2), [[2, 3, 17]], range: -4...4),
    OpSample(SoftmaxOp(axis: 1), [[2, 9, 5]], range: -4...4),
    OpSample(SoftmaxOp(axis: 1, logarithmic: true), [[3, 10]], range: -4...4),
  ]
  /// The axis along which the results add up to 1.
  package var axis: Int
  /// True for the logarithm.
  package var logarithmic: Bool

  /// Makes a softmax.
  package init(axis: Int, logarithmic: Bool = false) {
    self.axis = axis
    self.logarithmic = logarithmic
  }

  package var attributes: [Attribute] {
    [Attribute("axis", .int(axis)), Attribute("logarithmic", .bool(logarithmic))]
  }

  package init(attributes: AttributeReader) throws(AttributeError) {
    self.init(
      axis: try attributes.int("axis"), logarithmic: try attributes.bool("logarithmic"))
  }

  package func resultShape(for operands: [Shape]) throws(TypeRuleError) -> Shape {
    try operands.expect(1)
    try checkAxes([axis], rank: operands[0].rank)  // softmax_c1
    return operands[0]
  }

  private func order(_ rank: Int) -> [Int] { (0..<rank).filter { $0 != axis } + [axis] }

  package func isBatched(_ operands: [Bool], shapes: [Shape], result: Shape) -> Bool {
    operands[0] && axis != 0
  }

  package func reference(_ operands: [ReferenceTensor]) -> ReferenceTensor {
    let order = order(operands[0].shape.rank)
    var x = operands[0].transposed(order)
    let run = operands[0].shape[axis]
    for start in stride(from: 0, to: x.shape.count, by: max(run, 1)) {
      let row = start..<(start + run)
      let top = x.elements[row].max() ?? 0
      let sum = x.elements[row].reduce(0) { $0 + (top == -.infinity ? 0 : Double.exp($1 - top)) }
      for i in row {
        if logarithmic {
          x[i] = x[i] - top - Double.log(sum)
        } else {
          x[i] = sum == 0 ? 0 : Double.exp(x[i] - top) / sum
        }
      }
    }
    return x.transposed((0..<order.count).map { axis in order.firstIndex(of: axis) ?? axis })
  }

  package func lower(into context: inout some LoweringContext) throws(LoweringError) {
    let order = order(context.resultShape.rank)
    let output = context.output()
    context.emit(
      .softmax(
        Softmax(
          input: context.view(0).permuted(order), output: output.permuted(order),
          logarithmic: logarithmic)))
  }

  package func transposed(_ permutation: [Int], operands: [Shape], result: Shape) -> TransposedOp? {
    guard let position = permutation.firstIndex(of: axis) else { return nil }
    return TransposedOp(SoftmaxOp(axis: position, logarithmic: logarithmic), [permutation])
  }

  package func pullback(
    _ cotangent: Value, of operands: [Value], result: Value, towards wanted: [Bool],
    in graph: inout GraphBuilder
  ) throws(PullbackError) -> [Value?] {
    try rule {
      let y = result
      if logarithmic {
        let sum = try graph.reduced(.sum, cotangent, [axis])
        return [try graph.subtract(cotangent, graph.multiply(graph.map(.exponential, y), sum))]
      }
      let sum = try graph.reduced(.sum, graph.multiply(cotangent, y), [axis])
      return [try graph.multiply(y, graph.subtract(cotangent, sum))]
    }
  }
}

extension Double {
  fileprivate static func exp(_ x: Double) -> Double {
    PointwiseFunction.exponential.evaluate(x, 0, 0, immediate: 0)
  }
  fileprivate static func log(_ x: Double) -> Double {
    PointwiseFunction.logarithm.evaluate(x, 0, 0, immediate: 0)
  }
}
