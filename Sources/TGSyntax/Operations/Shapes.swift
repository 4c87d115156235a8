import TGDiagnostics
import TGIR
import TGOps
import TGPlan
import TGTensor

extension OperationTable {
  /// What changes only where elements are.
  static let shapings: [Operation] = [
    Operation("reshape", ["x", "shape"]) { call in
      let x = try call.tensor("x")
      var shape = try call.ints("shape", in: -1...Int(Int32.max))
      let count = x.shape.reduce(1, *)
      if let open = shape.firstIndex(of: -1) {
        let (rest, overflow) = call.product(shape.filter { $0 != -1 })
        guard !overflow, rest > 0, count % rest == 0, shape.filter({ $0 == -1 }).count == 1 else {
          throw failure(
            "reshape", "\(shapeText(x.shape)) does not go into \(plainShapeText(shape))",
            at: call.location(of: "shape"), hint: "one -1 stands for what is left")
        }
        shape[open] = count / rest
      }
      let (wanted, overflow) = call.product(shape)
      guard !overflow, wanted == count else {
        throw failure(
          "reshape",
          "\(shapeText(x.shape)) has \(count) elements, \(plainShapeText(shape)) "
            + (overflow ? "too many" : "\(wanted)"), at: call.location(of: "shape"),
          notes: call.elaboration.producers([x], except: call.range))
      }
      let value = try call.elaboration.builder.reshape(
        x.value, call.elaboration.full(shape, x.isBatched))
      return call.result(
        Tensor(value: value, shape: shape, isBatched: x.isBatched, range: call.range))
    },
    Operation("transpose", ["x"]) { call in
      let x = try call.tensor("x")
      guard x.shape.count >= 2 else {
        throw failure(
          "rank", "`transpose` needs a matrix, not \(shapeText(x.shape))", at: call.range)
      }
      var order = Array(x.shape.indices)
      order.swapAt(order.count - 1, order.count - 2)
      return try call.permuted(x, order)
    },
    Operation("permute", ["x", "order"]) { call in
      let x = try call.tensor("x")
      let order = try call.ints("order", in: 0...63)
      guard order.sorted() == Array(x.shape.indices) else {
        throw failure(
          "axis", "\(plainShapeText(order)) is no order of the axes of \(shapeText(x.shape))",
          at: call.location(of: "order"), hint: "axes are counted without the batch, from 0")
      }
      return try call.permuted(x, order)
    },
    Operation("expand", ["x", "shape"]) { call in
      let x = try call.tensor("x")
      let shape = try call.ints("shape", in: 1...Int(Int32.max))
      guard x.shape.count == shape.count || x.shape.isEmpty else {
        throw failure(
          "rank", "\(shapeText(x.shape)) is not expanded to \(plainShapeText(shape)): ranks differ",
          at: call.range, hint: x.shape.count == 1 && shape.count == 3 ? "perChannel(…) first" : nil
        )
      }
      for (from, to) in zip(x.shape, shape) where from != to && from != 1 {
        throw failure(
          "shape-mismatch", "\(shapeText(x.shape)) is not expanded to \(plainShapeText(shape))",
          at: call.range, notes: call.elaboration.producers([x], except: call.range),
          hint: "only axes of extent 1 are repeated")
      }
      let elaboration = call.elaboration
      let aligned = try elaboration.aligned(x, rank: shape.count)
      let value = try elaboration.builder.broadcast(
        aligned, to: elaboration.full(shape, x.isBatched))
      return call.result(
        Tensor(value: value, shape: shape, isBatched: x.isBatched, range: call.range))
    },
    Operation("perChannel", ["x"]) { call in
      let x = try call.tensor("x")
      guard x.shape.count == 1 else {
        throw failure(
          "rank", "`perChannel` makes [C] into [C, 1, 1], not \(shapeText(x.shape))", at: call.range
        )
      }
      let shape = x.shape + [1, 1]
      let value = try call.elaboration.builder.reshape(
        x.value, call.elaboration.full(shape, x.isBatched))
      return call.result(
        Tensor(value: value, shape: shape, isBatched: x.isBatched, range: call.range))
    },
    Operation("concat", ["list", "axis"]) { call in
      let tensors = try call.tensors("list")
      let axis = try call.axis("axis", of: tensors[0], default: 0)
      return call.result(try call.joined(tensors, axis))
    },
    Operation("stack", ["list", "axis"]) { call in
      let tensors = try call.tensors("list")
      let rank = tensors[0].shape.count
      let axis = try call.int("axis", default: 0, in: 0...rank)
      let raised = try tensors.map { tensor in
        var shape = tensor.shape
        guard shape == tensors[0].shape else {
          throw failure(
            "shape-mismatch",
            "`stack` of \(shapeText(tensors[0].shape)) and \(shapeText(shape))", at: call.range)
        }
        shape.insert(1, at: axis)
        let value = try call.elaboration.builder.reshape(
          tensor.value, call.elaboration.full(shape, tensor.isBatched))
        return Tensor(value: value, shape: shape, isBatched: tensor.isBatched, range: tensor.range)
      }
      return call.result(try call.joined(raised, axis))
    },
    Operation("split", ["x", "sizes", "axis"]) { call in
      let x = try call.tensor("x")
      let axis = try call.axis("axis", of: x, default: 0)
      let sizes = try call.ints("sizes", in: 1...Int(Int32.max))
      try call.elaboration.listing(sizes.count, at: call.location(of: "sizes"))
      guard sizes.reduce(0, +) == x.shape[axis] else {
        throw failure(
          "split",
          "parts of \(plainShapeText(sizes)) do not add up to \(x.shape[axis]), axis \(axis) of "
            + shapeText(x.shape), at: call.location(of: "sizes"),
          notes: call.elaboration.producers([x], except: call.range))
      }
      let values = try call.elaboration.builder.split(
        x.value, sizes, axis: axis + (x.isBatched ? 1 : 0))
      return .list(
        zip(values, sizes).map { value, size in
          var shape = x.shape
          shape[axis] = size
          return .tensor(
            Tensor(value: value, shape: shape, isBatched: x.isBatched, range: call.range))
        })
    },
    Operation("oneHot", ["ids", "count"]) { call in
      // 1 where the position is the id: 1 − |sign(position − id)|
      let (ids, rowNumbers) = try call.rowNumbers("ids")
      let count = try call.int("count")
      let elaboration = call.elaboration
      try elaboration.making(count, at: call.range)
      let ones = [Int](repeating: 1, count: ids.shape.count)
      let positions = try elaboration.constant(
        ones + [count], (0..<count).map { Float($0) }, at: call.range)
      try call.checkRows(ids, of: count, "ids")
      let numbers = try elaboration.constant(
        [count], (0..<count).map { Float($0) }, at: call.range)
      // What is no id is refused by the table that gives each its own number.
      let known = try elaboration.builder.insert(Gather(), [numbers.value, rowNumbers])
      var each = ids
      each.shape = ids.shape + [1]
      each.value = try elaboration.builder.reshape(
        known, elaboration.full(each.shape, ids.isBatched))
      let apart = try elaboration.pointwise(.subtract, [positions, each], at: call.range)
      let sign = try elaboration.pointwise(.sign, [apart], at: call.range)
      let far = try elaboration.pointwise(.absolute, [sign], at: call.range)
      return call.result(
        try elaboration.pointwise(.subtract, [elaboration.constant(1), far], at: call.range))
    },
    Operation("pad", ["x", "sizes", "value", "mode"]) { call in
      let x = try call.tensor("x")
      let (before, after) = try call.borders(x)
      if call.given("mode") != nil {
        let mode = try call.string("mode")
        guard ["constant", "reflect", "edge"].contains(mode) else {
          throw failure(
            "convention", "there is no padding \"\(mode)\"", at: call.location(of: "mode"),
            hint: "constant, reflect or edge")
        }
        if mode != "constant" {
          return try call.mirrored(x, before, after, reflects: mode == "reflect")
        }
      }
      let lead = x.isBatched ? [0] : []
      let value = try call.elaboration.builder.insert(
        Pad(
          before: lead + before, after: lead + after,
          value: Float(try call.number("value", default: 0))), [x.value])
      let shape = x.shape.indices.map { x.shape[$0] + before[$0] + after[$0] }
      return call.result(
        Tensor(value: value, shape: shape, isBatched: x.isBatched, range: call.range))
    },
    Operation("reverse", ["x", "axis"]) { call in
      let x = try call.tensor("x")
      let axis = try call.axis("axis", of: x)
      let last = x.shape[axis] - 1
      let value = try call.elaboration.picked(
        x.value, axis: axis + (x.isBatched ? 1 : 0), 0..<last + 1, at: call.range
      ) { last - $0 }
      return call.result(
        Tensor(value: value, shape: x.shape, isBatched: x.isBatched, range: call.range))
    },
    Operation("roll", ["x", "by", "axis"]) { call in
      let x = try call.tensor("x")
      let axis = try call.axis("axis", of: x)
      let extent = x.shape[axis]
      let by = try call.int("by", in: -65_536...65_536)
      let shift = ((by % extent) + extent) % extent
      guard shift != 0 else { return call.result(x) }
      let graphAxis = axis + (x.isBatched ? 1 : 0)
      let builder = call.elaboration
      let end = try builder.builder.slice(
        x.value, axis: graphAxis, from: extent - shift, count: shift)
      let start = try builder.builder.slice(
        x.value, axis: graphAxis, from: 0, count: extent - shift)
      let value = try builder.builder.concat([end, start], axis: graphAxis)
      return call.result(
        Tensor(value: value, shape: x.shape, isBatched: x.isBatched, range: call.range))
    },
    Operation("constant", ["values"]) { call in
      let (shape, numbers) = try call.nested(call.required("values").value, depth: 0)
      try call.elaboration.making(numbers.count, at: call.range)
      return call.result(
        try call.elaboration.constant(shape, numbers.map { Float($0) }, at: call.range))
    },
  ]
}

