package import TGIR
import TGPlan
package import TGTensor

/// Every element repeated along rows and columns: nearest-neighbour enlargement.
///
/// - Operands: `x` `[N, H, W, C]`. Result: `[N, H · factors[0], W · factors[1], C]`.
/// - Gradient: the sums of blocks.
/// - C1: `x` has rank 4, factors are positive.
package struct Upsample: Op {
  package static let mnemonic = "upsample"
  package static let samples = [
    OpSample(Upsample([2, 2]), [[2, 3, 4, 5]]), OpSample(Upsample([1, 3]), [[1, 2, 2, 1]]),
  ]
  /// How often rows and columns are repeated.
  package var factors: [Int]

  /// Makes an enlargement.
  package init(_ factors: [Int]) { self.factors = factors }

  package var attributes: [Attribute] { [Attribute("factors", .ints(factors))] }

  package init(attributes: AttributeReader) throws(AttributeError) {
    self.init(try attributes.ints("factors", count: 2))
  }

  package func resultShape(for operands: [Shape]) throws(TypeRuleError) -> Shape {
    try operands.expect(1)
    let x = operands[0]
    guard x.rank == 4, factors.allSatisfy({ $0 > 0 && $0 <= 65_536 }) else {  // upsample_c1
      throw TypeRuleError("an enlargement by \(factors) of \(x)", id: "upsample")
    }
    return try makeShape([x[0], x[1] * factors[0], x[2] * factors[1], x[3]])
  }

  package func reference(_ operands: [ReferenceTensor]) -> ReferenceTensor {
    let x = operands[0]
    let s = x.shape.strides
    let dims = x.shape.dimensions
    let spread = Shape([dims[0], dims[1], factors[0], dims[2], factors[1], dims[3]])
    let repeated = x.strided(spread, strides: [s[0], s[1], 0, s[2], 0, s[3]])
    return ReferenceTensor(
      Shape([dims[0], dims[1] * factors[0], dims[2] * factors[1], dims[3]]), repeated.elements)
  }

  package func lower(into context: inout some LoweringContext) throws(LoweringError) {
    let source = context.view(0)
    let target = context.output()
    let (d, s, t) = (source.dimensions, source.strides, target.strides)
    let spread = [d[0], d[1], factors[0], d[2], factors[1], d[3]]
    let from = source.seen(
      dimensions: spread,
      strides: [s[0], s[1], 0, s[2], 0, s[3]])
    let to = target.seen(
      dimensions: spread,
      strides: [t[0], t[1] * factors[0], t[1], t[2] * factors[1], t[2], t[3]])
    context.emit(.map(PointwiseMap(program: .identity, operands: [from], output: to)))
  }

  /// The sums of blocks.
  package func pullback(
    _ cotangent: Value, of operands: [Value], result: Value, towards wanted: [Bool],
    in graph: inout GraphBuilder
  ) throws(PullbackError) -> [Value?] {
    try rule {
      let d = graph.shape(operands[0]).dimensions
      let blocks = try graph.reshape(
        cotangent, [d[0], d[1], factors[0], d[2], factors[1], d[3]])
      return [try graph.insert(Reduce(.sum, axes: [2, 4]), [blocks])]
    }
  }
}
