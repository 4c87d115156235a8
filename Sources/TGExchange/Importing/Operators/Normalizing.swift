extension Translation {
  /// Normalisations.
  static let normalizing: [String: Operator] = [
    "BatchNormalization": { page, call in [try page.batchNorm(call)] },
    "InstanceNormalization": { page, call in [try page.instanceNorm(call)] },
    "GroupNormalization": { page, call in [try page.groupNorm(call)] },
    "LayerNormalization": { page, call in
      let result = try page.layerNorm(call)
      return call.outputs.count == 1 ? [result] : [result] + (try page.statistics(call))
    },
    "RMSNormalization": { page, call in [try page.lengthNorm(call)] },
    "LpNormalization": { page, call in [try page.unit(call)] },
    "MeanVarianceNormalization": { page, call in [try page.standardized(call)] },
    "LRN": { page, call in [try page.neighbours(call)] },
  ]

  private mutating func batchNorm(_ call: Call) throws(NodeFault) -> PageValue {
    let x = try call.input(0)
    guard call.int("training_mode", 0) == 0, call.outputs.count == 1 else {
      throw .refused("it is in training mode")
    }
    guard call.int("spatial", 1) == 1, x.shape.count > 1 else {
      throw .refused("it is not by channel")
    }
    guard call.version >= 7 || call.int("is_test", 0) == 1 else {
      throw .refused("it is in training mode")
    }
    var arguments: [String] = []
    for (index, name) in ["weight", "bias", "mean", "variance"].enumerated() {
      let value = try call.input(index + 1)
      guard value.shape == [x.shape[1]] else {
        throw .refused("its \(name) is not one for each channel")
      }
      arguments.append("\(name): \(try mark(value))")
    }
    arguments.append("epsilon: \(try Self.number(call.number("epsilon", 1e-5)))")
    let item = Array(x.shape[1...])
    return try items(
      x, as: item, ["batchNorm(\(arguments.joined(separator: ", ")))"], made: item, item: item)
  }

  private mutating func affine(_ call: Call, _ shape: [Int]) throws(NodeFault) -> String {
    let (weight, bias) = (try call.input(1), call.optional(2))
    guard weight.shape == shape, bias.map({ $0.shape == shape }) ?? true else {
      throw .refused("its scale is not \(shape)")
    }
    let epsilon = try Self.number(call.number("epsilon", 1e-5))
    let shift = try bias.map { (value) throws(NodeFault) in try mark(value) } ?? "none"
    return "weight: \(try mark(weight)), bias: \(shift), epsilon: \(epsilon)"
  }

  /// The extents of an item as a picture: what space there is in rows and columns.
  private func picture(_ x: PageValue) throws(NodeFault) -> [Int] {
    guard x.shape.count > 2 else { throw .refused("it has no axis of space") }
    return x.shape.count == 4
      ? Array(x.shape[1...]) : [x.shape[1], 1, x.shape[2...].reduce(1, *)]
  }

  private mutating func instanceNorm(_ call: Call) throws(NodeFault) -> PageValue {
    let x = try call.input(0)
    let shape = try picture(x)
    let step = "instanceNorm(\(try affine(call, [x.shape[1]])))"
    return try items(x, as: shape, [step], made: shape, item: Array(x.shape[1...]))
  }

  private mutating func groupNorm(_ call: Call) throws(NodeFault) -> PageValue {
    let x = try call.input(0)
    let groups = call.int("num_groups", 1)
    let shape = try picture(x)
    guard groups > 0, shape[0] % groups == 0 else {
      throw .refused("its groups do not divide the channels")
    }
    var operands: [PageValue] = []
    for index in 1...2 {
      var value = try call.input(index)
      if value.shape == [groups], groups != shape[0] {
        // Of version 18: one for each group.
        let raised = try reshaped(value, [groups, 1])
        value = try reshaped(try spread(raised, to: [groups, shape[0] / groups]), [shape[0]])
      }
      guard value.shape == [shape[0]] else {
        throw .refused("its scale is not one for each channel")
      }
      operands.append(value)
    }
    let (weight, bias) = (try mark(operands[0]), try mark(operands[1]))
    let epsilon = try Self.number(call.number("epsilon", 1e-5))
    return try items(
      x, as: shape, ["groupNorm(\(groups), epsilon: \(epsilon), weight: \(weight), bias: \(bias))"],
      made: shape, item: Array(x.shape[1...]))
  }

  private mutating func layerNorm(_ call: Call) throws(NodeFault) -> PageValue {
    let x = try call.input(0)
    let axis = try call.axis(call.int("axis", -1), rank: x.shape.count)
    if x.isBatched, axis == 0 { throw .movesBatch }
    let last = Array(x.shape[axis...])
    if last.count == 1 {
      let step = "layerNorm(\(try affine(call, last)))"
      return add("\(try mark(x)) |> \(step)", x.shape, batched: x.isBatched)
    }
    let flat = try reshaped(x, Array(x.shape[..<axis]) + [last.reduce(1, *)])
    let epsilon = try Self.number(call.number("epsilon", 1e-5))
    let normal = add(
      "\(try mark(flat)) |> layerNorm(affine: false, epsilon: \(epsilon))", flat.shape,
      batched: x.isBatched)
    var result = try elementwise([reshaped(normal, x.shape), call.input(1)]) {
      "\($0[0]) * \($0[1])"
    }
    if let bias = call.optional(2) {
      result = try elementwise([result, bias]) { "\($0[0]) + \($0[1])" }
    }
    return result
  }

  /// The mean of what is normalised, and one over its deviation.
  private mutating func statistics(_ call: Call) throws(NodeFault) -> [PageValue] {
    let x = try standing(call.input(0))
    let first = try call.axis(call.int("axis", -1), rank: x.shape.count)
    var axes: [Int] = []
    for number in first..<x.shape.count { axes.append(try axis(number, of: x)) }
    let over = "axes: [\(Self.list(axes))], keep: true)"
    let shape = x.shape.indices.map { $0 < first ? x.shape[$0] : 1 }
    let text = try mark(x)
    let mean = try standing(add("mean(\(text), \(over)", shape, batched: x.isBatched))
    let epsilon = try Self.number(call.number("epsilon", 1e-5))
    let inverse = add(
      "1 / sqrt(mean(square(\(text) - \(try mark(mean))), \(over) + \(epsilon))", shape,
      batched: x.isBatched)
    return [mean, inverse]
  }

  private mutating func lengthNorm(_ call: Call) throws(NodeFault) -> PageValue {
    let x = try standing(call.input(0))
    let first = try call.axis(call.int("axis", -1), rank: x.shape.count)
    var axes: [Int] = []
    for number in first..<x.shape.count { axes.append(try axis(number, of: x)) }
    let epsilon = try Self.number(call.number("epsilon", 1e-5))
    let text = try mark(x)
    return try elementwise([x, call.input(1)]) {
      "\(text) / sqrt(mean(square(\(text)), axes: [\(Self.list(axes))], keep: true) + \(epsilon)) * \($0[1])"
    }
  }

  private mutating func unit(_ call: Call) throws(NodeFault) -> PageValue {
    let x = try standing(call.input(0))
    let axis = try axis(call.axis(call.int("axis", -1), rank: x.shape.count), of: x)
    let text = try mark(x)
    let length =
      call.int("p", 2) == 1
      ? "sum(abs(\(text)), axis: \(axis), keep: true)"
      : "sqrt(sum(square(\(text)), axis: \(axis), keep: true))"
    return add("\(text) / \(length)", x.shape, batched: x.isBatched)
  }

  private mutating func standardized(_ call: Call) throws(NodeFault) -> PageValue {
    let x = try standing(call.input(0))
    var axes: [Int] = []
    for number in call.ints("axes") ?? [0, 2, 3] {
      axes.append(try axis(call.axis(number, rank: x.shape.count), of: x))
    }
    let mean = "axes: [\(Self.list(axes))], keep: true)"
    let text = try mark(x)
    let centred = try standing(
      add("\(text) - mean(\(text), \(mean)", x.shape, batched: x.isBatched))
    let (c, epsilon) = (try mark(centred), "1e-9")
    return add(
      "\(c) / (sqrt(mean(square(\(c)), \(mean)) + \(epsilon))", x.shape, batched: x.isBatched)
  }

  /// Local response normalisation: over neighbouring channels.
  private mutating func neighbours(_ call: Call) throws(NodeFault) -> PageValue {
    let x = try standing(call.input(0))
    guard x.shape.count > 2 else { throw .refused("it has no axis of space") }
    let size = call.int("size", 1)
    guard size > 0, size < 1024 else { throw .refused("its size is not 1 to 1023") }
    let plane = [1, x.shape[1], x.shape[2...].reduce(1, *)]
    let (before, after) = ((size - 1) / 2, size - 1 - (size - 1) / 2)
    let squares = try items(
      x, as: plane,
      [
        "square",
        "avgPool([\(size), 1], stride: 1, padding: [\(before), \(after), 0, 0], countPadding: true)",
      ], made: plane, item: Array(x.shape[1...]))
    let alpha = try Self.number(call.number("alpha", 1e-4))
    let beta = try Self.number(call.number("beta", 0.75))
    let bias = try Self.number(call.number("bias", 1))
    return try elementwise([x, squares]) {
      "\($0[0]) / pow(\(bias) + \(alpha) * \($0[1]), \(beta))"
    }
  }
}