extension Elaboration {
  /// The elements of an axis of the graph that `source` names for each position of the result.
  fileprivate func picked(
    _ value: Value, axis: Int, _ positions: Range<Int>, at range: SourceRange,
    _ source: (Int) -> Int
  ) throws -> Value {
    guard positions.count <= 1 << 20 else {
      throw failure("limit", "an axis of \(positions.count) is too long for this", at: range)
    }
    try making(positions.count, at: range)
    return try builder.insert(
      Resample(
        axis: axis, starts: positions.map(source), taps: 1,
        weights: [Double](repeating: 1, count: positions.count)), [value])
  }
}

extension OperationCall {
  fileprivate func product(_ sizes: [Int]) -> (Int, Bool) {
    var result = 1
    for size in sizes {
      let (next, overflow) = result.multipliedReportingOverflow(by: size)
      if overflow { return (0, true) }
      result = next
    }
    return (result, false)
  }

  fileprivate func permuted(_ x: Tensor, _ order: [Int]) throws -> Datum {
    let full = x.isBatched ? [0] + order.map { $0 + 1 } : order
    let value = try elaboration.builder.transpose(x.value, full)
    return result(
      Tensor(value: value, shape: order.map { x.shape[$0] }, isBatched: x.isBatched, range: range))
  }

