package import TGIR
package import TGPlan
package import TGTensor

/// Rows and columns of zeros around a picture.
package struct Padding: Hashable, Sendable {
  /// Rows above.
  package var top: Int
  /// Rows below.
  package var bottom: Int
  /// Columns on the left.
  package var left: Int
  /// Columns on the right.
  package var right: Int

  /// Makes a border.
  package init(top: Int, bottom: Int, left: Int, right: Int) {
    self.top = top
    self.bottom = bottom
    self.left = left
    self.right = right
  }

  /// The same above and below, left and right.
  package init(_ rows: Int, _ columns: Int) {
    self.init(top: rows, bottom: rows, left: columns, right: columns)
  }
}

// Pictures enter and leave as `[N, C, H, W]`, the framework's order; the ops work channels-last, so
// each call stands between two transpositions, which the compiler cancels.
extension GraphBuilder {
  private mutating func channelsLast(_ x: Value) throws(TypeRuleError) -> Value {
    guard shape(x).rank == 4 else {
      throw TypeRuleError("a picture [N, C, H, W] is needed, not \(shape(x))", id: "rank")
    }
    return try insert(Transpose.toChannelsLast, [x])
  }

  private mutating func channelsFirst(_ x: Value) throws(TypeRuleError) -> Value {
    try insert(Transpose.toChannelsFirst, [x])
  }

  /// Convolution (cross-correlation) of `x` `[N, C, H, W]` with `w` `[O, C / groups, kh, kw]`.
  ///
  /// - Throws: `TypeRuleError` if channels, groups or extents do not fit.
  package mutating func convolution(
    _ x: Value, _ w: Value, stride: [Int] = [1, 1], padding: Padding, dilation: [Int] = [1, 1],
    groups: Int = 1
  ) throws(TypeRuleError) -> Value {
    let (picture, kernel) = (shape(x), shape(w))
    guard picture.rank == 4, kernel.rank == 4 else {
      throw TypeRuleError("a convolution of \(picture) with \(kernel)", id: "rank")
    }
    guard (stride + dilation).allSatisfy({ $0 > 0 && $0 < 65_536 }) else {
      throw TypeRuleError("stride \(stride) and dilation \(dilation) must be positive")
    }
    let heights = picture[2] + padding.top + padding.bottom - (kernel[2] - 1) * dilation[0] - 1
    let widths = picture[3] + padding.left + padding.right - (kernel[3] - 1) * dilation[1] - 1
    guard heights >= 0, widths >= 0 else {
      throw TypeRuleError("a kernel \(kernel) is larger than the padded picture \(picture)")
    }
    let op = Conv2D(
      stride: stride, dilation: dilation, groups: groups,
      phases: [.init(padTop: padding.top, padLeft: padding.left)],
      outputSize: [heights / stride[0] + 1, widths / stride[1] + 1])
    return try channelsFirst(insert(op, [channelsLast(x), w]))
  }

  /// Transposed convolution of `x` `[N, C, H, W]` with `w` `[C, O / groups, kh, kw]`: the gradient
  /// of a convolution with respect to its picture. The result has `(H − 1)·stride − padding +
  /// (kh − 1)·dilation + 1 + outputPadding` rows, likewise columns.
  ///
  /// - Throws: `TypeRuleError` if channels, groups or extents do not fit.
  package mutating func convolutionTransposed(
    _ x: Value, _ w: Value, stride: [Int], padding: Padding, outputPadding: [Int] = [0, 0],
    dilation: [Int] = [1, 1], groups: Int = 1
  ) throws(TypeRuleError) -> Value {
    let (picture, kernel) = (shape(x), shape(w))
    guard picture.rank == 4, kernel.rank == 4, groups > 0, picture[1] % groups == 0,
      kernel[0] == picture[1]
    else {
      throw TypeRuleError(
        "a transposed convolution of \(picture) with \(kernel)", id: "channels", operand: 1)
    }
    guard (stride + dilation).allSatisfy({ $0 > 0 && $0 < 64 }) else {
      throw TypeRuleError("stride \(stride) and dilation \(dilation) must be 1 to 63")
    }
    let pads = [padding.top + padding.bottom, padding.left + padding.right]
    let size = (0..<2).map { axis in
      (picture[2 + axis] - 1) * stride[axis] - pads[axis] + (kernel[2 + axis] - 1) * dilation[axis]
        + 1 + outputPadding[axis]
    }
    guard size.allSatisfy({ $0 > 0 }) else {
      throw TypeRuleError("padding leaves nothing of the result \(size)")
    }
    return try channelsFirst(
      transposedConvolution(
        channelsLast(x), w, stride: stride, before: [padding.top, padding.left],
        dilation: dilation, groups: groups, size: size))
  }

