import TGIR
import TGONNX
import TGOps
import TGTensor

/// Linear maps along one axis.
extension GraphExporter {
  /// `Gather` where positions are only chosen, `Resize` where the table is one of its own, else a product
  /// with the table as a matrix.
  mutating func resample(_ op: Resample, _ node: Node) -> ONNXResult {
    let x = value(node.operands[0])
    if op.taps == 1, op.weights.allSatisfy({ $0 == 1 }) {
      return draft.node(
        "Gather", [x.name, draft.ints(op.starts)], node.shape, dtype: x.dtype,
        [ONNXAttribute("axis", .int(op.axis))])
    }
    if let form = form(of: op, x.shape) {
      return resized(x, to: node.shape, form.mode, form.coordinates)
    }
    return product(op, x, node.shape)
  }

  /// The form of `Resize` that has exactly the table; nil if none has.
  private func form(of op: Resample, _ shape: Shape) -> (mode: String, coordinates: String)? {
    guard shape.rank == 4, op.axis >= 2 else { return nil }
    let forms: [(ResampleTable.Convention, String, String)] = [
      (.torchBilinear, "linear", "half_pixel"),
      (.torchBilinearAligned, "linear", "align_corners"),
      (.legacyBilinear, "linear", "asymmetric"),
      (.torchBicubic, "cubic", "half_pixel"),
      (.torchBicubicAligned, "cubic", "align_corners"),
    ]
    for (convention, mode, coordinates) in forms {
      let table = ResampleTable(
        convention: convention, inputSize: shape[op.axis], outputSize: op.starts.count)
      guard let table, table.starts == op.starts, table.taps == op.taps,
        table.weights == op.weights
      else { continue }
      return (mode, coordinates)
    }
    return nil
  }

  /// `MatMul` from the side on which the axis lies; of other axes the operand is turned before and after.
  private mutating func product(_ op: Resample, _ x: ONNXResult, _ shape: Shape) -> ONNXResult {
    let rank = x.shape.rank
    if op.axis == rank - 2 {
      let matrix = draft.numbers(op.matrix(from: x.shape[op.axis]), "table")
      return draft.node("MatMul", [matrix.name, x.name], shape)
    }
    var order = Array(0..<rank)
    order.swapAt(op.axis, rank - 1)
    let matrix = draft.numbers(
      op.matrix(from: x.shape[op.axis]).transposed([1, 0]), "table")
    let turned = transpose(x, order)
    return transpose(
      draft.node("MatMul", [turned.name, matrix.name], shape.permuted(order)), order)
  }
}

extension Resample {
  /// The table as a matrix, a row for each position of the result.
  fileprivate func matrix(from extent: Int) -> HostTensor {
    var matrix = HostTensor([starts.count, extent], repeating: 0)
    for (row, start) in starts.enumerated() {
      for tap in 0..<taps {
        matrix[row * extent + start + tap] = Float(weights[row * taps + tap])
      }
    }
    return matrix
  }
}
