package import TGIR
package import TGPlan
package import TGTensor

/// The largest element, or the average, of windows of a channels-last picture.
///
/// - Operands: `x` `[N, H, W, C]`. Result: `[N, outputHeight, outputWidth, C]`.
/// - Gradient: to the largest element (`max_pool_gradient`), or each element its share of its windows.
/// - C1: `x` has rank 4; kernel, stride and size are positive.
/// - C2: every window has a position inside the picture.
package struct Pool: Op {
  package static let mnemonic = "pool"
  package static let samples = Pooling.Function.allCases.flatMap { function in
    [
      OpSample(
        Pool(function, kernel: [2, 2], stride: [2, 2], padding: [0, 0], outputSize: [3, 2]),
        [[2, 6, 5, 3]]),
      OpSample(
        Pool(function, kernel: [3, 3], stride: [1, 1], padding: [1, 1], outputSize: [5, 4]),
        [[1, 5, 4, 17]]),
    ]
  }
  /// What is made of a window.
  package var function: Pooling.Function
  /// Rows and columns of the window.
  package var kernel: [Int]
  /// Rows and columns from window to window.
  package var stride: [Int]
  /// Rows above and columns left of the picture.
  package var padding: [Int]
  /// Rows and columns of the result.
  package var outputSize: [Int]

  /// Makes a pooling.
  package init(
    _ function: Pooling.Function, kernel: [Int], stride: [Int], padding: [Int], outputSize: [Int]
  ) {
    self.function = function
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.outputSize = outputSize
  }

  package var attributes: [Attribute] {
    [
      Attribute("function", .int(function.rawValue)), Attribute("kernel", .ints(kernel)),
      Attribute("stride", .ints(stride)), Attribute("padding", .ints(padding)),
      Attribute("size", .ints(outputSize)),
    ]
  }

  package init(attributes: AttributeReader) throws(AttributeError) {
    guard let function = Pooling.Function(rawValue: try attributes.int("function")) else {
      throw AttributeError("`function` is no pooling")
    }
    self.init(
      function, kernel: try attributes.ints("kernel", count: 2),
      stride: try attributes.ints("stride", count: 2),
      padding: try attributes.ints("padding", count: 2),
      outputSize: try attributes.ints("size", count: 2))
  }

  package func resultShape(for operands: [Shape]) throws(TypeRuleError) -> Shape {
    try operands.expect(1)
    let x = operands[0]
    // pool_c1, pool_c2
    try checkWindows(kernel: kernel, stride: stride, padding: padding, size: outputSize, over: x)
    return try makeShape([x[0], outputSize[0], outputSize[1], x[3]])
  }

  package func reference(_ operands: [ReferenceTensor]) -> ReferenceTensor {
    let x = operands[0]
    let (height, width, channels) = (x.shape[1], x.shape[2], x.shape[3])
    var result = ReferenceTensor([x.shape[0], outputSize[0], outputSize[1], channels])
    for element in 0..<result.shape.count {
      let (c, column) = (element % channels, element / channels % outputSize[1])
      let row = element / channels / outputSize[1] % outputSize[0]
      let n = element / channels / outputSize[1] / outputSize[0]
      var values: [Double] = []
      for ky in 0..<kernel[0] {
        for kx in 0..<kernel[1] {
          let y = row * stride[0] + ky - padding[0]
          let z = column * stride[1] + kx - padding[1]
          guard (0..<height).contains(y), (0..<width).contains(z) else { continue }
          values.append(x[((n * height + y) * width + z) * channels + c])
        }
      }
      result[element] =
        switch function {
        case .maximum: values.max() ?? -.infinity
        case .average: values.reduce(0, +) / Double(values.count)
        case .averageCountingPadding: values.reduce(0, +) / Double(kernel[0] * kernel[1])
        }
    }
    return result
  }

  package func lower(into context: inout some LoweringContext) throws(LoweringError) {
    let input = context.rows(0)
    context.emit(
      .pool(
        Pooling(
          function: function, input: input, output: context.output(),
          window: Pooling.Window(
            kernelHeight: kernel[0],
            kernelWidth: kernel[1], strideY: stride[0], strideX: stride[1], padTop: padding[0],
            padLeft: padding[1]))))
  }
}
