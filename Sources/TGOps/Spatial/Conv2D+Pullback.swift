package import TGIR
import TGPlan
import TGTensor

extension Conv2D {
  /// Towards the picture: a strided convolution becomes one in phases, and one in phases a strided
  /// one. Towards a kernel: one matrix product for each of its taps.
  package func pullback(
    _ cotangent: Value, of operands: [Value], result: Value, towards wanted: [Bool],
    in graph: inout GraphBuilder
  ) throws(PullbackError) -> [Value?] {
    try PullbackError.refuse(epilogue)
    guard scale == [1, 1] || stride == [1, 1] else {
      throw .notDifferentiable(
        reason: "there is no rule for a convolution in phases with a stride", hint: nil)
    }
    guard !wanted[0] || stride.allSatisfy({ $0 < 64 }) else {
      throw .notDifferentiable(
        reason: "the gradient of a convolution is made for strides below 64, not \(stride)",
        hint: nil)
    }
    return try rule {
      var parts = [Value?](repeating: nil, count: operands.count)
      let size = Array(graph.shape(operands[0]).dimensions[1..<3])
      if wanted[0], scale == [1, 1] {
        parts[0] = try graph.transposedConvolution(
          cotangent, operands[1], stride: stride, before: [phases[0].padTop, phases[0].padLeft],
          dilation: dilation, groups: groups, size: size)
      } else if wanted[0] {
        parts[0] = try towardsEnlarged(cotangent, Array(operands[1...]), size, &graph)
      }
      guard wanted.dropFirst().contains(true) else { return parts }
      let picture = try PaddedPicture(self, operands, &graph)
      for index in phases.indices where wanted[1 + index] {
        parts[1 + index] = try towardsKernel(index, operands, cotangent, picture, &graph)
      }
      return parts
    }
  }

  /// The picture's cotangent of a convolution in phases: all phases' kernels interleaved, one
  /// strided convolution.
  ///
  /// Position r of the picture receives tap k of a phase from result position `r · scale + t` with
  /// `t = origin + (pad − k · dilation) · scale`.
  private func towardsEnlarged(
    _ g: Value, _ kernels: [Value], _ size: [Int], _ graph: inout GraphBuilder
  ) throws(TypeRuleError) -> Value {
    // For each axis, phase and tap: t.
    let offsets = (0..<2).map { axis in
      zip(phases, kernels).map { phase, kernel in
        let (origin, pad) =
          axis == 0 ? (phase.originY, phase.padTop) : (phase.originX, phase.padLeft)
        return (0..<graph.shape(kernel)[2 + axis]).map { k in
          origin + (pad - k * dilation[axis]) * scale[axis]
        }
      }
    }
    let first = offsets.map { $0.joined().min() ?? 0 }
    let last = offsets.map { $0.joined().max() ?? 0 }
    var sum: Value?
    for (index, kernel) in kernels.enumerated() {
      var spread = try graph.turnedKernel(kernel, groups: groups)
      for axis in 0..<2 {
        let taps = (first[axis]...last[axis]).map { offsets[axis][index].firstIndex(of: $0) }
        spread = try graph.gathered(taps, of: spread, axis: 2 + axis)
      }
      if let known = sum { sum = try graph.add(known, spread) } else { sum = spread }
    }
    let op = Conv2D(
      stride: scale, groups: groups, phases: [.init(padTop: -first[0], padLeft: -first[1])],
      outputSize: size)
    return try graph.insert(op, [g, sum ?? kernels[0]])
  }

  /// `w[o, c, ky, kx]` receives `Σ x[n, i·stride + ky·dilation − pad, …, c] · g[n, i, j, o]`.
  private func towardsKernel(
    _ index: Int, _ operands: [Value], _ cotangent: Value, _ picture: PaddedPicture,
    _ graph: inout GraphBuilder
  ) throws(TypeRuleError) -> Value {
    let (phase, e) = (phases[index], graph.shape(operands[1 + index]).dimensions)
    let size = resultSize(of: phase)
    guard size.allSatisfy({ $0 > 0 }) else {
      return try graph.constant(HostTensor(Shape(e), repeating: 0))
    }
    let batch = graph.shape(cotangent)[0]
    let g = try graph.insert(
      Slice(
        starts: [0, phase.originY, phase.originX, 0], counts: [batch] + size + [e[0]],
        steps: [1] + scale + [1]), [cotangent])
    var parts: [Value] = []
    for ky in 0..<e[2] {
      for kx in 0..<e[3] {
        let seen = try graph.insert(
          Slice(
            starts: [
              0, ky * dilation[0] - phase.padTop + picture.before[0],
              kx * dilation[1] - phase.padLeft + picture.before[1], 0,
            ], counts: [batch] + size + [e[1] * groups], steps: [1] + stride + [1]),
          [picture.value])
        let product = try correlation(g, seen, &graph)
        parts.append(try graph.reshape(product, [1, e[0], e[1]]))
      }
    }
    let stacked = try graph.reshape(
      graph.concat(parts, axis: 0), [e[2], e[3], e[0], e[1]])
    return try graph.transpose(stacked, [2, 3, 0, 1])
  }

  /// `Σ g[n, i, j, o] · x[n, i, j, c]` for each `o` and each `c` of its group: `O · C / groups`
  /// numbers.
  private func correlation(_ g: Value, _ x: Value, _ graph: inout GraphBuilder)
    throws(TypeRuleError) -> Value
  {
    let (out, channels) = (graph.shape(g)[3], graph.shape(x)[3])
    if groups == channels, groups == out {
      return try graph.insert(Reduce(.sum, axes: [0, 1, 2]), [graph.multiply(g, x)])
    }
    let rows = graph.shape(g).count / max(out, 1)
    if groups == 1 {
      let left = try graph.transpose(graph.reshape(g, [rows, out]), [1, 0])
      return try graph.insert(MatMul(), [left, graph.reshape(x, [rows, channels])])
    }
    let left = try graph.transpose(graph.reshape(g, [rows, groups, out / groups]), [1, 2, 0])
    let right = try graph.reshape(x, [rows, groups, channels / groups])
    return try graph.insert(MatMul(), [left, graph.transpose(right, [1, 0, 2])])
  }
}

/// The picture with all the zeros around it that any phase reads.
private struct PaddedPicture {
  let value: Value
  /// Zeros above and on the left.
  let before: [Int]

  init(_ op: Conv2D, _ operands: [Value], _ graph: inout GraphBuilder) throws(TypeRuleError) {
    let extents = graph.shape(operands[0]).dimensions
    var (before, after) = ([0, 0, 0, 0], [0, 0, 0, 0])
    for (phase, kernel) in zip(op.phases, operands[1...]) {
      for (axis, pad) in [phase.padTop, phase.padLeft].enumerated() {
        let last =
          (op.resultSize(of: phase)[axis] - 1) * op.stride[axis]
          + (graph.shape(kernel)[2 + axis] - 1) * op.dilation[axis] - pad
        before[1 + axis] = max(before[1 + axis], pad)
        after[1 + axis] = max(after[1 + axis], last - extents[1 + axis] + 1)
      }
    }
    let needed = (before + after).contains { $0 > 0 }
    value =
      needed ? try graph.insert(Pad(before: before, after: after), [operands[0]]) : operands[0]
    self.before = Array(before[1...2])
  }
}
