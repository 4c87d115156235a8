import TGIR
import TGONNX
import TGOps
import TGTensor

/// Products of matrices.
extension GraphExporter {
  /// `Gemm` of a matrix, which takes the weights as they are; `MatMul` with turned weights of more axes.
  mutating func linear(_ op: Linear, _ node: Node) -> ONNXResult {
    let x = value(node.operands[0])
    let product: ONNXResult
    if x.shape.rank == 2 {
      product = draft.node(
        "Gemm", [x.name, value(node.operands[1]).name], node.shape,
        [ONNXAttribute("transB", .int(1))])
    } else {
      product = draft.node("MatMul", [x.name, turned(node.operands[1]).name], node.shape)
    }
    return program(op.epilogue, [product] + node.operands[2...].map { value($0) }, node.shape)
  }

  /// The matrix with its axes exchanged; known numbers are turned now.
  private mutating func turned(_ matrix: Value) -> ONNXResult {
    guard let constant = constant(matrix) else { return transpose(value(matrix), [1, 0]) }
    let name = constant.weight.source.map { "\($0.path).transposed" } ?? "constant"
    return draft.numbers(constant.tensor.transposed([1, 0]), name)
  }

  /// `MatMul`
  mutating func matrixProduct(_ op: MatMul, _ node: Node) -> ONNXResult {
    let (x, w) = (value(node.operands[0]), value(node.operands[1]))
    let product = draft.node("MatMul", [x.name, w.name], node.shape)
    return program(op.epilogue, [product] + node.operands[2...].map { value($0) }, node.shape)
  }
}
