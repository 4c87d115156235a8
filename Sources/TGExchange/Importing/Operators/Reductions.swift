extension Translation {
  /// Sums, means and extrema over axes; softmax.
  static let reductions: [String: Operator] = {
    var table: [String: Operator] = [:]
    func reduction(
      _ name: String, axesSince version: Int = 18, _ function: String,
      before: @escaping @Sendable (String) -> String = { $0 },
      after: String = ""
    ) {
      table[name] = { page, call in
        [try page.reduce(call, since: version, function, before, after)]
      }
    }
    reduction("ReduceSum", axesSince: 13, "sum")
    reduction("ReduceMean", "mean")
    reduction("ReduceMax", "largest")
    reduction("ReduceMin", "smallest")
    reduction("ReduceProd", "product")
    reduction("ReduceL1", "sum", before: { "abs(\($0))" })
    reduction("ReduceL2", "sum", before: { "square(\($0))" }, after: "sqrt")
    reduction("ReduceSumSquare", "sum", before: { "square(\($0))" })
    reduction("ReduceLogSum", "sum", after: "log")
    reduction("ReduceLogSumExp", "sum", before: { "exp(\($0))" }, after: "log")
    table["Softmax"] = { page, call in [try page.softmax(call, "softmax")] }
    table["LogSoftmax"] = { page, call in [try page.softmax(call, "logSoftmax")] }
    return table
  }()

  private mutating func reduce(
    _ call: Call, since version: Int, _ function: String, _ before: (String) -> String,
    _ after: String
  ) throws(NodeFault) -> PageValue {
    let x = try call.input(0)
    let given = try call.version >= version ? call.ints(1, "axes") : call.ints("axes")
    var axes: [Int] = []
    for number in given ?? [] { axes.append(try call.axis(number, rank: x.shape.count)) }
    let steps = after.isEmpty ? "" : " |> \(after)"
    if axes.isEmpty {
      if call.int("noop_with_empty_axes", 0) != 0 {
        return add(before(try mark(x)) + steps, x.shape, batched: x.isBatched, type: x.type)
      }
      axes = Array(x.shape.indices)
    }
    let keeps = call.int("keepdims", 1) != 0
    let shape = x.shape.indices.compactMap { axes.contains($0) ? (keeps ? 1 : nil) : x.shape[$0] }
    guard !axes.isEmpty else {
      return add(before(try mark(x)) + steps, x.shape, batched: x.isBatched, type: x.type)
    }
    var inner: [Int] = []
    for number in axes.sorted() { inner.append(try axis(number, of: x)) }
    let keep = keeps ? ", keep: true" : ""
    return add(
      "\(function)(\(before(try mark(x))), axes: [\(Self.list(inner))]\(keep))" + steps, shape,
      batched: x.isBatched, type: x.type)
  }

  private mutating func softmax(_ call: Call, _ function: String) throws(NodeFault) -> PageValue {
    let x = try call.input(0)
    let rank = x.shape.count
    let number = try call.axis(call.int("axis", call.version >= 13 ? -1 : 1), rank: max(rank, 1))
    // Before version 13 all axes from there on were one.
    if call.version < 13, number < rank - 1 {
      let flat = try reshaped(x, Array(x.shape[..<number]) + [x.shape[number...].reduce(1, *)])
      let inner = try axis(number, of: flat)
      let shares = add(
        "\(try mark(flat)) |> \(function)(axis: \(inner))", flat.shape, batched: x.isBatched)
      return try reshaped(shares, x.shape)
    }
    return add(
      "\(try mark(x)) |> \(function)(axis: \(try axis(number, of: x)))", x.shape,
      batched: x.isBatched, type: x.type)
  }
}
