import TGIR
import TGONNX
import TGOps
import TGPlan
import TGTensor

/// Windows over pictures. The ops are channels-last, those of ONNX channels-first.
extension GraphExporter {
  /// A picture with its channels before rows and columns.
  private mutating func channelsFirst(_ picture: Value) -> ONNXResult {
    transpose(value(picture), Transpose.toChannelsFirst.permutation)
  }

  private mutating func channelsLast(_ x: ONNXResult) -> ONNXResult {
    transpose(x, Transpose.toChannelsLast.permutation)
  }

  /// `Conv` of one phase, `ConvTranspose` of several.
  mutating func convolution(_ op: Conv2D, _ node: Node) throws(ExportError) -> ONNXResult {
    let x = channelsFirst(node.operands[0])
    let sums =
      if op.phases.count == 1 {
        plain(op, node, x)
      } else {
        try transposed(op, node, x)
      }
    let rest = node.operands[(1 + op.phases.count)...].map { value($0) }
    return program(op.epilogue, [channelsLast(sums)] + rest, node.shape)
  }

  private mutating func plain(_ op: Conv2D, _ node: Node, _ x: ONNXResult) -> ONNXResult {
    let kernel = value(node.operands[1])
    let phase = op.phases[0]
    let borders = (0..<2).map { axis in
      WindowBorder(
        extent: x.shape[2 + axis], reach: (kernel.shape[2 + axis] - 1) * op.dilation[axis] + 1,
        stride: op.stride[axis], padding: axis == 0 ? phase.padTop : phase.padLeft,
        count: op.outputSize[axis])
    }
    return draft.node(
      "Conv", [inside(borders, of: x).name, kernel.name],
      node.shape.permuted(Transpose.toChannelsFirst.permutation),
      [
        ONNXAttribute("dilations", .ints(op.dilation)), ONNXAttribute("group", .int(op.groups)),
        ONNXAttribute("kernel_shape", .ints(Array(kernel.shape.dimensions[2...]))),
        Self.pads(borders), ONNXAttribute("strides", .ints(op.stride)),
      ])
  }

  /// What windows read of a picture, channels-first.
  private mutating func inside(_ borders: [WindowBorder], of x: ONNXResult) -> ONNXResult {
    let axes = (0..<2).filter { borders[$0].cutBefore > 0 || borders[$0].cutAfter > 0 }
    guard !axes.isEmpty else { return x }
    var extents = x.shape.dimensions
    for axis in axes { extents[2 + axis] -= borders[axis].cutBefore + borders[axis].cutAfter }
    return cut(
      x, axes.map { 2 + $0 }, from: axes.map { borders[$0].cutBefore },
      to: axes.map { x.shape[2 + $0] - borders[$0].cutAfter }, by: axes.map { _ in 1 },
      Shape(extents))
  }

  private static func pads(_ borders: [WindowBorder]) -> ONNXAttribute {
    ONNXAttribute("pads", .ints(borders.map(\.before) + borders.map(\.after)))
  }

  private mutating func transposed(
    _ op: Conv2D, _ node: Node, _ x: ONNXResult
  ) throws(ExportError) -> ONNXResult {
    guard op.stride == [1, 1] else {
      throw ExportError("a convolution in phases that has a stride, too", at: node.origin)
    }
    let kernels = node.operands[1...op.phases.count].compactMap { constant($0) }
    guard kernels.count == op.phases.count else {
      throw ExportError("a transposed convolution whose kernel is computed", at: node.origin)
    }
    let kernel = TransposedKernel(op, kernels.map(\.tensor), picture: x.shape)
    let source = kernels.lazy.compactMap(\.weight.source).first
    let name = source.map { source in
      let whole = Weight.Source(root: source.root, name: source.name)
      return originals[whole] == kernel.tensor.hashValue ? whole.path : "\(source.path).kernel"
    }
    let weights = draft.numbers(kernel.tensor, name ?? "constant")
    return draft.node(
      "ConvTranspose", [x.name, weights.name],
      node.shape.permuted(Transpose.toChannelsFirst.permutation),
      [
        ONNXAttribute("group", .int(op.groups)),
        ONNXAttribute("kernel_shape", .ints(Array(kernel.tensor.shape.dimensions[2...]))),
        ONNXAttribute("pads", .ints(kernel.before + kernel.after)),
        ONNXAttribute("strides", .ints(op.scale)),
      ])
  }

  /// `MaxPool` or `AveragePool`.
  mutating func pool(_ op: Pool, _ node: Node) -> ONNXResult {
    let x = channelsFirst(node.operands[0])
    let borders = (0..<2).map { axis in
      WindowBorder(
        extent: x.shape[2 + axis], reach: op.kernel[axis], stride: op.stride[axis],
        padding: op.padding[axis], count: op.outputSize[axis])
    }
    var attributes = [
      ONNXAttribute("kernel_shape", .ints(op.kernel)), Self.pads(borders),
      ONNXAttribute("strides", .ints(op.stride)),
    ]
    if op.function == .averageCountingPadding {
      attributes.append(ONNXAttribute("count_include_pad", .int(1)))
    }
    return channelsLast(
      draft.node(
        op.function == .maximum ? "MaxPool" : "AveragePool", [inside(borders, of: x).name],
        node.shape.permuted(Transpose.toChannelsFirst.permutation), attributes))
  }

  /// `Resize` by nearest neighbour.
  mutating func upsample(_ op: Upsample, _ node: Node) -> ONNXResult {
    let x = channelsFirst(node.operands[0])
    let shape = node.shape.permuted(Transpose.toChannelsFirst.permutation)
    return channelsLast(resized(x, to: shape, "nearest", "asymmetric"))
  }

  /// `Resize` to a shape.
  mutating func resized(
    _ x: ONNXResult, to shape: Shape, _ mode: String, _ coordinates: String
  ) -> ONNXResult {
    var attributes = [
      ONNXAttribute("coordinate_transformation_mode", .string(Array(coordinates.utf8))),
      ONNXAttribute("mode", .string(Array(mode.utf8))),
    ]
    if mode == "nearest" {
      attributes.append(ONNXAttribute("nearest_mode", .string(Array("floor".utf8))))
    }
    return draft.node(
      "Resize", [x.name, "", "", draft.ints(shape.dimensions)], shape, attributes)
  }
}
