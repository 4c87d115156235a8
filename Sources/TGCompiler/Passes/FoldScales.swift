package import TGIR
import TGOps
import TGPlan
import TGTensor

/// `multiply(convolution(x, w), s) → convolution(x, multiply(w, s))`, likewise for linear layers:
/// the scale of a batch norm, which is one number per output channel, becomes part of the weights.
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
}

extension Weight {
  /// Every element times the factor of its outermost position.
  fileprivate func scaledRows(by factors: Weight) -> Weight {
    .made(by: ScaledRows(), of: [self, factors], shape: shape)
  }
}

/// The elements of the first operand, each times the element of the second that stands for its
/// outermost position.
private struct ScaledRows: WeightRule {
  func result(of operands: [HostTensor]) -> HostTensor {
    var scaled = operands[0].elements
    let factors = operands[1].elements
    let run = scaled.count / max(factors.count, 1)
    for (row, factor) in factors.enumerated() {
      for position in (row * run)..<((row + 1) * run) { scaled[position] *= factor }
    }
    return HostTensor(operands[0].shape, scaled)
  }
}
