package import TGIR
package import TGPlan
package import TGTensor

/// Direct convolution of channels-last pictures, in one or several output phases.
///
/// One op for three forms of the literature: an ordinary convolution has one phase; a transposed
/// one of stride s has s² (no zero is inserted, Dumoulin & Visin 2016, section 4); so has a
/// convolution of a picture enlarged by nearest neighbour.
///
/// - Operands: `x` `[N, H, W, C]`; one kernel `[O, C / groups, kh, kw]` for each phase; then the
///   epilogue's. Result: `[N, outputHeight, outputWidth, O]`.
/// - Gradient: towards `x` a convolution in stride² phases, or of one in phases a strided one; towards
///   a kernel one matrix product for each of its taps. Refused: phases together with a stride.
/// - Phase p computes `y[n, originY + i·scaleY, originX + j·scaleX, o] = Σ x[n, i·strideY +
///   ky·dilationY − padTop, j·strideX + kx·dilationX − padLeft, c] · w[o, c, ky, kx]`, zeros outside.
/// - C1: groups divide the channels; kernels agree in O and C / groups.
/// - C2: the phases' origins are all residues of scaleY × scaleX, once each.
/// - C3: extents, strides and dilations are positive.
/// - C4: of tiles there is a form for one square kernel at least; rows and columns have one stride,
///   dilation and groups are 1.
/// - C5: products of bfloat16 are not for a kernel for each channel.
package struct Conv2D: WeightedSums {
  /// Which output positions one kernel computes, and where it starts.
  package struct Phase: Hashable, Sendable {
    /// Rows of zeros above the picture; negative skips rows.
    package var padTop: Int
    /// Columns of zeros left of the picture; negative skips columns.
    package var padLeft: Int
    /// The first output row.
    package var originY: Int
    /// The first output column.
    package var originX: Int

    /// Makes a phase.
    package init(padTop: Int, padLeft: Int, originY: Int = 0, originX: Int = 0) {
      self.padTop = padTop
      self.padLeft = padLeft
      self.originY = originY
      self.originX = originX
    }
  }

  package static let mnemonic = "convolution"
  /// Input rows and columns from one output position of a phase to the next.
  package var stride: [Int]
  /// Input rows and columns between taps of the kernel.
  package var dilation: [Int]
  /// Output rows and columns between positions of one phase.
  package var scale: [Int]
  /// Independent groups of channels.
  package var groups: Int
  /// The phases.
  package var phases: [Phase]
  /// Results along each side of the tiles of phases that have such a form (`WinogradForm`); 0, which IR
  /// text leaves out, for direct sums of all.
  package var tile: Int
  /// See `WeightedSums`.
  package var precision: TGPlan.Convolution.Precision
  /// Rows and columns of the result.
  package var outputSize: [Int]
  /// Applied to each result; operand 0 is the sum of products.
  package var epilogue: PointwiseProgram

  /// Makes a convolution.
  package init(
    stride: [Int] = [1, 1], dilation: [Int] = [1, 1], scale: [Int] = [1, 1], groups: Int = 1,
    phases: [Phase], outputSize: [Int], tile: Int = 0,
    precision: TGPlan.Convolution.Precision = .float32, epilogue: PointwiseProgram = .identity
  ) {
    self.stride = stride
    self.dilation = dilation
    self.scale = scale
    self.groups = groups
    self.phases = phases
    self.outputSize = outputSize
    self.tile = tile
    self.precision = precision
    self.epilogue = epilogue
  }

  package var carried: CarriedProgram? {
    get { CarriedProgram(epilogue: epilogue, after: 1 + phases.count) }
    set { epilogue = newValue?.program ?? epilogue }
  }

  package var attributes: [Attribute] {
    [
      Attribute("stride", .ints(stride)), Attribute("dilation", .ints(dilation)),
      Attribute("scale", .ints(scale)), Attribute("groups", .int(groups)),
      Attribute(
        "phases", .ints(phases.flatMap { [$0.padTop, $0.padLeft, $0.originY, $0.originX] })),
      Attribute("size", .ints(outputSize)), Attribute("epilogue", .program(epilogue)),
    ] + (tile == 0 ? [] : [Attribute("tile", .int(tile))])
      + precision.attributes
  }

  package init(attributes: AttributeReader) throws(AttributeError) {
    let flat = try attributes.ints("phases")
    guard flat.count % 4 == 0 else { throw AttributeError("`phases` are not fours of numbers") }
    self.init(
      stride: try attributes.ints("stride", count: 2),
      dilation: try attributes.ints("dilation", count: 2),
      scale: try attributes.ints("scale", count: 2), groups: try attributes.int("groups"),
      phases: Swift.stride(from: 0, to: flat.count, by: 4).map {
        Phase(
          padTop: flat[$0], padLeft: flat[$0 + 1], originY: flat[$0 + 2], originX: flat[$0 + 3])
      }, outputSize: try attributes.ints("size", count: 2),
      tile: attributes.has("tile") ? try attributes.int("tile") : 0,
      precision: try .init(attributes),
      epilogue: try attributes.program("epilogue"))
  }

  package func resultShape(for operands: [Shape]) throws(TypeRuleError) -> Shape {
    try operands.expect(atLeast: 1 + phases.count)
    let x = operands[0]
    guard x.rank == 4 else {
      throw TypeRuleError("a convolution needs [N, H, W, C], not \(x)", id: "rank", operand: 0)
    }
    let w = operands[1]
    guard w.rank == 4, groups > 0, x[3] % groups == 0, w[0] % groups == 0,
      w[1] == x[3] / groups
    else {  // convolution_c1
      throw TypeRuleError(
        "a kernel \(w) does not fit \(x[3]) channels in \(groups) groups", id: "channels",
        operand: 1)
    }
    for shape in operands[1...phases.count]
    where shape.rank != 4 || shape[0] != w[0] || shape[1] != w[1] || shape[2] < 1 || shape[3] < 1 {
      throw TypeRuleError("the kernels \(w) and \(shape) of two phases differ", id: "channels")
    }
    let residues = Set(phases.map { [$0.originY, $0.originX] })
    guard scale.allSatisfy({ $0 > 0 && $0 < 64 }), phases.count == scale[0] * scale[1],
      residues.count == phases.count,
      phases.allSatisfy({
        (0..<scale[0]).contains($0.originY) && (0..<scale[1]).contains($0.originX)
      })
    else {  // convolution_c2
      throw TypeRuleError("the phases do not cover the result once", id: "phases")
    }
    guard (stride + dilation + outputSize).allSatisfy({ $0 > 0 }) else {  // convolution_c3
      throw TypeRuleError(
        "stride \(stride), dilation \(dilation) and size \(outputSize) must be positive",
        id: "convolution")
    }
    guard tile == 0 || hasForm(operands[1...phases.count]) else {  // convolution_c4
      throw TypeRuleError("tiles of \(tile) results have no form for \(w)", id: "tile")
    }
    guard precision == .float32 || !isDepthwise(w) else {  // convolution_c5
      throw TypeRuleError("a kernel for each channel is multiplied as float32", id: "bfloat16")
    }
    let result = try makeShape([x[0], outputSize[0], outputSize[1], w[0]])
    try checkEpilogue(epilogue, operands[(1 + phases.count)...], result: result)
    return result
  }

  /// Whether each channel has a kernel of its own, of such a shape.
  package func isDepthwise(_ kernel: Shape) -> Bool {
    groups > 1 && groups == kernel[0] && kernel[1] == 1
  }

  /// Whether one of its kernels has a form of minimal filtering.
  private func hasForm(_ kernels: ArraySlice<Shape>) -> Bool {
    dilation == [1, 1] && groups == 1 && kernels.contains { form(ofKernel: $0) != nil }
  }

  /// The form of the tiles of a phase with such a kernel; nil if its sums are direct.
  private func form(ofKernel kernel: Shape) -> WinogradForm? {
    WinogradForm.of(results: tile, height: kernel[2], width: kernel[3], stride: stride)
  }

  package func isBatched(_ operands: [Bool], shapes: [Shape], result: Shape) -> Bool {
    operands[0]
  }

  package func reference(_ operands: [ReferenceTensor]) -> ReferenceTensor {
    let (height, width, channels) = (
      operands[0].shape[1], operands[0].shape[2], operands[0].shape[3]
    )
    let out = operands[1].shape[0]
    let (perGroup, outPerGroup) = (channels / groups, out / groups)
    let pictures = operands[0].shape[0]
    var result = ReferenceTensor([pictures, outputSize[0], outputSize[1], out])
    for n in 0..<pictures {
      for (phase, kernel) in zip(phases, operands[1...]) {
        // In tiles the numbers that are rounded are others; what that makes of a sum has bounds only.
        let rounding = form(ofKernel: kernel.shape) == nil ? precision : .float32
        let (x, w) = (rounding.factors(operands[0]), rounding.factors(kernel))
        let (kh, kw) = (w.shape[2], w.shape[3])
        for (i, oy) in Swift.stride(from: phase.originY, to: outputSize[0], by: scale[0])
          .enumerated()
        {
          for (j, ox) in Swift.stride(from: phase.originX, to: outputSize[1], by: scale[1])
            .enumerated()
          {
            for o in 0..<out {
              let firstChannel = o / outPerGroup * perGroup
              var sum = 0.0
              for ky in 0..<kh {
                let y = i * stride[0] + ky * dilation[0] - phase.padTop
                guard y >= 0, y < height else { continue }
                for kx in 0..<kw {
                  let column = j * stride[1] + kx * dilation[1] - phase.padLeft
                  guard column >= 0, column < width else { continue }
                  let base = ((n * height + y) * width + column) * channels + firstChannel
                  for c in 0..<perGroup {
                    sum += x[base + c] * w[((o * perGroup + c) * kh + ky) * kw + kx]
                  }
                }
              }
              result[((n * outputSize[0] + oy) * outputSize[1] + ox) * out + o] = sum
            }
          }
        }
      }
    }
    return applyEpilogue(epilogue, result, operands[(1 + phases.count)...])
  }

  /// Rows and columns of the result that a phase computes.
  package func resultSize(of phase: Phase) -> [Int] {
    zip([phase.originY, phase.originX], 0..<2).map { origin, axis in
      max(0, (outputSize[axis] - origin + scale[axis] - 1) / scale[axis])
    }
  }

  package func macs(operands: [Shape], result: Shape) -> Int {
    var total = 0
    for (phase, w) in zip(phases, operands[1...]) {
      let size = resultSize(of: phase)
      if let form = form(ofKernel: w) {
        let tiles = result[0] * form.tiles(size[0]) * form.tiles(size[1])
        total += tiles * form.side * form.side * w[0] * w[1] * stride[0] * stride[1]
      } else {
        total += result[0] * size[0] * size[1] * w.count
      }
    }
    return total
  }
}
