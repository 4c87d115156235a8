package import TGIR
import TGPlan
package import TGTensor

/// The adjoint of the largest element of windows: what `Pool` of `maximum` passes back.
///
/// `y = 0`, then each `g[n, i, j, c]` is added to `y` at the first largest element of its window of
/// `x`, rows first. Windows that overlap add up. Not-a-number is larger than every number, the last
/// of several is taken, as in PyTorch.
///
/// - Operands: `x` `[N, H, W, C]`, `g` `[N, OH, OW, C]`. Result: the shape of `x`.
/// - Gradient: none towards `x`, on which only the choice depends; refused towards `g`.
/// - C1: `x` has rank 4; kernel and stride are positive.
/// - C2: every window has a position inside the picture.
/// - C3: `g` has one number for each window and channel.
package struct MaxPoolGradientOp: Op {
  package static let mnemonic = "max_pool_gradient"
  package static let samples = [
    OpSample(
      MaxPoolGradientOp(kernel: [2, 2], stride: [2, 2], padding: [0, 0]),
      [[2, 6, 5, 3], [2, 3, 2, 3]]),
    OpSample(
      MaxPoolGradientOp(kernel: [3, 3], stride: [1, 1], padding: [1, 1]),
      [[1, 5, 4, 17], [1, 5, 4, 17]]),
    OpSample(
      MaxPoolGradientOp(kernel: [3, 2], stride: [2, 1], padding: [1, 1]),
      [[2, 7, 3, 67], [2, 4, 4, 67]]),
    // Few values: most windows have several largest elements.
    OpSample(
      MaxPoolGradientOp(kernel: [3, 3], stride: [2, 2], padding: [0, 0]),
      [[1, 9, 8, 5], [1, 4, 4, 5]], wholeNumbers: [0: 3]),
    // Rows that no window reaches, and windows of one position.
    OpSample(
      MaxPoolGradientOp(kernel: [1, 1], stride: [3, 2], padding: [0, 0]),
      [[1, 8, 7, 4], [1, 3, 4, 4]]),
  ]
  /// Rows and columns of the window.
  package var kernel: [Int]
  /// Rows and columns from window to window.
  package var stride: [Int]
  /// Rows above and columns left of the picture.
  package var padding: [Int]

  /// Makes the adjoint of a pooling.
  package init(kernel: [Int], stride: [Int], padding: [Int]) {
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
  }

  package var attributes: [Attribute] {
    [
      Attribute("kernel", .ints(kernel)), Attribute("stride", .ints(stride)),
      Attribute("padding", .ints(padding)),
    ]
  }

  package init(attributes: AttributeReader) throws(AttributeError) {
    self.init(
      kernel: try attributes.ints("kernel", count: 2),
      stride: try attributes.ints("stride", count: 2),
      padding: try attributes.ints("padding", count: 2))
  }

  package func resultShape(for operands: [Shape]) throws(TypeRuleError) -> Shape {
    try operands.expect(2)
    let (x, g) = (operands[0], operands[1])
    guard g.rank == 4, x.rank == 4, g[0] == x[0], g[3] == x[3] else {  // max_pool_gradient_c3
      throw TypeRuleError("a gradient \(g) of windows of \(x)", id: "pool", operand: 1)
    }
    // max_pool_gradient_c1, max_pool_gradient_c2
    try checkWindows(
      kernel: kernel, stride: stride, padding: padding, size: [g[1], g[2]], over: x)
    return x
  }

  package func reference(_ operands: [ReferenceTensor]) -> ReferenceTensor {
    let (x, g) = (operands[0], operands[1])
    let (height, width, channels) = (x.shape[1], x.shape[2], x.shape[3])
    var result = ReferenceTensor(x.shape)
    for element in 0..<g.shape.count {
      let (c, column) = (element % channels, element / channels % g.shape[2])
      let row = element / channels / g.shape[2] % g.shape[1]
      let n = element / channels / g.shape[2] / g.shape[1]
      var best: Int?
      for ky in 0..<kernel[0] {
        for kx in 0..<kernel[1] {
          let y = row * stride[0] + ky - padding[0]
          let z = column * stride[1] + kx - padding[1]
          guard (0..<height).contains(y), (0..<width).contains(z) else { continue }
          let here = ((n * height + y) * width + z) * channels + c
          if let largest = best, !(x[here] > x[largest] || x[here].isNaN) { continue }
          best = here
        }
      }
      if let best { result[best] += g[element] }
    }
    return result
  }

  package func lower(into context: inout some LoweringContext) throws(LoweringError) {
    let (input, gradient) = (context.rows(0), context.rows(1))
    context.emit(
      .maxPoolGradient(
        MaxPoolGradient(
          input: input, gradient: gradient, output: context.output(),
          window: Pooling.Window(
            kernelHeight: kernel[0],
            kernelWidth: kernel[1], strideY: stride[0], strideX: stride[1], padTop: padding[0],
            padLeft: padding[1]))))
  }

  package func pullback(
    _ cotangent: Value, of operands: [Value], result: Value, towards wanted: [Bool],
    in graph: inout GraphBuilder
  ) throws(PullbackError) -> [Value?] {
    guard !wanted[1] else {
      throw .notDifferentiable(
        reason: "the largest of a window is differentiated once, not twice",
        hint: "average pooling has all derivatives")
    }
    return [nil, nil]
  }
}
