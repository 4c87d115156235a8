import TGIR
import TGONNX
import TGOps
import TGTensor

/// Ops that move elements.
extension GraphExporter {
  /// `Reshape`; nothing where the extents are the same.
  mutating func reshape(_ x: ONNXResult, to shape: Shape) -> ONNXResult {
    guard x.shape != shape else { return x }
    // An extent of 0 would stand for that of the operand.
    let attributes = shape.dimensions.contains(0) ? [ONNXAttribute("allowzero", .int(1))] : []
    return draft.node(
      "Reshape", [x.name, draft.ints(shape.dimensions)], shape, dtype: x.dtype, attributes)
  }

  /// `Transpose`; nothing where the order is kept.
  mutating func transpose(_ x: ONNXResult, _ permutation: [Int]) -> ONNXResult {
    guard permutation != Array(permutation.indices) else { return x }
    return draft.node(
      "Transpose", [x.name], x.shape.permuted(permutation), dtype: x.dtype,
      [ONNXAttribute("perm", .ints(permutation))])
  }

  /// `Expand`; nothing where the extents are the same.
  mutating func expand(_ x: ONNXResult, to shape: Shape) -> ONNXResult {
    guard x.shape != shape else { return x }
    return draft.node("Expand", [x.name, draft.ints(shape.dimensions)], shape, dtype: x.dtype)
  }

  /// `Slice` along the axes of which something is left out.
  mutating func slice(_ op: Slice, _ node: Node) -> ONNXResult {
    let x = value(node.operands[0])
    let axes = op.starts.indices.filter {
      op.starts[$0] != 0 || op.counts[$0] != x.shape[$0] || op.steps[$0] != 1
    }
    guard !axes.isEmpty else { return x }
    return cut(
      x, axes, from: axes.map { op.starts[$0] },
      to: axes.map { op.starts[$0] + (op.counts[$0] - 1) * op.steps[$0] + 1 },
      by: axes.map { op.steps[$0] }, node.shape)
  }

  /// `Slice` along some axes.
  mutating func cut(
    _ x: ONNXResult, _ axes: [Int], from starts: [Int], to ends: [Int], by steps: [Int],
    _ shape: Shape
  ) -> ONNXResult {
    draft.node(
      "Slice",
      [x.name, draft.ints(starts), draft.ints(ends), draft.ints(axes)]
        + (steps.allSatisfy { $0 == 1 } ? [] : [draft.ints(steps)]), shape, dtype: x.dtype)
  }

  /// `Concat`
  mutating func concat(_ op: Concat, _ node: Node) -> ONNXResult {
    let parts = node.operands.map { value($0) }
    guard parts.count > 1 else { return parts[0] }
    return draft.node(
      "Concat", parts.map(\.name), node.shape, dtype: node.type.dtype,
      [ONNXAttribute("axis", .int(op.axis))])
  }

  /// `Pad` by one number.
  mutating func pad(_ op: Pad, _ node: Node) -> ONNXResult {
    let x = value(node.operands[0])
    return draft.node(
      "Pad", [x.name, draft.ints(op.before + op.after), draft.scalar(op.value).name], node.shape)
  }

  /// `Gather` of rows. ONNX has no row for numbers outside of the table: a run ends, or counts from
  /// the end.
  mutating func gather(_ node: Node) -> ONNXResult {
    let (table, rows) = (value(node.operands[0]), value(node.operands[1]))
    return draft.node(
      "Gather", [table.name, rows.name], node.shape, dtype: table.dtype,
      [ONNXAttribute("axis", .int(0))])
  }
}
