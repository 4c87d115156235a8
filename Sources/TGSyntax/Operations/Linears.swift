import TGDiagnostics
import TGIR
import TGOps
import TGTensor

extension OperationTable {
  /// Matrices over the last axis, tables, and matrix products.
  static let linears: [Operation] = [
    Operation("linear", ["x", "out", "weight", "bias"], readsWeights: true) { call in
      let x = try call.tensor("x")
      guard let width = x.shape.last else {
        throw failure("rank", "`linear` needs a vector, not a number", at: call.range)
      }
      var out: Int
      if call.given("out") == nil, let argument = call.given("weight"),
        let weight = try call.elaboration.tensor(argument.value)
      {
        guard weight.shape.count == 2 else {
          throw failure(
            "weight-shape", "a matrix has two axes, not \(sizesText(weight.shape))",
            at: argument.range, hint: "[out, in]")
        }
        out = weight.shape[0]
      } else {
        out = try call.int("out", in: 1...(1 << 24))
      }
      guard let weight = try call.weight("weight", [out, width], role: "weight", fanIn: width)
      else {
        throw failure("argument", "`linear` needs a weight", at: call.location(of: "weight"))
      }
      try call.unbatched(weight, "weight")
      var value = try call.elaboration.builder.insert(Linear(), [x.value, weight.value])
      if let bias = try call.weight("bias", [out], role: "bias") {
        try call.unbatched(bias, "bias")
        value = try call.elaboration.builder.add(value, bias.value)
      }
      return call.result(
        Tensor(
          value: value, shape: x.shape.dropLast() + [out], isBatched: x.isBatched,
          range: call.range))
    },
    Operation("embedding", ["ids", "rows", "width", "weight"], readsWeights: true) { call in
      let (ids, rowNumbers) = try call.rowNumbers("ids")
      var rows = 0
      var width = 0
      if let argument = call.given("weight"),
        let table = try call.elaboration.tensor(argument.value), table.shape.count == 2,
        call.given("rows") == nil
      {
        (rows, width) = (table.shape[0], table.shape[1])
        guard rows <= Elaboration.maximumIds else {
          throw failure(
            "limit", "a table has at most 16777216 rows, not \(rows)", at: argument.range,
            hint: "ids are whole numbers of float32")
        }
      } else {
        rows = try call.int("rows", in: 1...(1 << 24))
        width = try call.int("width", in: 1...(1 << 24))
      }
      guard let table = try call.weight("weight", [rows, width], role: "embedding") else {
        throw failure("argument", "`embedding` needs a table", at: call.location(of: "weight"))
      }
      try call.unbatched(table, "weight")
      try call.checkRows(ids, of: rows, "ids")
      let value = try call.elaboration.builder.insert(Gather(), [table.value, rowNumbers])
      return call.result(
        Tensor(
          value: value, shape: ids.shape + [width], isBatched: ids.isBatched, range: call.range))
    },
  ]
}

extension OperationTable {
  /// Products of matrices and vectors.
  static let products: [Operation] = [
    Operation("matmul", ["a", "b"]) { call in
      let a = try call.tensor("a")
      let b = try call.tensor("b")
      guard let inner = a.shape.last, !b.shape.isEmpty else {
        throw failure("rank", "`matmul` needs matrices or vectors, not numbers", at: call.range)
      }
      let rows = b.shape.count == 1 ? b.shape[0] : b.shape[b.shape.count - 2]
      guard inner == rows else {
        throw failure(
          "matmul",
          "\(plainShapeText(a.shape)) times \(plainShapeText(b.shape)): the last axis is \(inner), "
            + "it meets \(rows)", at: call.range,
          notes: call.elaboration.producers([a, b], except: call.range),
          hint: b.shape.count >= 2 && inner == b.shape[b.shape.count - 1]
            ? "transpose(…) turns the second" : nil)
      }
      let elaboration = call.elaboration
      var left = a
      var right = b
      // A vector on the left is a row, on the right a column.
      if a.shape.count == 1 { left.shape = [1, inner] }
      if b.shape.count == 1 { right.shape = [inner, 1] }
      let rank = max(left.shape.count, right.shape.count)
      left = try elaboration.raised(left, rank)
      right = try elaboration.raised(right, rank)
      let (l, r) = (left.shape.dropLast(2), right.shape.dropLast(2))
      for (x, y) in zip(l, r) where x != y && x != 1 && y != 1 {
        throw failure(
          "matmul",
          "\(plainShapeText(a.shape)) times \(plainShapeText(b.shape)): the leading axes differ",
          at: call.range, notes: elaboration.producers([a, b], except: call.range))
      }
      var shape = zip(l, r).map { max($0, $1) }
      if a.shape.count > 1 { shape.append(a.shape[a.shape.count - 2]) }
      if b.shape.count > 1 { shape.append(b.shape[b.shape.count - 1]) }
      var value = try elaboration.builder.insert(MatMul(), [left.value, right.value])
      let isBatched = a.isBatched || b.isBatched
      value = try elaboration.builder.reshape(value, elaboration.full(shape, isBatched))
      return call.result(
        Tensor(value: value, shape: shape, isBatched: isBatched, range: call.range))
    }
  ]
}

extension OperationCall {
  /// Refuses numbers known now that are no rows of a table; the others are looked at in the run.
  func checkRows(_ ids: Tensor, of rows: Int, _ name: String) throws {
    var node = elaboration.builder[ids.value]
    while node.op is Reshape || node.op is Broadcast || node.op is ToInt32 {
      node = elaboration.builder[node.operands[0]]
    }
    guard let constant = node.op as? Constant,
      let bad = constant.tensor.elements.first(where: { !Gather.isRow($0, of: rows) })
    else { return }
    throw failure(
      "no-such-row",
      "`\(operation.name)` reads \(rows) rows here, and there is no row \(numberText(Double(bad)))",
      at: location(of: name), hint: "row numbers are whole, 0 to \(rows - 1)")
  }
}

extension Elaboration {
  /// A tensor with leading axes of extent 1 up to a rank, reshaped in the graph too.
  func raised(_ tensor: Tensor, _ rank: Int) throws -> Tensor {
    var result = tensor
    let ones = [Int](repeating: 1, count: max(0, rank - tensor.shape.count))
    result.shape = ones + tensor.shape
    result.value = try builder.reshape(tensor.value, full(result.shape, tensor.isBatched))
    return result
  }
}
