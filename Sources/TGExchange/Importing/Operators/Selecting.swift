extension Translation {
  /// Operators that take some elements, or add others around them.
  static let selecting: [String: Operator] = [
    "Slice": { page, call in [try page.slice(call)] },
    "Gather": { page, call in [try page.gather(call)] },
    "Pad": { page, call in [try page.pad(call)] },
    "OneHot": { page, call in [try page.oneHot(call)] },
    "RandomNormalLike": { page, call in throw NodeFault.refused(noise) },
    "RandomNormal": { page, call in throw NodeFault.refused(noise) },
    "RandomUniform": { page, call in throw NodeFault.refused(noise) },
    "RandomUniformLike": { page, call in throw NodeFault.refused(noise) },
  ]

  private static let noise =
    "noise that the network draws itself is not translated; export it with the noise as an input"

  /// The part of each axis that a Slice takes.
  static func spans(
    _ call: Call, _ shape: [Int]
  ) throws(NodeFault) -> [(axis: Int, start: Int, count: Int, step: Int)] {
    let isOld = call.version < 10
    guard let starts = try isOld ? call.ints("starts") : call.ints(1, "starts"),
      let ends = try isOld ? call.ints("ends") : call.ints(2, "ends"), starts.count == ends.count
    else { throw .refused("it states no starts and ends") }
    let axes = try (isOld ? call.ints("axes") : call.ints(3, "axes")) ?? Array(starts.indices)
    let steps =
      try (isOld ? nil : call.ints(4, "steps")) ?? [Int](repeating: 1, count: starts.count)
    guard axes.count == starts.count, steps.count == starts.count else {
      throw .refused("its lists have different lengths")
    }
    var result: [(axis: Int, start: Int, count: Int, step: Int)] = []
    for (index, given) in axes.enumerated() {
      let axis = try call.axis(given, rank: shape.count)
      let (extent, step) = (shape[axis], steps[index])
      guard step != 0, step != .min else { throw .refused("it has a step of 0") }
      func clamped(_ position: Int, _ low: Int, _ high: Int) -> Int {
        max(low, min(high, position < 0 ? position + extent : position))
      }
      let start = clamped(starts[index], step > 0 ? 0 : 0, step > 0 ? extent : extent - 1)
      let end = clamped(ends[index], step > 0 ? 0 : -1, step > 0 ? extent : extent - 1)
      let length = step > 0 ? end - start : start - end
      let size = step.magnitude > UInt(Int32.max) ? Int(Int32.max) : abs(step)
      let count = max(0, (length + size - 1) / size)
      result.append((axis, start, count, step > 0 ? size : -size))
    }
    return result
  }

  private mutating func slice(_ call: Call) throws(NodeFault) -> PageValue {
    var result = try call.input(0)
    for span in try Self.spans(call, result.shape) {
      guard span.count > 0 else { throw .refused("it takes nothing") }
      result = try taken(result, span)
    }
    return result
  }

  /// Positions of an axis with a step.
  private mutating func taken(
    _ x: PageValue, _ span: (axis: Int, start: Int, count: Int, step: Int)
  ) throws(NodeFault) -> PageValue {
    let (axis, count, step) = (span.axis, span.count, span.step)
    if step == 1 { return try cut(x, axis: axis, from: span.start, count: count) }
    guard count > 1 else { return try cut(x, axis: axis, from: span.start, count: 1) }
    let last = span.start + (count - 1) * step
    let low = min(span.start, last)
    let size = abs(step)
    // Whole groups of `size` positions, of which the first is taken; the last group may reach beyond.
    var part = try cut(
      x, axis: axis, from: low, count: min(count * size, x.shape[axis] - low))
    if size > 1 {
      let missing = count * size - part.shape[axis]
      if missing > 0 { part = try padded(part, axis: axis, after: missing) }
      var cutShape = part.shape
      cutShape[axis] = count
      let groups = try reshaped(
        part, Array(cutShape[...axis]) + [size] + Array(cutShape[(axis + 1)...]))
      part = try reshaped(try cut(groups, axis: axis + 1, from: 0, count: 1), cutShape)
    }
    guard step < 0 else { return part }
    return add(
      "\(try mark(part)) |> reverse(axis: \(try self.axis(axis, of: part)))", part.shape,
      batched: part.isBatched, type: part.type)
  }

  private mutating func padded(_ x: PageValue, axis: Int, after: Int) throws(NodeFault) -> PageValue
  {
    var shape = x.shape
    shape[axis] += after
    let place = try self.axis(axis, of: x)
    let borders = x.inner.indices.map { $0 == place ? "[0, \(after)]" : "0" }
    return add(
      "\(try mark(x)) |> pad([\(borders.joined(separator: ", "))])", shape, batched: x.isBatched,
      type: x.type)
  }

  private mutating func gather(_ call: Call) throws(NodeFault) -> PageValue {
    let (x, ids) = (try call.input(0), try call.input(1))
    let number = try call.axis(call.int("axis", 0), rank: x.shape.count)
    let shape = Array(x.shape[..<number]) + ids.shape + Array(x.shape[(number + 1)...])
    if let known = ids.known {
      return try gathered(x, axis: number, known, shape)
    }
    guard number == 0, !x.isBatched else {
      throw .refused("rows that an input names are taken along axis 0 of a table only")
    }
    try demandWeight(x, "table")
    // A table of rows: other axes lie within a row.
    let width = x.shape.dropFirst().reduce(1, *)
    let table = try reshaped(x, [x.shape[0], width])
    let rows = add(
      "\(try mark(ids)) |> embedding(weight: \(try mark(table)))", ids.shape + [width],
      batched: ids.isBatched, type: x.type)
    return try reshaped(rows, shape)
  }

  /// Known positions of an axis.
  private mutating func gathered(
    _ x: PageValue, axis number: Int, _ ids: Known, _ shape: [Int]
  ) throws(NodeFault) -> PageValue {
    let extent = x.shape[number]
    let positions = ids.ints.map { $0 < 0 ? $0 + extent : $0 }
    guard positions.allSatisfy({ (0..<extent).contains($0) }), let first = positions.first else {
      throw .refused("it takes what is not there")
    }
    let isRun = positions == Array(first..<first + positions.count)
    if isRun {
      return try reshaped(try cut(x, axis: number, from: first, count: positions.count), shape)
    }
    guard positions.count <= 4096 else {
      throw .refused("it takes more than 4096 single positions")
    }
    let source = try standing(x)
    var parts: [PageValue] = []
    for position in positions {
      parts.append(try cut(source, axis: number, from: position, count: 1))
    }
    return try reshaped(try joined(parts, axis: number), shape)
  }

  private mutating func pad(_ call: Call) throws(NodeFault) -> PageValue {
    let x = try call.input(0)
    let isOld = call.version < 11
    guard
      let given = try isOld ? call.ints("pads") ?? call.ints("paddings") : call.ints(1, "borders")
    else { throw .refused("it states no borders") }
    guard given.allSatisfy({ abs($0.clamped) <= 65_536 }) else {
      throw .refused("a border is too large")
    }
    let axes = try isOld ? nil : call.ints(3, "axes")
    let rank = axes?.count ?? x.shape.count
    guard given.count == 2 * rank else { throw .refused("its borders are not two for each axis") }
    var before = [Int](repeating: 0, count: x.shape.count)
    var after = before
    for index in 0..<rank {
      let axis =
        try axes.map { (axes) throws(NodeFault) in
          try call.axis(axes[index], rank: x.shape.count)
        } ?? index
      (before[axis], after[axis]) = (given[index], given[index + rank])
    }
    var result = x
    // What is negative is cut off.
    for axis in x.shape.indices where before[axis] < 0 || after[axis] < 0 {
      let (start, end) = (max(0, -before[axis]), x.shape[axis] - max(0, -after[axis]))
      guard start < end else { throw .refused("its borders leave nothing") }
      result = try cut(result, axis: axis, from: start, count: end - start)
      (before[axis], after[axis]) = (max(0, before[axis]), max(0, after[axis]))
    }
    guard (before + after).contains(where: { $0 != 0 }) else { return result }
    if result.isBatched, before[0] + after[0] > 0 { throw .movesBatch }
    let lead = result.isBatched ? 1 : 0
    let borders = (lead..<x.shape.count).map {
      before[$0] == after[$0] ? "\(before[$0])" : "[\(before[$0]), \(after[$0])]"
    }
    let shape = result.shape.indices.map { result.shape[$0] + before[$0] + after[$0] }
    let mode = call.text("mode", "constant")
    var extra = ""
    switch mode {
    case "constant":
      let constant = isOld ? call.number("value", 0) : call.optional(2)?.known?.numbers.first ?? 0
      guard isOld || call.optional(2) == nil || call.optional(2)?.known != nil else {
        throw .refused("its value is computed from an input")
      }
      if constant != 0 { extra = ", value: \(try Self.number(constant))" }
    case "reflect", "edge": extra = ", mode: \"\(mode)\""
    default: throw .refused("the mode \(mode) is not there")
    }
    return add(
      "\(try mark(result)) |> pad([\(borders.joined(separator: ", "))]\(extra))", shape,
      batched: result.isBatched, type: x.type)
  }

  private mutating func oneHot(_ call: Call) throws(NodeFault) -> PageValue {
    let ids = try call.input(0)
    guard let depth = try call.ints(1, "depth")?.first, (1...1 << 24).contains(depth),
      let pair = call.optional(2)?.known?.numbers, pair.count == 2
    else { throw .refused("its depth and values must be known") }
    let axis = try call.axis(call.int("axis", -1), rank: ids.shape.count + 1)
    if axis == 0, ids.isBatched { throw .movesBatch }
    let (off, on) = (try Self.number(pair[0]), try Self.number(pair[1] - pair[0]))
    guard depth <= 100_000 else { throw .refused("its depth is above 100000") }
    // Ids below 0 count from the end; those beyond are nowhere.
    let each = try reshaped(
      elementwise([ids]) { "\($0[0]) + \(depth) * less(\($0[0]), 0)" }, ids.shape + [1])
    let places = PageValue(
      shape: [depth], isBatched: false, type: 1, line: nil, known: Known(Array(0..<depth)))
    let hot = try elementwise([each, places], type: 1) {
      "1 - less(\($0[0]), \($0[1])) - less(\($0[1]), \($0[0]))"
    }
    var order = Array(0..<ids.shape.count)
    order.insert(ids.shape.count, at: axis)
    let turned = try permuted(hot, order)
    guard pair != [0, 1] else { return turned }
    return try elementwise([turned]) { "\($0[0]) * \(on) + \(off)" }
  }
}

extension Int {
  /// The number, or the nearest to it whose negative there is.
  fileprivate var clamped: Int { Swift.max(self, -Int.max) }
}
