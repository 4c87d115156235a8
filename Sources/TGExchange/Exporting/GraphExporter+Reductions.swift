import TGIR
import TGONNX
import TGOps
import TGPlan
import TGTensor

/// Ops that sum along axes.
extension GraphExporter {
  /// `ReduceSum` and its like of the program's result; a variance is a mean of squares.
  mutating func reduce(_ op: Reduce, _ node: Node) -> ONNXResult {
    let operands = node.operands.map { value($0) }
    let common = operands.reduce(Shape([])) { $0.broadcast(with: $1.shape) ?? $0 }
    let x = program(op.program, operands, common)
    switch op.function {
    case .sum: return reduced("ReduceSum", x, op.axes, to: node.shape)
    case .mean: return reduced("ReduceMean", x, op.axes, to: node.shape)
    case .maximum: return reduced("ReduceMax", x, op.axes, to: node.shape)
    case .minimum: return reduced("ReduceMin", x, op.axes, to: node.shape)
    case .product: return reduced("ReduceProd", x, op.axes, to: node.shape)
    case .variance:
      let distance = centred(x, op.axes)
      let square = draft.node("Mul", [distance.name, distance.name], common)
      return reduced("ReduceMean", square, op.axes, to: node.shape)
    }
  }

  /// A reduction; along no axis, the operand. Axes stay, of extent 1, if the result has them.
  private mutating func reduced(
    _ operation: String, _ x: ONNXResult, _ axes: [Int], to shape: Shape
  ) -> ONNXResult {
    guard !axes.isEmpty else { return x }
    return draft.node(
      operation, [x.name, draft.ints(axes)], shape,
      [ONNXAttribute("keepdims", .int(shape.rank == x.shape.rank ? 1 : 0))])
  }

  /// `x − mean(x)` along axes.
  private mutating func centred(_ x: ONNXResult, _ axes: [Int]) -> ONNXResult {
    let mean = reduced("ReduceMean", x, axes, to: x.shape.single(axes))
    return draft.node("Sub", [x.name, mean.name], x.shape)
  }

  /// `InstanceNormalization` over all axes behind the channels, `LayerNormalization` over other last
  /// axes; else a mean, a variance and a quotient.
  mutating func normalize(_ op: Normalize, _ node: Node) -> ONNXResult {
    let x = value(node.operands[0])
    let rank = x.shape.rank
    let normal: ONNXResult
    if rank > 3, op.axes == Array(2..<rank) {
      normal = instanceNormalization(x, op.epsilon)
    } else if rank == 4, op.axes == [1, 2] {
      let first = transpose(x, Transpose.toChannelsFirst.permutation)
      normal = transpose(
        instanceNormalization(first, op.epsilon), Transpose.toChannelsLast.permutation)
    } else if let first = op.axes.first, op.axes == Array(first..<rank) {
      normal = layerNormalization(x, from: first, op.epsilon)
    } else {
      normal = quotient(x, op.axes, op.epsilon)
    }
    return program(op.epilogue, [normal] + node.operands[1...].map { value($0) }, node.shape)
  }

  private mutating func instanceNormalization(_ x: ONNXResult, _ epsilon: Float) -> ONNXResult {
    let scale = draft.splat(1, [x.shape[1]])
    let shift = draft.splat(0, [x.shape[1]])
    return draft.node(
      "InstanceNormalization", [x.name, scale.name, shift.name], x.shape,
      [ONNXAttribute("epsilon", .float(epsilon))])
  }

  private mutating func layerNormalization(
    _ x: ONNXResult, from axis: Int, _ epsilon: Float
  ) -> ONNXResult {
    let scale = draft.splat(1, Shape(Array(x.shape.dimensions[axis...])))
    return draft.node(
      "LayerNormalization", [x.name, scale.name], x.shape,
      [ONNXAttribute("axis", .int(axis)), ONNXAttribute("epsilon", .float(epsilon))])
  }

  private mutating func quotient(
    _ x: ONNXResult, _ axes: [Int], _ epsilon: Float
  ) -> ONNXResult {
    let distance = centred(x, axes)
    let square = draft.node("Mul", [distance.name, distance.name], x.shape)
    let single = x.shape.single(axes)
    let variance = reduced("ReduceMean", square, axes, to: single)
    let sum = draft.node("Add", [variance.name, draft.scalar(epsilon).name], single)
    let root = draft.node("Sqrt", [sum.name], single)
    return draft.node("Div", [distance.name, root.name], x.shape)
  }

  /// `Softmax` or `LogSoftmax`. A row of −∞ only, which is zeros here, is not-a-number there.
  mutating func softmax(_ op: SoftmaxOp, _ node: Node) -> ONNXResult {
    draft.node(
      op.logarithmic ? "LogSoftmax" : "Softmax", [value(node.operands[0]).name], node.shape,
      [ONNXAttribute("axis", .int(op.axis))])
  }
}

extension Shape {
  /// The shape with extents of 1 along some axes.
  fileprivate func single(_ axes: [Int]) -> Shape {
    Shape(dimensions.enumerated().map { axes.contains($0.offset) ? 1 : $0.element })
  }
}