  /// Tensors one after the other; a constant among inputs is repeated for each item.
  fileprivate func joined(_ tensors: [Tensor], _ axis: Int) throws -> Tensor {
    var shape = tensors[0].shape
    for tensor in tensors.dropFirst() {
      guard tensor.shape.count == shape.count,
        shape.indices.allSatisfy({ $0 == axis || tensor.shape[$0] == shape[$0] })
      else {
        throw failure(
          "concat",
          "\(shapeText(tensors[0].shape)) and \(shapeText(tensor.shape)) differ elsewhere than "
            + "along axis \(axis)", at: range,
          notes: elaboration.producers([tensors[0], tensor], except: range),
          hint: tensor.shape.count == 1 && shape.count == 3
            ? "perChannel(…) |> expand([\(tensor.shape[0]), \(shape[1]), \(shape[2])]) makes a "
              + "picture of a vector" : nil)
      }
      shape[axis] += tensor.shape[axis]
    }
    let isBatched = tensors.contains { $0.isBatched }
    let values = try tensors.map {
      isBatched ? try elaboration.batched($0).value : $0.value
    }
    let value = try elaboration.builder.concat(values, axis: axis + (isBatched ? 1 : 0))
    return Tensor(value: value, shape: shape, isBatched: isBatched, range: range)
  }