  /// Maximum or average of windows of `x` `[N, C, H, W]`. With `ceiling`, a last partial window
  /// counts.
  ///
  /// An average that counts the padding divides by the positions of its window inside the padded
  /// picture. Where a window hangs over that, zeros are laid around the picture, and the average is
  /// of what lies inside.
  ///
  /// - Throws: `TypeRuleError` if a window lies wholly outside.
  package mutating func pool(
    _ function: Pooling.Function, _ x: Value, kernel: [Int], stride: [Int], padding: Padding,
    ceiling: Bool = false
  ) throws(TypeRuleError) -> Value {
    let picture = shape(x)
    guard picture.rank == 4, (kernel + stride).allSatisfy({ $0 > 0 }) else {
      throw TypeRuleError("a window \(kernel) with stride \(stride) over \(picture)", id: "pool")
    }
    let (before, after) = ([padding.top, padding.left], [padding.bottom, padding.right])
    var size: [Int] = []
    var hangsOver = false
    for axis in 0..<2 {
      let extent = before[axis] + picture[2 + axis] + after[axis]
      guard extent >= kernel[axis] else {
        throw TypeRuleError("a window \(kernel) is larger than the picture \(picture)", id: "pool")
      }
      var count = (extent - kernel[axis] + (ceiling ? stride[axis] - 1 : 0)) / stride[axis] + 1
      // A window must start inside the picture or its leading border.
      if (count - 1) * stride[axis] >= picture[2 + axis] + before[axis] { count -= 1 }
      hangsOver = hangsOver || (count - 1) * stride[axis] + kernel[axis] > extent
      size.append(count)
    }
    let op = Pool(function, kernel: kernel, stride: stride, padding: before, outputSize: size)
    let rows = try channelsLast(x)
    guard function == .averageCountingPadding, hangsOver else {
      return try channelsFirst(insert(op, [rows]))
    }
    try checkWindows(
      kernel: kernel, stride: stride, padding: before, size: size, over: shape(rows))
    let padded = try insert(Pad(before: [0] + before + [0], after: [0] + after + [0]), [rows])
    let inside = Pool(.average, kernel: kernel, stride: stride, padding: [0, 0], outputSize: size)
    return try channelsFirst(insert(inside, [padded]))
  }

  /// `x` `[N, C, H, W]` enlarged by repeating rows and columns.
  ///
  /// - Throws: `TypeRuleError` if the result is too large.
  package mutating func upsample(_ x: Value, by factors: [Int]) throws(TypeRuleError) -> Value {
    try channelsFirst(insert(Upsample(factors), [channelsLast(x)]))
  }

  /// `x` resampled along one axis by a table.
  ///
  /// - Throws: `TypeRuleError` if the table was made for another extent.
  package mutating func resample(_ x: Value, axis: Int, _ table: ResampleTable)
    throws(TypeRuleError) -> Value
  {
    guard axis >= 0, axis < shape(x).rank, shape(x)[axis] == table.inputSize else {
      throw TypeRuleError(
        "a table for \(table.inputSize) positions over axis \(axis) of \(shape(x))")
    }
    return try insert(
      Resample(axis: axis, starts: table.starts, taps: table.taps, weights: table.weights), [x])
  }
}
