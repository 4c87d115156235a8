package import TGIR
import TGOps
import TGPlan
import TGTensor

/// `convolution(upsample(x, f), w) → convolution of x in f² phases with summed kernels`.
///
/// Row `u` of the enlarged picture is row `⌊u / f⌋` of `x`, so output row `f·i + p` with kernel row
/// `k` reads row `i + ⌊(p + k − pad) / f⌋`: kernel rows that read the same row are added up. For
/// factor 2 and a 3×3 kernel, nine products become four. A row outside the enlarged picture is a
/// row outside `x`, so the border is exact. A kernel of 1×1 sees one row and column: its convolution is
/// that of `x`, enlarged afterwards, a product for each element of `x` instead of f².
///
/// Effect on numbers: reassociating.
package struct SplitUpsampledConvolutions: Pass {
  package static let name = "SplitUpsampledConvolutions"
  package static let needs: Set<GraphForm> = [.constantsFolded, .transposesSunk, .scalesFolded]

  package init() {}

  package func run(_ graph: Graph) throws -> Graph {
    try graph.rewritten { node, _, builder in
      guard let op = node.op as? Conv2D, op.stride == [1, 1], op.dilation == [1, 1],
        op.scale == [1, 1], let phase = op.phases.first,
        let upsample = builder[node.operands[0]].op as? Upsample, upsample.factors != [1, 1],
        upsample.factors.allSatisfy({ $0 < 64 }),
        let kernel = builder.constant(of: node.operands[1])?.weight
      else { return nil }
      let factors = upsample.factors
      let x = builder[node.operands[0]].operands[0]
      if let small = op.ofOneTap(kernel.shape, enlarging: builder.shape(x), by: factors) {
        return try builder.insert(upsample, [builder.insert(small, [x, node.operands[1]])])
      }
      let rows = (0..<factors[0]).map {
        SummedTaps(phase: $0, factor: factors[0], pad: phase.padTop, kernel: kernel.shape[2])
      }
      let columns = (0..<factors[1]).map {
        SummedTaps(phase: $0, factor: factors[1], pad: phase.padLeft, kernel: kernel.shape[3])
      }
      var split = op
      split.scale = factors
      split.phases = []
      var operands = [x]
      for (y, row) in rows.enumerated() {
        for (x, column) in columns.enumerated() {
          split.phases.append(
            .init(padTop: row.pad, padLeft: column.pad, originY: y, originX: x))
          operands.append(try builder.constant(kernel.summed(row, column)))
        }
      }
      return try builder.insert(split, operands + node.operands[2...])
    }
  }
}

extension Conv2D {
  /// The same convolution of a picture that is not enlarged yet, if the kernel has one tap for each
  /// position of the enlarged picture; nil otherwise.
  fileprivate func ofOneTap(_ kernel: Shape, enlarging x: Shape, by factors: [Int]) -> Conv2D? {
    guard kernel[2] == 1, kernel[3] == 1, phases[0].padTop == 0, phases[0].padLeft == 0,
      outputSize == [x[1] * factors[0], x[2] * factors[1]], epilogue == .identity
    else { return nil }
    var small = self
    small.outputSize = [x[1], x[2]]
    return small
  }
}

/// Which kernel positions of one phase fall on which input position.
private struct SummedTaps: Hashable {
  /// For each kernel position the position in the summed kernel.
  let targets: [Int]
  /// The extent of the summed kernel.
  let count: Int
  /// Zeros before the first input position that the phase reads.
  let pad: Int

  init(phase: Int, factor: Int, pad: Int, kernel: Int) {
    let reads = (0..<kernel).map { k in
      let distance = phase + k - pad
      return (distance - ((distance % factor) + factor) % factor) / factor
    }
    targets = reads.map { $0 - reads[0] }
    count = reads[kernel - 1] - reads[0] + 1
    self.pad = -reads[0]
  }
}

extension Weight {
  /// The kernel `[O, C, kh, kw]` with positions that read the same input position added.
  fileprivate func summed(_ rows: SummedTaps, _ columns: SummedTaps) -> Weight {
    .made(
      by: SummedKernel(rows: rows, columns: columns), of: [self],
      shape: Shape([shape[0], shape[1], rows.count, columns.count]))
  }
}

/// A kernel `[O, C, kh, kw]` with positions that read the same input position added, in `Double`.
private struct SummedKernel: WeightRule {
  let rows: SummedTaps
  let columns: SummedTaps

  func result(of operands: [HostTensor]) -> HostTensor {
    let (shape, elements) = (operands[0].shape, operands[0].elements)
    let (kh, kw) = (shape[2], shape[3])
    let target = Shape([shape[0], shape[1], rows.count, columns.count])
    var sums = [Double](repeating: 0, count: target.count)
    for pair in 0..<(shape[0] * shape[1]) {
      for ky in 0..<kh {
        for kx in 0..<kw {
          let position =
            (pair * rows.count + rows.targets[ky]) * columns.count + columns.targets[kx]
          sums[position] += Double(elements[(pair * kh + ky) * kw + kx])
        }
      }
    }
    return HostTensor(target, sums.map { Float($0) })
  }
}