  /// A border of the picture's own values: mirrored without the edge, or the edge repeated.
  fileprivate func mirrored(_ x: Tensor, _ before: [Int], _ after: [Int], reflects: Bool) throws
    -> Datum
  {
    var tensor = x
    for axis in x.shape.indices where before[axis] + after[axis] > 0 {
      let extent = x.shape[axis]
      let graphAxis = axis + (x.isBatched ? 1 : 0)
      guard !reflects || (before[axis] < extent && after[axis] < extent) else {
        throw failure(
          "pad", "a border of \(max(before[axis], after[axis])) is not mirrored out of \(extent)",
          at: range)
      }
      let positions = -before[axis]..<extent + after[axis]
      tensor.value = try elaboration.picked(tensor.value, axis: graphAxis, positions, at: range) {
        guard reflects else { return min(max($0, 0), extent - 1) }
        return $0 < 0 ? -$0 : $0 < extent ? $0 : 2 * (extent - 1) - $0
      }
      tensor.shape[axis] += before[axis] + after[axis]
    }
    return result(tensor)
  }

  /// The borders of `pad`: one number for each axis, or a list of two.
  fileprivate func borders(_ x: Tensor) throws -> ([Int], [Int]) {
    let argument = try required("sizes")
    guard case .list(let elements) = argument.value, elements.count == x.shape.count else {
      throw failure(
        "pad", "`sizes` has one border for each axis of \(shapeText(x.shape))", at: argument.range,
        hint: "[1, 1, 0, 0] on both sides, [[0, 1], [2, 0]] before and after")
    }
    var before: [Int] = []
    var after: [Int] = []
    for element in elements {
      if case .list(let sides) = element, sides.count == 2 {
        before.append(
          try elaboration.whole(sides[0], "a border", at: argument.range, in: 0...65_536))
        after.append(
          try elaboration.whole(sides[1], "a border", at: argument.range, in: 0...65_536))
      } else {
        let both = try elaboration.whole(element, "a border", at: argument.range, in: 0...65_536)
        before.append(both)
        after.append(both)
      }
    }
    return (before, after)
  }

  /// The shape and the numbers of nested lists.
  fileprivate func nested(_ datum: Datum, depth: Int) throws -> ([Int], [Double]) {
    if let number = datum.number { return ([], [number]) }
    guard case .list(let elements) = datum, !elements.isEmpty, depth < 8 else {
      throw failure(
        "constant", "a constant is a number or lists of numbers, not \(datum.described)",
        at: range)
    }
    try elaboration.making(elements.count, at: range)
    var shape: [Int]?
    var numbers: [Double] = []
    for element in elements {
      let (inner, values) = try nested(element, depth: depth + 1)
      guard shape == nil || shape == inner else {
        throw failure("constant", "the lists of a constant have one length", at: range)
      }
      shape = inner
      numbers += values
      guard numbers.count <= Elaboration.maximumCount else {
        throw failure("limit", "a constant has at most 100000 numbers", at: range)
      }
    }
    return ([elements.count] + (shape ?? []), numbers)
  }
}
