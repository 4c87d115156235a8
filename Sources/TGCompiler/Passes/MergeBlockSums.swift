package import TGIR
import TGOps
import TGPlan
import TGTensor

/// `Σ over blocks of f (convolution(x, w)) → convolution of x with stride f and a wider kernel`.
///
/// The sum of result positions `f·i + p` for all `p < f` is `Σₚ Σₖ x[f·i + p + k − pad]·w[k]`, so it
/// takes `v[t] = Σₚ w[t − p]` from position `f·i + t − pad`, with `t < kernel + f − 1`. This is what
/// the gradient of `convolution(upsample(x, f), w)` asks for, the adjoint of
/// `SplitUpsampledConvolutions`: for factor 2 and a 3×3 kernel 16 products instead of 36, and the
/// large picture is never made. Zeros around the picture stay where they are.
///
/// Effect on numbers: reassociating.
package struct MergeBlockSums: Pass {
  package static let name = "MergeBlockSums"
  package static let needs: Set<GraphForm> = [
    .constantsFolded, .transposesSunk, .scalesFolded, .noEpilogues,
  ]
  package static let undoes: Set<GraphForm> = [.scalesFolded]

  package init() {}

  package func run(_ graph: Graph) throws -> Graph {
    let uses = graph.uses
    return try graph.rewritten { node, old, builder in
      guard let factors = builder.blocks(summedBy: node) else { return nil }
      // Seen from before the rewriting: the block, then the picture; nobody else reads either.
      let block = graph[old].operands[0]
      let blocks = builder[node.operands[0]]
      let convolved = builder[blocks.operands[0]]
      guard uses.isRead(block, onlyBy: old), uses.isRead(graph[block].operands[0], onlyBy: block),
        var op = convolved.op as? Conv2D, op.epilogue.isIdentity, op.stride == [1, 1],
        op.dilation == [1, 1], op.scale == [1, 1],
        let kernel = builder.constant(of: convolved.operands[1])?.weight
      else { return nil }
      op.stride = factors
      op.outputSize = [node.shape[1], node.shape[2]]
      builder.origin = convolved.origin.merged(with: node.origin)
      let merged = try builder.constant(kernel.summedOverShifts(factors))
      return try builder.insert(op, [convolved.operands[0], merged])
    }
  }
}

extension GraphBuilder {
  /// The rows and columns of the blocks of a picture `[N, H, W, C]` that a node adds up; nil if it
  /// does something else.
  fileprivate func blocks(summedBy node: Node) -> [Int]? {
    guard let reduce = node.op as? Reduce, reduce.function == .sum, reduce.program.isIdentity,
      reduce.axes == [2, 4], self[node.operands[0]].op is Reshape
    else { return nil }
    let blocks = shape(node.operands[0])
    let picture = shape(self[node.operands[0]].operands[0])
    guard blocks.rank == 6, picture.rank == 4, blocks[0] == picture[0], blocks[5] == picture[3],
      blocks[1] * blocks[2] == picture[1], blocks[3] * blocks[4] == picture[2]
    else { return nil }
    return [blocks[2], blocks[4]]
  }
}

extension Weight {
  /// The kernel `[O, C, kh, kw]` added to itself at all shifts below the factors.
  fileprivate func summedOverShifts(_ factors: [Int]) -> Weight {
    let target = [shape[0], shape[1], shape[2] + factors[0] - 1, shape[3] + factors[1] - 1]
    return .made(by: ShiftedSum(factors: factors), of: [self], shape: Shape(target))
  }
}

/// A kernel `[O, C, kh, kw]` added to itself at all shifts below the factors, in `Double`.
private struct ShiftedSum: WeightRule {
  let factors: [Int]

  func result(of operands: [HostTensor]) -> HostTensor {
    let (shape, elements) = (operands[0].shape, operands[0].elements)
    let (kh, kw) = (shape[2], shape[3])
    let target = Shape([shape[0], shape[1], kh + factors[0] - 1, kw + factors[1] - 1])
    var sums = [Double](repeating: 0, count: target.count)
    for row in 0..<(shape[0] * shape[1] * kh) {
      let (pair, ky) = (row / kh, row % kh)
      for p in 0..<factors[0] {
        let first = (pair * target[2] + ky + p) * target[3]
        for kx in 0..<kw {
          for q in 0..<factors[1] { sums[first + kx + q] += Double(elements[row * kw + kx]) }
        }
      }
    }
    return HostTensor(target, sums.map { Float($0) })
  }
}
