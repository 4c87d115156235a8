extension Translation {
  /// Convolutions, windows, other sizes.
  static let spatial: [String: Operator] = [
    "Conv": { page, call in [try page.convolution(call)] },
    "ConvTranspose": { page, call in [try page.transposedConvolution(call)] },
    "MaxPool": { page, call in [try page.pool(call, "maxPool")] },
    "AveragePool": { page, call in [try page.pool(call, "avgPool")] },
    "LpPool": { page, call in [try page.lengthPool(call)] },
    "GlobalAveragePool": { page, call in [try page.global(call) { "mean(\($0)" }] },
    "GlobalMaxPool": { page, call in [try page.global(call) { "largest(\($0)" }] },
    "GlobalLpPool": { page, call in
      guard call.int("p", 2) == 2 else { throw NodeFault.refused("p is not 2") }
      let sum = try page.global(call) { "sum(square(\($0))" }
      return [page.add("\(try page.mark(sum)) |> sqrt", sum.shape, batched: sum.isBatched)]
    },
    "Resize": { page, call in [try page.resize(call)] },
    "Upsample": { page, call in [try page.resize(call)] },
  ]

  /// Rows and columns of windows: of sequences, one row.
  private struct Windows {
    /// True for `[N, C, L]`.
    let isRow: Bool
    /// Rows and columns of the input.
    let size: [Int]
    var kernel: [Int]
    let stride: [Int]
    let dilation: [Int]
    /// What is added before and after each.
    var before = [0, 0]
    var after = [0, 0]
    /// True if the network leaves the borders to be computed.
    let auto: String

    init(_ call: Call, _ x: PageValue, kernel given: [Int]?) throws(NodeFault) {
      guard x.shape.count == 3 || x.shape.count == 4 else {
        throw .refused("\(x.shape.count - 2) axes of space; plans have one or two")
      }
      isRow = x.shape.count == 3
      let count = x.shape.count - 2
      func pair(_ name: String, _ standard: Int?) throws(NodeFault) -> [Int] {
        guard let values = call.ints(name) ?? standard.map({ [Int](repeating: $0, count: count) }),
          values.count == count, values.allSatisfy({ $0 > 0 && $0 < 1 << 20 })
        else { throw .refused("its \(name) is not \(count) numbers above 0") }
        return count == 1 ? [1] + values : values
      }
      let row = count == 1 ? [1] : []
      size = row + x.shape[2...]
      if let given { kernel = row + given } else { kernel = try pair("kernel_shape", nil) }
      guard kernel.count == 2 else { throw .refused("its kernel has other axes than its input") }
      stride = try pair("strides", 1)
      dilation = try pair("dilations", 1)
      auto = call.text("auto_pad", "NOTSET")
      if auto == "NOTSET", let pads = call.ints("pads") {
        guard pads.count == 2 * count, pads.allSatisfy({ $0 >= 0 && $0 <= 1024 }) else {
          throw .refused("its pads are not two for each axis, 0 to 1024")
        }
        before = (count == 1 ? [0] : []) + pads[..<count]
        after = (count == 1 ? [0] : []) + pads[count...]
      }
    }

    /// How far a window reaches.
    func reach(_ axis: Int) -> Int { (kernel[axis] - 1) * dilation[axis] + 1 }

    /// Distributes what is to be added: the odd one after, or before.
    mutating func distribute(_ total: [Int], lower: Bool) {
      for axis in 0..<2 {
        before[axis] = lower ? total[axis] - total[axis] / 2 : total[axis] / 2
        after[axis] = total[axis] - before[axis]
      }
    }

    /// Borders by which ⌈size / stride⌉ windows fit.
    mutating func same() {
      guard auto == "SAME_UPPER" || auto == "SAME_LOWER" else { return }
      let total = (0..<2).map { axis in
        let count = (size[axis] + stride[axis] - 1) / stride[axis]
        return max(0, (count - 1) * stride[axis] + reach(axis) - size[axis])
      }
      distribute(total, lower: auto == "SAME_LOWER")
    }

    /// How many windows there are.
    func outputs(ceiling: Bool) throws(NodeFault) -> [Int] {
      var result: [Int] = []
      for axis in 0..<2 {
        let span = size[axis] + before[axis] + after[axis] - reach(axis)
        guard span >= 0 else { throw .refused("its window is larger than its input") }
        var count = (span + (ceiling ? stride[axis] - 1 : 0)) / stride[axis] + 1
        if ceiling, (count - 1) * stride[axis] >= size[axis] + before[axis] { count -= 1 }
        result.append(count)
      }
      return result
    }

    /// Arguments as the language writes them.
    func arguments(_ name: String, _ pair: [Int]) -> String {
      "\(name): "
        + (pair[0] == pair[1] || isRow && pair == [1, 1]
          ? "\(pair[0])" : "[\(pair[0]), \(pair[1])]")
    }

    var padding: String {
      let sides = [before[0], after[0], before[1], after[1]]
      if before == after {
        return "padding: "
          + (before[0] == before[1] ? "\(before[0])" : "[\(before[0]), \(before[1])]")
      }
      return "padding: [\(Translation.list(sides))]"
    }

    /// The extents of a picture of so many channels, and as the network has them.
    func shapes(_ channels: Int, _ size: [Int]) -> (picture: [Int], item: [Int]) {
      ([channels] + size, isRow ? [channels, size[1]] : [channels] + size)
    }
  }

  /// A kernel `[out, in, rows, columns]`, that of a sequence with one row.
  private mutating func kernel(_ weight: PageValue) throws(NodeFault) -> String {
    guard weight.shape.count == 3 else { return try mark(weight) }
    let shape = [weight.shape[0], weight.shape[1], 1, weight.shape[2]]
    return "reshape(\(try mark(weight)), [\(Self.list(shape))])"
  }

  private mutating func convolution(_ call: Call) throws(NodeFault) -> PageValue {
    let (x, weight) = (try call.input(0), try call.input(1))
    try demandWeight(weight, "kernel")
    guard weight.shape.count == x.shape.count, weight.shape.count > 2 else {
      throw .refused("its kernel has other axes than its input")
    }
    var windows = try Windows(call, x, kernel: Array(weight.shape[2...]))
    windows.same()
    let groups = call.int("group", 1)
    guard groups > 0, weight.shape[1] * groups == x.shape[1] else {
      throw .refused("its kernel has other channels than its input")
    }
    var arguments = ["weight: \(try kernel(weight))", "bias: \(try bias(call))"]
    if windows.stride != [1, 1] { arguments.append(windows.arguments("stride", windows.stride)) }
    arguments.append(windows.padding)
    if windows.dilation != [1, 1] {
      arguments.append(windows.arguments("dilation", windows.dilation))
    }
    if groups != 1 { arguments.append("groups: \(groups)") }
    let (made, item) = windows.shapes(weight.shape[0], try windows.outputs(ceiling: false))
    return try items(
      x, as: [x.shape[1]] + windows.size, ["conv(\(arguments.joined(separator: ", ")))"],
      made: made, item: item)
  }

  private mutating func bias(_ call: Call) throws(NodeFault) -> String {
    guard let bias = call.optional(2) else { return "none" }
    try demandWeight(bias, "bias")
    return try mark(bias)
  }

  private mutating func transposedConvolution(_ call: Call) throws(NodeFault) -> PageValue {
    let (x, weight) = (try call.input(0), try call.input(1))
    try demandWeight(weight, "kernel")
    guard weight.shape.count == x.shape.count, weight.shape.count > 2 else {
      throw .refused("its kernel has other axes than its input")
    }
    var windows = try Windows(call, x, kernel: Array(weight.shape[2...]))
    let groups = call.int("group", 1)
    guard groups > 0, weight.shape[0] == x.shape[1] else {
      throw .refused("its kernel has other channels than its input")
    }
    let row = windows.isRow ? [0] : []
    var extra = row + (call.ints("output_padding") ?? [Int](repeating: 0, count: x.shape.count - 2))
    guard extra.count == 2, extra.allSatisfy({ (0...1024).contains($0) }) else {
      throw .refused("its output_padding is not one for each axis, 0 to 1024")
    }
    let full = (0..<2).map {
      (windows.size[$0] - 1) * windows.stride[$0] + windows.reach($0) + extra[$0]
    }
    var wanted: [Int]?
    if let shape = call.ints("output_shape") {
      guard shape.count >= x.shape.count - 2, shape.allSatisfy({ (1...1 << 31).contains($0) })
      else {
        throw .refused("its output_shape is not one size for each axis")
      }
      wanted = (windows.isRow ? [1] : []) + shape.suffix(x.shape.count - 2)
    } else if windows.auto.hasPrefix("SAME") {
      wanted = (0..<2).map { windows.size[$0] * windows.stride[$0] }
    }
    if let wanted {
      var total = (0..<2).map { full[$0] - wanted[$0] }
      for axis in 0..<2 where total[axis] < 0 {
        extra[axis] -= total[axis]
        total[axis] = 0
      }
      windows.distribute(total, lower: windows.auto != "SAME_UPPER")
    }
    for axis in 0..<2 where extra[axis] > 0 {
      guard extra[axis] < max(windows.stride[axis], windows.dilation[axis]) else {
        throw .refused("its output_padding is not less than the stride")
      }
    }
    var size: [Int] = []
    for axis in 0..<2 {
      size.append(
        (windows.size[axis] - 1) * windows.stride[axis] + windows.reach(axis) + extra[axis]
          - windows.before[axis] - windows.after[axis])
    }
    guard size.allSatisfy({ $0 > 0 }) else { throw .refused("nothing is left of its result") }
    var arguments = ["weight: \(try kernel(weight))", "bias: \(try bias(call))"]
    if windows.stride != [1, 1] {
      arguments.append(windows.arguments("stride", windows.stride))
    }
    arguments.append(windows.padding)
    if extra != [0, 0] { arguments.append(windows.arguments("outputPadding", extra)) }
    if windows.dilation != [1, 1] {
      arguments.append(windows.arguments("dilation", windows.dilation))
    }
    if groups != 1 { arguments.append("groups: \(groups)") }
    let (made, item) = windows.shapes(weight.shape[1] * groups, size)
    return try items(
      x, as: [x.shape[1]] + windows.size,
      ["convTranspose(\(arguments.joined(separator: ", ")))"], made: made, item: item)
  }

  // MARK: Windows

  private mutating func pool(_ call: Call, _ function: String) throws(NodeFault) -> PageValue {
    let x = try call.input(0)
    var windows = try Windows(call, x, kernel: nil)
    windows.same()
    guard call.outputs.count == 1 else { throw .refused("the places of its maxima are asked for") }
    guard windows.dilation == [1, 1] else { throw .refused("it has a dilation") }
    guard windows.before[0] < windows.kernel[0], windows.before[1] < windows.kernel[1],
      windows.after[0] < windows.kernel[0], windows.after[1] < windows.kernel[1]
    else { throw .refused("a border is as large as its window") }
    let ceiling = call.int("ceil_mode", 0) != 0
    let size = try windows.outputs(ceiling: ceiling)
    var arguments = [windows.arguments("kernel", windows.kernel)]
    arguments.append(windows.arguments("stride", windows.stride))
    if windows.before + windows.after != [0, 0, 0, 0] { arguments.append(windows.padding) }
    if ceiling { arguments.append("ceiling: true") }
    if function == "avgPool" {
      arguments.append("countPadding: \(call.int("count_include_pad", 0) != 0)")
    }
    let (made, item) = windows.shapes(x.shape[1], size)
    return try items(
      x, as: [x.shape[1]] + windows.size, ["\(function)(\(arguments.joined(separator: ", ")))"],
      made: made, item: item)
  }

  /// The root of the sum of squares of each window.
  private mutating func lengthPool(_ call: Call) throws(NodeFault) -> PageValue {
    let x = try call.input(0)
    guard call.int("p", 2) == 2, call.int("ceil_mode", 0) == 0 else {
      throw .refused("p is not 2, or it has ceil_mode")
    }
    var windows = try Windows(call, x, kernel: nil)
    windows.same()
    guard windows.dilation == [1, 1] else { throw .refused("it has a dilation") }
    let size = try windows.outputs(ceiling: false)
    let arguments = [
      windows.arguments("kernel", windows.kernel), windows.arguments("stride", windows.stride),
      windows.padding, "countPadding: true",
    ]
    let (made, item) = windows.shapes(x.shape[1], size)
    let mean = try items(
      x, as: [x.shape[1]] + windows.size,
      ["square", "avgPool(\(arguments.joined(separator: ", ")))"], made: made, item: item)
    let count = windows.kernel[0] * windows.kernel[1]
    return try elementwise([mean]) { "sqrt(\($0[0]) * \(count))" }
  }

  /// A reduction over all of space; `make` opens the call.
  private mutating func global(_ call: Call, _ make: (String) -> String) throws(NodeFault)
    -> PageValue
  {
    let x = try call.input(0)
    guard x.shape.count > 2 else { throw .refused("it has no axis of space") }
    let shape = Array(x.shape[..<2]) + x.shape[2...].map { _ in 1 }
    let axes = (2..<x.shape.count).map { $0 - (x.isBatched ? 1 : 0) }
    return add(
      make(try mark(x)) + ", axes: [\(Self.list(axes))], keep: true)", shape, batched: x.isBatched,
      type: x.type)
  }
}
