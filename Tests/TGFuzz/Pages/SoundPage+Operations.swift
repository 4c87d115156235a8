extension SoundPage {
  /// One more line, of any operation.
  mutating func line() {
    switch random.below(20) {
    case 0, 1, 2: convolution()
    case 3: transposedConvolution()
    case 4, 5: normalization()
    case 6: pooling()
    case 7: enlargement()
    case 8: border()
    case 9, 10: function()
    case 11, 12: combination()
    case 13: reduction()
    case 14: rearrangement()
    case 15: joint()
    case 16: matrices()
    case 17: linear()
    case 18: shares()
    default: acrossItems()
    }
  }

  /// The places along an axis that a window leaves; nil if there are none.
  private func places(_ extent: Int, _ kernel: Int, _ stride: Int, _ padding: Int) -> Int? {
    let room = extent + padding - kernel
    return room >= 0 ? room / stride + 1 : nil
  }

  private mutating func convolution() {
    let x = value(rank: 3)
    let (kernel, stride) = (1 + random.below(4), 1 + random.below(2))
    let (dilation, padding) = (1 + random.below(2), random.below(3))
    let groups = random.once(in: 4) ? x.shape[0] : 1
    let out = groups * (1 + random.below(groups > 1 ? 2 : 20))
    let span = (kernel - 1) * dilation + 1
    guard let rows = places(x.shape[1], span, stride, 2 * padding),
      let columns = places(x.shape[2], span, stride, 2 * padding)
    else { return function() }
    let bias = random.once(in: 3) ? ", bias: none" : ""
    add(
      "conv(\(x.name), \(out), kernel: \(kernel), stride: \(stride), padding: \(padding), "
        + "dilation: \(dilation), groups: \(groups)\(bias))\(scope())\(activation())",
      [out, rows, columns])
  }

  private mutating func transposedConvolution() {
    let x = value(rank: 3)
    let (kernel, stride) = (1 + random.below(4), 1 + random.below(3))
    let padding = random.below(kernel)
    let extra = random.below(stride)
    let out = 1 + random.below(12)
    let shape = [out] + x.shape.dropFirst().map { ($0 - 1) * stride - 2 * padding + kernel + extra }
    guard shape.allSatisfy({ $0 > 0 }) else { return function() }
    add(
      "convTranspose(\(x.name), \(out), kernel: \(kernel), stride: \(stride), padding: \(padding), "
        + "outputPadding: \(extra))\(scope())\(activation())", shape)
  }

  private mutating func activation() -> String {
    switch random.below(6) {
    case 0: " |> relu"
    case 1: " |> leakyRelu(0.2)"
    case 2: " |> tanh"
    case 3: " |> batchNorm\(scope()) |> relu"
    default: ""
    }
  }

  private mutating func normalization() {
    let x = value(rank: 3)
    switch random.below(5) {
    case 0: add("batchNorm(\(x.name))\(scope())", x.shape)
    case 1: add("instanceNorm(\(x.name), epsilon: 0.01)", x.shape)
    case 2: add("instanceNorm(\(x.name), epsilon: 0.1, affine: true)\(scope())", x.shape)
    case 3:
      let groups = x.shape[0] % 2 == 0 ? 2 : 1
      add("groupNorm(\(x.name), \(groups), epsilon: 0.01)\(scope())", x.shape)
    default: add("layerNorm(\(x.name), epsilon: 0.01)\(scope())", x.shape)
    }
  }

  private mutating func pooling() {
    let x = value(rank: 3)
    let (kernel, stride) = (1 + random.below(3), 1 + random.below(2))
    let padding = random.below(kernel / 2 + 1)
    guard let rows = places(x.shape[1], kernel, stride, 2 * padding),
      let columns = places(x.shape[2], kernel, stride, 2 * padding)
    else { return function() }
    let common = "(\(x.name), \(kernel), stride: \(stride), padding: \(padding)"
    if random.once(in: 2) {
      add("maxPool\(common))", [x.shape[0], rows, columns])
    } else {
      let counts = random.once(in: 2)
      add("avgPool\(common), countPadding: \(counts))", [x.shape[0], rows, columns])
    }
  }

  private mutating func enlargement() {
    let x = value(rank: 3)
    let (channels, rows, columns) = (x.shape[0], x.shape[1], x.shape[2])
    switch random.below(5) {
    case 0, 1:
      add("upsample(\(x.name), 2)", [channels, 2 * rows, 2 * columns])
    case 2:
      let size = [1 + random.below(9), 1 + random.below(9)]
      let filter = random.one(of: [
        "nearest", "bilinear", "bicubic", "area", "pillow-lanczos", "bilinear-aligned",
        "bicubic-antialiased",
      ])
      add("resize(\(x.name), \(size), filter: \"\(filter)\")", [channels] + size)
    case 3: add("fir(\(x.name), [1, 3, 3, 1], padding: [2, 1, 2, 1])", x.shape)
    default:
      guard channels % 4 == 0 else { return function() }
      add("pixelShuffle(\(x.name), 2)", [channels / 4, 2 * rows, 2 * columns])
    }
  }

  private mutating func border() {
    let x = vector()
    let sizes = x.shape.map { _ in [random.below(3), random.below(3)] }
    let grown = zip(x.shape, sizes).map { $0 + $1[0] + $1[1] }
    switch random.below(4) {
    case 0: add("pad(\(x.name), \(sizes), value: 0.5)", grown)
    case 1: add("pad(\(x.name), \(sizes), mode: \"edge\")", grown)
    case 2 where zip(x.shape, sizes).allSatisfy({ $0 > max($1[0], $1[1]) }):
      add("pad(\(x.name), \(sizes), mode: \"reflect\")", grown)
    default:
      let cuts = x.shape.map { extent -> (Int, Int) in
        let first = random.below(extent)
        return (first, first + 1 + random.below(extent - first))
      }
      add(
        "\(x.name)[\(cuts.map { "\($0.0) ..< \($0.1)" }.joined(separator: ", "))]",
        cuts.map { $0.1 - $0.0 })
    }
  }

  /// A function of each element, without a place where rounding decides.
  private mutating func function() {
    let x = one(of: values)
    let forms = [
      "relu(X)", "sigmoid(X)", "tanh(X)", "gelu(X)", "silu(X)", "softplus(X)", "sin(X)", "cos(X)",
      "erf(X)", "abs(X)", "square(tanh(X))", "exp(tanh(X))", "log(abs(X) + 1)",
      "sqrt(abs(X) + 0.5)", "leakyRelu(X, 0.1)", "elu(X)", "clamp(X, -0.5, 0.75)", "-X", "0.5 * X",
      "X / 3 + 1", "detach(X)", "pow(abs(X) + 0.5, 1.5)", "gradient(sum(X * sin(X)), over: X)",
    ]
    add(
      random.one(of: forms).split(separator: "X", omittingEmptySubsequences: false)
        .joined(separator: x.name), x.shape)
  }

  private mutating func combination() {
    let x = one(of: values)
    let y = one(of: values.filter { $0.shape == x.shape })
    switch random.below(8) {
    case 0: add("\(x.name) + \(y.name)", x.shape)
    case 1: add("\(x.name) - 0.5 * \(y.name)", x.shape)
    case 2: add("tanh(\(x.name)) * \(y.name)", x.shape)
    case 3: add("\(x.name) / (abs(\(y.name)) + 0.5)", x.shape)
    case 4: add("min(\(x.name), \(y.name)) + max(\(x.name), 0.25)", x.shape)
    case 5:
      let sure = random.one(of: values.filter(\.isInput))
      let choices = values.filter { $0.shape == sure.shape }
      add(
        "select(less(\(sure.name), 0.1), \(random.one(of: choices).name), "
          + "\(random.one(of: choices).name))", sure.shape)
    case 6:
      guard x.shape.count == 3 else { return function() }
      add(
        "\(x.name) * perChannel(tanh(mean(\(x.name), axes: [1, 2]))) + "
          + "perChannel(parameter(\"shift\", [\(x.shape[0])])\(scope()))", x.shape)
    default:
      guard x.shape.count == 3, x.shape[0] % 2 == 0 else { return function() }
      add("glu(\(x.name))", [x.shape[0] / 2] + x.shape.dropFirst())
    }
  }

  private mutating func reduction() {
    let x = vector()
    let axis = random.below(x.shape.count)
    let keeps = random.once(in: 2)
    var shape = x.shape
    if keeps { shape[axis] = 1 } else { shape.remove(at: axis) }
    let name = random.one(of: ["sum", "mean", "largest", "smallest"])
    add("\(name)(\(x.name), axis: \(axis)\(keeps ? ", keep: true" : ""))", shape)
  }

  private mutating func rearrangement() {
    let x = vector()
    let axis = random.below(x.shape.count)
    switch random.below(5) {
    case 0:
      var order = Array(x.shape.indices)
      for place in (1..<max(1, order.count)).reversed() {
        order.swapAt(place, random.below(place + 1))
      }
      add("permute(\(x.name), \(order))", order.map { x.shape[$0] })
    case 1: add("reshape(\(x.name), [\(x.shape.reduce(1, *))])", [x.shape.reduce(1, *)])
    case 2: add("reverse(\(x.name), \(axis))", x.shape)
    case 3: add("roll(\(x.name), \(1 + random.below(3)), \(axis))", x.shape)
    default:
      guard x.shape.count > 1 else { return function() }
      add(
        "transpose(\(x.name))",
        x.shape.dropLast(2) + [x.shape[x.shape.count - 1], x.shape[x.shape.count - 2]])
    }
  }

  private mutating func joint() {
    let x = vector()
    let axis = random.below(x.shape.count)
    let others = values.filter { other in
      other.shape.count == x.shape.count
        && x.shape.indices.allSatisfy { $0 == axis || other.shape[$0] == x.shape[$0] }
    }
    let y = random.one(of: others)
    var shape = x.shape
    switch random.below(3) {
    case 0 where y.shape == x.shape:
      shape.insert(2, at: axis)
      guard shape.count <= 4 else { return function() }
      add("stack([\(x.name), \(y.name)], axis: \(axis))", shape)
    case 1 where x.shape[axis] > 1:
      let first = 1 + random.below(x.shape[axis] - 1)
      shape[axis] -= first
      add("split(\(x.name), [\(first), \(shape[axis])], axis: \(axis))[1]", shape)
    default:
      shape[axis] += y.shape[axis]
      add("concat([\(x.name), \(y.name)], axis: \(axis))", shape)
    }
  }

  private mutating func matrices() {
    let x = value(rank: 2)
    let fitting = values.filter { $0.shape.count == 2 && $0.shape[0] == x.shape[1] }
    if let y = fitting.first, random.once(in: 2) {
      add("matmul(\(x.name), \(y.name)) / \(x.shape[1])", [x.shape[0], y.shape[1]])
    } else {
      add("matmul(\(x.name), transpose(\(x.name))) / \(x.shape[1])", [x.shape[0], x.shape[0]])
    }
  }

  private mutating func linear() {
    let x = vector()
    let out = 1 + random.below(20)
    add("linear(\(x.name), \(out))\(scope())\(activationOfVector())", x.shape.dropLast() + [out])
  }

  private mutating func activationOfVector() -> String {
    random.one(of: ["", " |> relu", " |> sigmoid", " |> leakyRelu(0.2)"])
  }

  private mutating func shares() {
    let x = vector()
    let name = random.once(in: 2) ? "softmax" : "logSoftmax"
    add("\(name)(\(x.name), axis: \(random.below(x.shape.count)))", x.shape)
  }

  private mutating func acrossItems() {
    let x = vector()
    switch random.below(3) {
    case 0: add("batchRoll(\(x.name), 1) + \(x.name)", x.shape)
    case 1: add("\(x.name) - batchMean(\(x.name))", x.shape)
    default:
      guard x.shape.count == 3 else { return function() }
      add("batchCycle(\(x.name), 2)", [2] + x.shape)
    }
  }
}
