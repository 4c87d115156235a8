package import TGIR
import TGOps
import TGPlan
import TGTensor

/// `multiply(convolution(x, w), s) → convolution(x, multiply(w, s))`, likewise for linear layers:
/// the scale of a batch norm, which is one number per output channel, becomes part of the weights.
///
/// `linear(multiply(x, s), w) → linear(x, multiply(w, s))` likewise, with one number per channel of `x`:
/// what the gradient of the first makes. The two have one matrix then, once as it is and once transposed.
///
/// The shift stays an addition and is fused as an epilogue later. Applies where `s` is constant, the
/// weights are constant, and nobody else sees the unscaled result.
///
/// Effect on numbers: reassociating.
package struct FoldScales: Pass {
  package static let name = "FoldScales"
  package static let needs: Set<GraphForm> = [
    .constantsFolded, .transposesSunk, .singleFunctions, .noEpilogues,
  ]
  package static let establishes: Set<GraphForm> = [.scalesFolded]

  package init() {}

  package func run(_ graph: Graph) throws -> Graph {
    let uses = graph.uses
    return try graph.rewritten { node, old, builder in
      if node.op is Linear { return try Self.scaledInput(node, old, graph, uses, &builder) }
      guard let map = node.op as? Map, map.program == Map(.multiply).program else { return nil }
      for index in 0..<2 {
        let produced = node.operands[index]
        guard uses.isRead(graph[old].operands[index], onlyBy: old),
          builder.shape(produced) == node.shape,
          let scale = builder.constant(of: node.operands[1 - index])?.weight,
          let channels = node.shape.dimensions.last, scale.shape.count == channels,
          scale.shape.dimensions.last == channels
        else { continue }
        let inner = builder[produced]
        builder.origin = inner.origin.merged(with: node.origin)
        switch inner.op {
        case let convolution as Conv2D where convolution.epilogue.isIdentity:
          var operands = inner.operands
          for kernel in 1...convolution.phases.count {
            guard let w = builder.constant(of: operands[kernel])?.weight else { return nil }
            operands[kernel] = try builder.constant(w.scaledRows(by: scale))
          }
          return try builder.insert(convolution, operands)
        case let linear as Linear where linear.epilogue.isIdentity:
          guard let w = builder.constant(of: inner.operands[1])?.weight else { return nil }
          let weights = try builder.constant(w.scaledRows(by: scale))
          return try builder.insert(linear, [inner.operands[0], weights])
        default:
          continue
        }
      }
      return nil
    }
  }

  /// A linear layer of a product with a constant that nobody else reads.
  private static func scaledInput(
    _ node: Node, _ old: Value, _ graph: Graph, _ uses: Uses, _ builder: inout GraphBuilder
  ) throws -> Value? {
    let input = builder[node.operands[0]]
    guard let linear = node.op as? Linear, let map = input.op as? Map,
      map.program == Map(.multiply).program,
      uses.isRead(graph[old].operands[0], onlyBy: old),
      let w = builder.constant(of: node.operands[1])?.weight
    else { return nil }
    for index in 0..<2 {
      let produced = input.operands[index]
      guard builder.shape(produced) == input.shape,
        let scale = builder.constant(of: input.operands[1 - index])?.weight,
        scale.shape.count == w.shape[1], scale.shape.dimensions.last == w.shape[1]
      else { continue }
      builder.origin = node.origin.merged(with: input.origin)
      let weights = try builder.constant(w.scaledColumns(by: scale))
      return try builder.insert(linear, [produced, weights] + node.operands[2...])
    }
    return nil
  }
}
