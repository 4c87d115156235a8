extension Translation {
  /// Operators that put elements elsewhere.
  static let shaping: [String: Operator] = [
    "Reshape": { page, call in [try page.reshape(call)] },
    "Flatten": { page, call in [try page.flatten(call)] },
    "Transpose": { page, call in
      let x = try call.input(0)
      return [try page.permuted(x, call.ints("perm") ?? Array(x.shape.indices.reversed()))]
    },
    "Squeeze": { page, call in [try page.squeeze(call)] },
    "Unsqueeze": { page, call in [try page.unsqueeze(call)] },
    "Expand": { page, call in [try page.expand(call)] },
    "Tile": { page, call in [try page.tile(call)] },
    "Concat": { page, call in [try page.concat(call)] },
    "Split": { page, call in try page.split(call) },
    "DepthToSpace": { page, call in [try page.depthToSpace(call)] },
    "SpaceToDepth": { page, call in [try page.spaceToDepth(call)] },
  ]

  private mutating func reshape(_ call: Call) throws(NodeFault) -> PageValue {
    let x = try call.input(0)
    guard var shape = try call.version < 5 ? call.ints("shape") : call.ints(1, "sizes") else {
      throw .refused("it states no sizes")
    }
    for (index, extent) in shape.enumerated() where extent == 0 && call.int("allowzero", 0) == 0 {
      guard x.shape.indices.contains(index) else {
        throw .refused("it copies an axis that is not there")
      }
      shape[index] = x.shape[index]
    }
    if let open = shape.firstIndex(of: -1) {
      let rest = shape.enumerated().filter { $0.offset != open }.map(\.element).reduce(1, &*)
      guard rest > 0, x.count % rest == 0 else { throw .refused("its sizes do not fit") }
      shape[open] = x.count / rest
    }
    guard shape.reduce(1, &*) == x.count, shape.allSatisfy({ $0 > 0 }) else {
      throw .refused("\(x.shape) does not go into \(shape)")
    }
    return try reshaped(x, shape)
  }

  private mutating func flatten(_ call: Call) throws(NodeFault) -> PageValue {
    let x = try call.input(0)
    let given = call.int("axis", 1)
    let axis = given < 0 ? given + x.shape.count : given
    guard (0...x.shape.count).contains(axis) else { throw .refused("axis \(given) is not there") }
    return try reshaped(x, [x.shape[..<axis].reduce(1, *), x.shape[axis...].reduce(1, *)])
  }

  /// Axes in another order; `order` is in ONNX's count.
  mutating func permuted(_ x: PageValue, _ order: [Int]) throws(NodeFault) -> PageValue {
    guard order.sorted() == Array(x.shape.indices) else {
      throw .refused("\(order) is no order of axes")
    }
    guard order != Array(x.shape.indices) else { return x }
    let shape = order.map { x.shape[$0] }
    var inner = order
    if x.isBatched {
      guard order[0] == 0 else { throw .movesBatch }
      inner = order.dropFirst().map { $0 - 1 }
    }
    let last = inner.count - 1
    let isLast = last > 0 && inner == Array(0..<last - 1) + [last, last - 1]
    let step = isLast ? "transpose" : "permute([\(Self.list(inner))])"
    return add("\(try mark(x)) |> \(step)", shape, batched: x.isBatched, type: x.type)
  }

  private func axes(_ call: Call, since version: Int) throws(NodeFault) -> [Int]? {
    try call.version >= version ? call.ints(1, "axes") : call.ints("axes")
  }

  private mutating func squeeze(_ call: Call) throws(NodeFault) -> PageValue {
    let x = try call.input(0)
    var gone = x.shape.indices.filter { x.shape[$0] == 1 && !(x.isBatched && $0 == 0) }
    if let given = try axes(call, since: 13) {
      gone = []
      for number in given { gone.append(try call.axis(number, rank: x.shape.count)) }
    }
    // Without axes a batch of one would go, too.
    if x.isBatched, x.shape[0] == 1, call.ints("axes") == nil, call.optional(1) == nil {
      throw .movesBatch
    }
    guard gone.allSatisfy({ x.shape[$0] == 1 }) else {
      throw .refused("it removes an axis that is not 1")
    }
    if x.isBatched, gone.contains(0) { throw .movesBatch }
    return try reshaped(x, x.shape.indices.filter { !gone.contains($0) }.map { x.shape[$0] })
  }

  private mutating func unsqueeze(_ call: Call) throws(NodeFault) -> PageValue {
    let x = try call.input(0)
    guard let given = try axes(call, since: 13) else { throw .refused("it states no axes") }
    var new: [Int] = []
    for number in given { new.append(try call.axis(number, rank: x.shape.count + given.count)) }
    var rest = x.shape.makeIterator()
    if x.isBatched, new.contains(0) { throw .movesBatch }
    let shape = (0..<x.shape.count + given.count).map { new.contains($0) ? 1 : rest.next() ?? 1 }
    return try reshaped(x, shape)
  }

  private mutating func expand(_ call: Call) throws(NodeFault) -> PageValue {
    let x = try call.input(0)
    guard let given = try call.ints(1, "sizes"), let shape = Known.joined(x.shape, given) else {
      throw .refused("its sizes do not fit")
    }
    return try spread(x, to: shape)
  }

  /// A value repeated along axes of 1, which it may lack in front.
  mutating func spread(_ x: PageValue, to shape: [Int]) throws(NodeFault) -> PageValue {
    guard shape != x.shape else { return x }
    if x.isBatched {
      guard shape.count == x.shape.count, shape[0] == x.shape[0] else { throw .movesBatch }
    }
    let lead = [Int](repeating: 1, count: shape.count - x.shape.count)
    let raised = try reshaped(x, lead + x.shape)
    let inner = x.isBatched ? Array(shape.dropFirst()) : shape
    return add(
      "\(try mark(raised)) |> expand([\(Self.list(inner))])", shape, batched: x.isBatched,
      type: x.type)
  }

  private mutating func tile(_ call: Call) throws(NodeFault) -> PageValue {
    let x = try call.input(0)
    guard let times = try call.ints(1, "repeats"), times.count == x.shape.count,
      times.allSatisfy({ $0 > 0 && $0 <= 100_000 })
    else { throw .refused("its repeats do not fit") }
    var result = x
    for (number, count) in times.enumerated() where count > 1 {
      let axis = try axis(number, of: x)
      var shape = result.shape
      // An axis of 1 is spread, others are put one after the other.
      if shape[number] == 1 {
        shape[number] = count
        result = try spread(result, to: shape)
        continue
      }
      shape[number] *= count
      let source = try mark(try standing(result))
      result = add(
        "concat([\(source) for i in 0 ..< \(count)], axis: \(axis))", shape,
        batched: x.isBatched, type: x.type)
    }
    return result
  }

  private mutating func concat(_ call: Call) throws(NodeFault) -> PageValue {
    var parts: [PageValue] = []
    for index in call.inputs.indices { parts.append(try call.input(index)) }
    guard let rank = parts.first?.shape.count else { throw .refused("it joins nothing") }
    let number = try call.axis(call.int("axis", 1), rank: rank)
    return try joined(parts.filter { $0.count > 0 }, axis: number)
  }

  /// Values one after the other; `axis` is in ONNX's count.
  mutating func joined(_ parts: [PageValue], axis number: Int) throws(NodeFault) -> PageValue {
    guard let first = parts.first(where: \.isBatched) ?? parts.first else {
      throw .refused("it joins nothing")
    }
    guard parts.allSatisfy({ $0.shape.count == first.shape.count }) else {
      throw .refused("the ranks of its operands differ")
    }
    var shape = first.shape
    shape[number] = parts.map { $0.shape[number] }.reduce(0, +)
    let axis = try axis(number, of: first)
    var texts: [String] = []
    for part in parts {
      var part = part
      if first.isBatched, !part.isBatched { part = try unled(part) }
      texts.append(try mark(part))
    }
    guard texts.count > 1 else { return parts[0] }
    return add(
      "concat([\(texts.joined(separator: ", "))]\(axis == 0 ? "" : ", axis: \(axis)"))", shape,
      batched: first.isBatched, type: first.type)
  }

  private mutating func split(_ call: Call) throws(NodeFault) -> [PageValue] {
    let x = try call.input(0)
    let number = try call.axis(call.int("axis", 0), rank: x.shape.count)
    let extent = x.shape[number]
    let count = call.outputs.count
    let stated = try call.version >= 13 ? call.ints(1, "sizes") : call.ints("split")
    let each = (extent + count - 1) / max(count, 1)
    let sizes = stated ?? (0..<count).map { min(each, extent - $0 * each) }
    guard sizes.count == count, sizes.allSatisfy({ $0 > 0 }), sizes.reduce(0, &+) == extent else {
      throw .refused("its parts do not add up, or one is empty")
    }
    let source = try standing(x)
    var start = 0
    return try sizes.map { (size) throws(NodeFault) in
      defer { start += size }
      return try cut(source, axis: number, from: start, count: size)
    }
  }

  /// Some positions of an axis, in ONNX's count.
  mutating func cut(_ x: PageValue, axis number: Int, from start: Int, count: Int) throws(NodeFault)
    -> PageValue
  {
    guard start != 0 || count != x.shape[number] else { return x }
    if let known = x.known, x.line == nil || !x.isFloat {
      var shape = x.shape
      shape[number] = count
      let part = known.gathered(shape) { position in
        var source = position
        source[number] += start
        return source
      }
      return PageValue(shape: shape, isBatched: false, type: x.type, line: nil, known: part)
    }
    let axis = try axis(number, of: x)
    var items = (0..<axis).map { "0 ..< \(x.inner[$0])" }
    items.append("\(start) ..< \(start + count)")
    var shape = x.shape
    shape[number] = count
    return add(
      "\(try mark(x))[\(items.joined(separator: ", "))]", shape, batched: x.isBatched, type: x.type)
  }

  private mutating func depthToSpace(_ call: Call) throws(NodeFault) -> PageValue {
    let x = try call.input(0)
    let by = call.int("blocksize", 1)
    guard x.shape.count == 4, (1...1024).contains(by), x.shape[1] % (by * by) == 0 else {
      throw .refused("its channels are not blocks")
    }
    let s = x.shape
    let channels = s[1] / (by * by)
    let isColumnFirst = call.text("mode", "DCR") == "CRD"
    if isColumnFirst, x.isBatched || s[0] == 1 {
      let made = [channels, s[2] * by, s[3] * by]
      return try items(x, as: Array(s[1...]), ["pixelShuffle(\(by))"], made: made, item: made)
    }
    let cut =
      isColumnFirst ? [s[0], channels, by, by, s[2], s[3]] : [s[0], by, by, channels, s[2], s[3]]
    let order = isColumnFirst ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2]
    return try reshaped(
      permuted(reshaped(x, cut), order), [s[0], channels, s[2] * by, s[3] * by])
  }

  private mutating func spaceToDepth(_ call: Call) throws(NodeFault) -> PageValue {
    let x = try call.input(0)
    let by = call.int("blocksize", 1)
    guard x.shape.count == 4, (1...1024).contains(by), x.shape[2] % by == 0, x.shape[3] % by == 0
    else {
      throw .refused("its picture is not of whole blocks")
    }
    let s = x.shape
    let cut = try reshaped(x, [s[0], s[1], s[2] / by, by, s[3] / by, by])
    return try reshaped(
      permuted(cut, [0, 3, 5, 1, 2, 4]), [s[0], s[1] * by * by, s[2] / by, s[3] / by])
  }
}
