import TGIR
import TGTensor

extension GraphBuilder {
  /// The adjoint of a convolution with respect to its picture, channels-last: `x` `[N, H, W, C]`,
  /// the convolution's kernel `w` `[C, O / groups, kh, kw]` and form, `before` its padding above and
  /// on the left, `size` the rows and columns of the result.
  ///
  /// A convolution in stride² phases (Dumoulin & Visin 2016, section 4): no zero is inserted.
  ///
  /// - Throws: `TypeRuleError` if the convolution is none.
  mutating func transposedConvolution(
    _ x: Value, _ w: Value, stride: [Int], before: [Int], dilation: [Int], groups: Int, size: [Int]
  ) throws(TypeRuleError) -> Value {
    let kernel = try turnedKernel(w, groups: groups)
    let extents = shape(w).dimensions
    var phases: [Conv2D.Phase] = []
    var operands = [x]
    for row in 0..<stride[0] {
      let rows = TransposedTaps(
        phase: row, stride: stride[0], pad: before[0], kernel: extents[2], dilation: dilation[0])
      for column in 0..<stride[1] {
        let columns = TransposedTaps(
          phase: column, stride: stride[1], pad: before[1], kernel: extents[3],
          dilation: dilation[1])
        phases.append(.init(padTop: rows.pad, padLeft: columns.pad, originY: row, originX: column))
        operands.append(
          try gathered(columns.taps, of: gathered(rows.taps, of: kernel, axis: 2), axis: 3))
      }
    }
    let apart = (0..<2).map { dilation[$0] / greatestDivisor(dilation[$0], stride[$0]) }
    let op = Conv2D(
      dilation: apart, scale: stride, groups: groups, phases: phases, outputSize: size)
    return try insert(op, operands)
  }

  /// `[C, O / groups, kh, kw]` → `[O, C / groups, kh, kw]`, group by group.
  mutating func turnedKernel(_ w: Value, groups: Int) throws(TypeRuleError) -> Value {
    let e = shape(w).dimensions
    let cut = try reshape(w, [groups, e[0] / groups, e[1], e[2], e[3]])
    return try reshape(
      transpose(cut, [0, 2, 1, 3, 4]), [e[1] * groups, e[0] / groups, e[2], e[3]])
  }

  /// The given positions of an axis, in that order; zeros where there is none.
  mutating func gathered(
    _ positions: [Int?], of x: Value, axis: Int
  ) throws(TypeRuleError) -> Value {
    if positions == Array(0..<shape(x)[axis]) { return x }
    let op = Resample(
      axis: axis, starts: positions.map { $0 ?? 0 }, taps: 1,
      weights: positions.map { $0 == nil ? 0 : 1 })
    return try insert(op, [x])
  }
}

/// The taps of one phase of a transposed convolution along one axis.
///
/// Output position `o = phase + stride·i` receives tap `k` from input `(o + pad − k·dilation) /
/// stride` where that divides. Neighbouring taps are `dilation / gcd(dilation, stride)` input
/// positions apart, in every phase.
private struct TransposedTaps {
  /// The taps by rising input position; a single nil if the phase has none.
  let taps: [Int?]
  /// Zeros before the first input position that output position `phase` reads.
  let pad: Int

  init(phase: Int, stride: Int, pad: Int, kernel: Int, dilation: Int) {
    let taps = (0..<kernel).reversed().filter { (phase + pad - $0 * dilation) % stride == 0 }
    self.taps = taps.isEmpty ? [nil] : taps
    self.pad = taps.first.map { ($0 * dilation - phase - pad) / stride } ?? 0
  }
}

/// Euclid's, of positive numbers.
private func greatestDivisor(_ a: Int, _ b: Int) -> Int {
  b == 0 ? a : greatestDivisor(b, a % b)
}
