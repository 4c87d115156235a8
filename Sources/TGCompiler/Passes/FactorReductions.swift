package import TGIR
import TGOps
import TGPlan
import TGTensor

/// `Σ x·s → s · Σ x`, sums and means, where `s` is the same along all that is summed.
///
/// A gradient asks for such sums beside those without the factor (the cotangents of a shift, of a
/// scale, and of what was normalised before them): now they are the same sum, and the product, which
/// is as large as `x`, is not needed for it. Products of several factors are taken apart.
///
/// Effect on numbers: reassociating.
package struct FactorReductions: Pass {
  package static let name = "FactorReductions"
  package static let needs: Set<GraphForm> = [.singleFunctions, .statisticsShared]
  package static let undoes: Set<GraphForm> = [.constantsFolded, .movesMerged]

  package init() {}

  package func run(_ graph: Graph) throws -> Graph {
    try graph.rewritten { node, _, builder in
      guard let reduce = node.op as? Reduce, reduce.program.isIdentity,
        reduce.function == .sum || reduce.function == .mean
      else { return nil }
      let shape = builder.shape(node.operands[0])
      let factors = builder.factors(of: node.operands[0])
      let common = factors.filter { builder.isRepeated($0, along: reduce.axes, of: shape) }
      // The order of the operands is that of their making, so that equal products are found.
      let rest = factors.filter { !common.contains($0) }.sorted()
      guard !common.isEmpty, var product = rest.first else { return nil }
      for factor in rest.dropFirst() { product = try builder.multiply(product, factor) }
      product = try builder.padded(product, toRank: shape.rank)
      guard reduce.axes.allSatisfy({ builder.shape(product)[$0] == shape[$0] }) else { return nil }
      var sum = try builder.insert(reduce, [product])
      for factor in common {
        sum = try builder.multiply(
          sum, builder.dropping(reduce.axes, of: factor, rank: shape.rank))
      }
      return try builder.broadcast(sum, to: node.shape.dimensions)
    }
  }
}

extension GraphBuilder {
  /// The values whose product a value is; itself if it is none.
  fileprivate func factors(of value: Value) -> [Value] {
    var factors = [value]
    while factors.count < CostModel.mostFactors {
      let product = factors.firstIndex { factor in
        (self[factor].op as? Map).map { $0.program == Map(.multiply).program } ?? false
      }
      guard let product else { break }
      factors.replaceSubrange(product...product, with: self[factors[product]].operands)
    }
    return factors
  }

  /// Whether a value that broadcasts to a shape is the same along axes of it.
  fileprivate func isRepeated(_ value: Value, along axes: [Int], of shape: Shape) -> Bool {
    let own = self.shape(value)
    return axes.allSatisfy { axis in
      let ownAxis = axis - (shape.rank - own.rank)
      return ownAxis < 0 || own[ownAxis] == 1
    }
  }

  /// A value without the axes, of a larger rank, along which it is repeated.
  fileprivate mutating func dropping(_ axes: [Int], of value: Value, rank: Int)
    throws(TypeRuleError) -> Value
  {
    let own = shape(value)
    let missing = rank - own.rank
    return try reshape(
      value, own.dimensions.indices.filter { !axes.contains($0 + missing) }.map { own[$0] })
  }
}
