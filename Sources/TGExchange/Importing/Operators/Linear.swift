extension Translation {
  /// Products of matrices.
  static let linear: [String: Operator] = [
    "MatMul": { page, call in
      [try page.matmul(call.input(0), call.input(1))]
    },
    "Gemm": { page, call in [try page.gemm(call)] },
    "Attention": { page, call in [try page.attention(call)] },
  ]

  /// `a · b` over the last two axes.
  mutating func matmul(_ a: PageValue, _ b: PageValue) throws(NodeFault) -> PageValue {
    guard let inner = a.shape.last, !b.shape.isEmpty else {
      throw .refused("it multiplies numbers")
    }
    let rows = b.shape.count == 1 ? b.shape[0] : b.shape[b.shape.count - 2]
    guard inner == rows else { throw .refused("its matrices do not go together") }
    let left = a.shape.count == 1 ? [1, inner] : a.shape
    let right = b.shape.count == 1 ? [inner, 1] : b.shape
    guard let lead = Known.joined(left.dropLast(2) + [], right.dropLast(2) + []) else {
      throw .refused("the leading axes of its matrices do not go together")
    }
    var shape = lead
    if a.shape.count > 1 { shape.append(a.shape[a.shape.count - 2]) }
    if b.shape.count > 1 { shape.append(b.shape[b.shape.count - 1]) }
    let isBatched = a.isBatched || b.isBatched
    // A vector or matrix of weights on the right is a linear layer.
    if isBatched {
      for value in [a, b] where value.isBatched {
        guard value.shape.count == max(left.count, right.count), value.shape.count > 1 else {
          throw .movesBatch
        }
      }
      if !a.isBatched, a.shape.count == b.shape.count, a.shape.count > 2 {
        return try matmul(try unled(a), b, shape)
      }
      if !b.isBatched, b.shape.count == a.shape.count, b.shape.count > 2 {
        return try matmul(a, try unled(b), shape)
      }
      guard b.shape.count > 2 || !b.isBatched else { throw .movesBatch }
      guard a.shape.count > 2 || !a.isBatched || !b.isBatched else { throw .movesBatch }
    }
    return try matmul(a, b, shape)
  }

  private mutating func matmul(_ a: PageValue, _ b: PageValue, _ shape: [Int]) throws(NodeFault)
    -> PageValue
  {
    add(
      "matmul(\(try mark(a)), \(try mark(b)))", shape, batched: a.isBatched || b.isBatched,
      type: a.type)
  }

  /// A value beside a batch without its leading axis, which must be 1.
  mutating func unled(_ value: PageValue) throws(NodeFault) -> PageValue {
    guard value.shape.first == 1 else { throw .movesBatch }
    return try reshaped(value, Array(value.shape.dropFirst()))
  }

  /// `alpha · A' · B' + beta · C`
  private mutating func gemm(_ call: Call) throws(NodeFault) -> PageValue {
    var (a, b) = (try call.input(0), try call.input(1))
    guard a.shape.count == 2, b.shape.count == 2 else {
      throw .refused("its operands are no matrices")
    }
    let alpha = call.number("alpha", 1)
    let beta = call.number("beta", 1)
    let c = call.optional(2)
    if call.int("transA", 0) != 0 { a = try transposed(a) }
    let isTransposed = call.int("transB", 0) != 0
    let out = b.shape[isTransposed ? 0 : 1]
    if !b.isBatched, !depends(b), b.line != nil, alpha == 1, b.count > 0 {
      let weight = try isTransposed ? mark(b) : "transpose(\(mark(b)))"
      let isBias = c.map { !depends($0) && $0.shape == [out] && beta == 1 } ?? false
      let bias = try isBias ? c.map { (c) throws(NodeFault) in try mark(c) } : nil
      guard a.shape[1] == b.shape[isTransposed ? 1 : 0] else {
        throw .refused("its matrices do not go together")
      }
      let product = add(
        "\(try mark(a)) |> linear(weight: \(weight), bias: \(bias ?? "none"))",
        [a.shape[0], out], batched: a.isBatched)
      return try isBias ? product : plus(product, c, beta)
    }
    if isTransposed { b = try transposed(b) }
    var product = try matmul(a, b)
    if alpha != 1 {
      let factor = try Self.number(alpha)
      product = try elementwise([product]) { "\($0[0]) * \(factor)" }
    }
    return try plus(product, c, beta)
  }

  private mutating func plus(_ sum: PageValue, _ c: PageValue?, _ beta: Double) throws(NodeFault)
    -> PageValue
  {
    guard let c else { return sum }
    let factor = try beta == 1 ? "" : " * " + Self.number(beta)
    return try elementwise([sum, c]) { "\($0[0]) + \($0[1])\(factor)" }
  }

  /// The last two axes exchanged.
  mutating func transposed(_ value: PageValue) throws(NodeFault) -> PageValue {
    var order = Array(value.shape.indices)
    order.swapAt(order.count - 1, order.count - 2)
    return try permuted(value, order)
  }

  /// Scaled products of queries with keys, softmax, products with values.
  private mutating func attention(_ call: Call) throws(NodeFault) -> PageValue {
    guard call.outputs.count == 1, call.optional(4) == nil, call.optional(5) == nil else {
      throw .refused("its memory of keys and values is not translated")
    }
    guard call.int("is_causal", 0) == 0, call.number("softcap", 0) == 0 else {
      throw .refused("is_causal and softcap are not translated")
    }
    var (q, k, v) = (try call.input(0), try call.input(1), try call.input(2))
    let isFlat = q.shape.count == 3
    let (heads, pairs) = (call.int("q_num_heads", 0), call.int("kv_num_heads", 0))
    if isFlat {
      guard heads > 0, pairs > 0 else { throw .refused("it states no heads") }
      q = try headed(q, heads)
      k = try headed(k, pairs)
      v = try headed(v, pairs)
    }
    guard q.shape.count == 4, k.shape.count == 4, v.shape.count == 4, q.shape[1] == k.shape[1]
    else {
      throw .refused("groups of queries share keys; that is not translated")
    }
    let scale = call.number("scale", 1 / Double(q.shape[3]).squareRoot())
    let factor = try Self.number(scale)
    var scores = try matmul(q, try transposed(k))
    scores = try elementwise([scores]) { "\($0[0]) * \(factor)" }
    if let mask = call.optional(3) {
      guard mask.isFloat else { throw .refused("a mask of booleans is not translated") }
      scores = try elementwise([scores, mask]) { "\($0[0]) + \($0[1])" }
    }
    let shares = add(
      "\(try mark(scores)) |> softmax(axis: -1)", scores.shape, batched: scores.isBatched)
    let result = try matmul(shares, v)
    guard isFlat else { return result }
    let turned = try permuted(result, [0, 2, 1, 3])
    return try reshaped(
      turned, [turned.shape[0], turned.shape[1], turned.shape[2] * turned.shape[3]])
  }

  private mutating func headed(_ value: PageValue, _ heads: Int) throws(NodeFault) -> PageValue {
    guard value.shape.count == 3, value.shape[2] % heads == 0 else {
      throw .refused("its heads do not divide the width")
    }
    let cut = try reshaped(
      value, [value.shape[0], value.shape[1], heads, value.shape[2] / heads])
    return try permuted(cut, [0, 2, 1, 3])
  }
}
