import TGDiagnostics
import TGIR
import TGOps
import TGPlan
import TGTensor

extension OperationTable {
  /// What looks across the items of a batch: every name starts with `batch`.
  static let batches: [Operation] = [
    Operation("batchRoll", ["x", "by"]) { call in
      let x = try call.across("x")
      let batch = call.elaboration.batch
      let by = try call.int("by", in: -65_536...65_536)
      let sources = (0..<batch).map { Float((($0 - by) % batch + batch) % batch) }
      return try call.gathered(x, [], sources)
    },
    Operation("batchCycle", ["x", "count"]) { call in
      let x = try call.across("x")
      let batch = call.elaboration.batch
      let count = try call.int("count", in: 1...(1 << 22))
      guard count <= (1 << 24) / max(batch, 1) else {
        throw failure("tensor-size", "`count` is too large", at: call.location(of: "count"))
      }
      let sources = (0..<batch * count).map { Float($0 % batch) }
      return try call.gathered(x, [count], sources)
    },
    Operation("batchMean", ["x"]) { call in
      let x = try call.across("x")
      let value = try call.elaboration.builder.insert(Reduce(.mean, axes: [0]), [x.value])
      return call.result(
        Tensor(value: value, shape: x.shape, isBatched: false, range: call.range))
    },
    Operation("batchDeviation", ["x", "group", "epsilon"]) { call in
      let x = try call.across("x")
      let elaboration = call.elaboration
      let batch = elaboration.batch
      let group = min(try call.int("group", default: 4), batch)
      guard batch % group == 0 else {
        throw failure(
          "batch", "a batch of \(batch) is not cut into groups of \(group)", at: call.range)
      }
      let count = batch / group
      // Items g, g + count, g + 2·count … are a group, as in ProGAN.
      let grouped = Tensor(
        value: try elaboration.builder.reshape(x.value, [group, count] + x.shape),
        shape: [group, count] + x.shape, isBatched: false, range: call.range)
      let mean = try elaboration.reduced(grouped, .mean, [0], keep: true, at: call.range)
      let centred = try elaboration.pointwise(.subtract, [grouped, mean], at: call.range)
      let squares = try elaboration.pointwise(.square, [centred], at: call.range)
      let variance = try elaboration.reduced(squares, .mean, [0], at: call.range)
      let raised = try elaboration.pointwise(
        .add, [variance, elaboration.constant(call.number("epsilon", default: 1e-8))],
        at: call.range)
      let deviation = try elaboration.pointwise(.squareRoot, [raised], at: call.range)
      let each = try elaboration.reduced(
        deviation, .mean, Array(1..<deviation.shape.count), at: call.range)
      let repeated = try elaboration.builder.broadcast(each.value, to: [group, count])
      let value = try elaboration.builder.reshape(repeated, [batch])
      return call.result(Tensor(value: value, shape: [], isBatched: true, range: call.range))
    },
  ]
}

extension OperationCall {
  /// An operand whose items are looked at together.
  fileprivate func across(_ name: String) throws -> Tensor {
    elaboration.itemsInteract = true
    return try elaboration.batched(tensor(name))
  }

  /// Items of the batch in another order, `shape` of them for each.
  fileprivate func gathered(_ x: Tensor, _ shape: [Int], _ sources: [Float]) throws -> Datum {
    let indices = try elaboration.constant([elaboration.batch] + shape, sources, at: range)
    let value = try elaboration.builder.insert(
      Gather(), [x.value, elaboration.int32(indices.value)])
    return result(Tensor(value: value, shape: shape + x.shape, isBatched: true, range: range))
  }
}
