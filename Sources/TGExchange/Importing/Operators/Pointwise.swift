extension Translation {
  /// Operators that work on each element alone.
  static let pointwise: [String: Operator] = {
    var table: [String: Operator] = [:]
    for (name, text) in [
      "Relu": "relu", "Sigmoid": "sigmoid", "Tanh": "tanh", "Exp": "exp", "Log": "log",
      "Sqrt": "sqrt", "Abs": "abs", "Sign": "sign", "Sin": "sin", "Cos": "cos", "Erf": "erf",
      "Floor": "floor", "Softplus": "softplus",
    ] {
      table[name] = { page, call in [try page.unary(call) { "\(text)(\($0))" }] }
    }
    table["Neg"] = { page, call in [try page.unary(call) { "-\($0)" }] }
    table["Ceil"] = { page, call in [try page.unary(call) { "-floor(-\($0))" }] }
    table["Reciprocal"] = { page, call in [try page.unary(call) { "1 / \($0)" }] }
    table["Identity"] = { page, call in [try call.input(0)] }
    table["Dropout"] = { page, call in [try page.dropout(call)] }
    table["Cast"] = { page, call in
      [try page.cast(call.input(0), to: call.int("to", 1))]
    }
    table["CastLike"] = { page, call in
      [try page.cast(call.input(0), to: call.input(1).type)]
    }
    table["LeakyRelu"] = { page, call in
      let slope = try number(call.number("alpha", 0.01))
      return [try page.piped(call) { "leakyRelu(\(slope))" }]
    }
    table["Elu"] = { page, call in
      let alpha = try number(call.number("alpha", 1))
      return [try page.piped(call) { "elu(alpha: \(alpha))" }]
    }
    table["Selu"] = { page, call in
      let alpha = try number(call.number("alpha", 1.6732631921768188))
      let gamma = try number(call.number("gamma", 1.0507010221481323))
      return [try page.unary(call) { "\(gamma) * elu(\($0), alpha: \(alpha))" }]
    }
    table["Celu"] = { page, call in
      let alpha = try number(call.number("alpha", 1))
      return [
        try page.unary(call) {
          "elu(\($0) / \(alpha)) * \(alpha) + (\(alpha) - 1) * min(0, 0 * \($0))"
        }
      ]
    }
    table["HardSigmoid"] = { page, call in
      let alpha = try number(call.number("alpha", 0.2))
      let beta = try number(call.number("beta", 0.5))
      return [try page.unary(call) { "clamp(\($0) * \(alpha) + \(beta), 0, 1)" }]
    }
    table["HardSwish"] = { page, call in
      [try page.unary(call) { "\($0) * clamp(\($0) / 6 + 0.5, 0, 1)" }]
    }
    table["Swish"] = { page, call in
      let alpha = try number(call.number("alpha", 1))
      return [try page.unary(call) { "\($0) * sigmoid(\(alpha) * \($0))" }]
    }
    table["Mish"] = { page, call in
      [try page.unary(call) { "\($0) * tanh(softplus(\($0)))" }]
    }
    table["Softsign"] = { page, call in
      [try page.unary(call) { "\($0) / (1 + abs(\($0)))" }]
    }
    table["ThresholdedRelu"] = { page, call in
      let alpha = try number(call.number("alpha", 1))
      return [try page.unary(call) { "\($0) * less(\(alpha), \($0))" }]
    }
    table["Shrink"] = { page, call in
      let bias = try number(call.number("bias", 0))
      let edge = try number(call.number("lambd", 0.5))
      return [
        try page.unary(call) {
          "(\($0) - \(bias)) * less(\(edge), \($0)) + (\($0) + \(bias)) * less(\($0), -\(edge))"
        }
      ]
    }
    table["Gelu"] = { page, call in
      guard call.text("approximate", "none") == "tanh" else {
        return [try page.piped(call) { "gelu" }]
      }
      return [
        try page.unary(call) {
          "0.5 * \($0) * (1 + tanh(0.7978845608 * (\($0) + 0.044715 * \($0) * \($0) * \($0))))"
        }
      ]
    }
    table["Tan"] = { page, call in
      [try page.unary(call) { "sin(\($0)) / cos(\($0))" }]
    }
    table["Sinh"] = { page, call in
      [try page.unary(call) { "(exp(\($0)) - exp(-\($0))) / 2" }]
    }
    table["Cosh"] = { page, call in
      [try page.unary(call) { "(exp(\($0)) + exp(-\($0))) / 2" }]
    }
    table["Round"] = { page, call in [try page.rounded(call)] }
    table["Not"] = { page, call in [try page.unary(call) { "1 - \($0)" }] }
    table["Clip"] = { page, call in [try page.clip(call)] }
    table["PRelu"] = { page, call in
      let (x, slope) = (try call.input(0), try call.input(1))
      // Before version 7 a list of slopes is by channel.
      guard call.version < 7, slope.shape.count == 1, slope.count > 1, x.shape.count > 1 else {
        return [try page.sloped(x, slope)]
      }
      let ones = x.shape.dropFirst(2).map { _ in 1 }
      return [try page.sloped(x, page.reshaped(slope, slope.shape + ones))]
    }
    return table
  }()

  /// Operators of several operands, element by element.
  static let arithmetic: [String: Operator] = {
    var table: [String: Operator] = [:]
    for (name, sign) in ["Add": "+", "Sub": "-", "Mul": "*"] {
      table[name] = { page, call in
        [try page.arithmetic(call) { "\($0[0]) \(sign) \($0[1])" }]
      }
    }
    table["Div"] = { page, call in
      guard try !call.input(0).isFloat else {
        return [try page.arithmetic(call) { "\($0[0]) / \($0[1])" }]
      }
      return [
        try page.arithmetic(call) {
          "sign(\($0[0])) * sign(\($0[1])) * floor(abs(\($0[0])) / abs(\($0[1])))"
        }
      ]
    }
    table["Mod"] = { page, call in
      guard call.int("fmod", 0) == 1 else {
        guard try !call.input(0).isFloat else {
          throw NodeFault.refused("a remainder of floats needs fmod")
        }
        return [
          try page.elementwise([call.input(0), call.input(1)]) {
            "\($0[0]) - \($0[1]) * floor(\($0[0]) / \($0[1]))"
          }
        ]
      }
      return [
        try page.elementwise([call.input(0), call.input(1)]) {
          "\($0[0]) - sign(\($0[0])) * abs(\($0[1])) * floor(abs(\($0[0])) / abs(\($0[1])))"
        }
      ]
    }
    table["Pow"] = { page, call in [try page.power(call)] }
    for (name, function) in ["Min": "min", "Max": "max"] {
      table[name] = { page, call in
        [try page.folded(call) { "\(function)(\($0), \($1))" }]
      }
    }
    table["Sum"] = { page, call in [try page.folded(call) { "\($0) + \($1)" }] }
    table["Mean"] = { page, call in
      let sum = try page.folded(call) { "\($0) + \($1)" }
      guard call.inputs.count > 1 else { return [sum] }
      return [try page.elementwise([sum]) { "\($0[0]) / \(call.inputs.count)" }]
    }
    table["Less"] = compare { "less(\($0), \($1))" }
    table["Greater"] = compare { "less(\($1), \($0))" }
    table["LessOrEqual"] = compare { "1 - less(\($1), \($0))" }
    table["GreaterOrEqual"] = compare { "1 - less(\($0), \($1))" }
    table["Equal"] = compare { "1 - less(\($0), \($1)) - less(\($1), \($0))" }
    table["And"] = compare { "\($0) * \($1)" }
    table["Or"] = compare { "max(\($0), \($1))" }
    table["Xor"] = compare { "abs(\($0) - \($1))" }
    table["Where"] = { page, call in
      let (condition, a, b) = (try call.input(0), try call.input(1), try call.input(2))
      return [
        try page.elementwise([condition, a, b], type: a.type) {
          "select(\($0[0]), \($0[1]), \($0[2]))"
        }
      ]
    }
    return table
  }()

  private static func compare(_ make: @escaping @Sendable (String, String) -> String) -> Operator {
    { page, call in
      [try page.elementwise([call.input(0), call.input(1)], type: 9) { make($0[0], $0[1]) }]
    }
  }

  /// An operation with one operand, written around its name.
  mutating func unary(
    _ call: Call, _ make: (String) -> String
  ) throws(NodeFault) -> PageValue {
    let x = try call.input(0)
    // What reads its operand several times names it first.
    let probe = make("\u{1}")
    if let line = x.line,
      probe.split(separator: "\u{1}", omittingEmptySubsequences: false).count > 2
    {
      lines[line].stands = true
    }
    let text = try mark(x)
    let made = make(text)
    // `relu(x)` is better read as `x |> relu`.
    if made.hasSuffix("(\(text))"), made.hasPrefix(made.prefix(while: { $0.isLetter })),
      made.prefix(while: { $0.isLetter }).count + text.count + 2 == made.count
    {
      let function = made.prefix(while: { $0.isLetter })
      return add("\(text) |> \(function)", x.shape, batched: x.isBatched, type: x.type)
    }
    return add(made, x.shape, batched: x.isBatched, type: x.type)
  }

  /// What is below 0 times a slope: the language's `prelu` where there is one slope, or one a channel.
  private mutating func sloped(_ x: PageValue, _ slope: PageValue) throws(NodeFault) -> PageValue {
    let channels = x.inner.first ?? 1
    let ones = [Int](repeating: 1, count: max(0, x.inner.count - 1))
    if !slope.isBatched, slope.line != nil, !depends(slope),
      slope.count == 1 || x.isBatched && slope.shape == [channels] + ones
    {
      let list = try mark(try reshapedLine(slope, [slope.count]))
      return add("\(try mark(x)) |> prelu(weight: \(list))", x.shape, batched: x.isBatched)
    }
    return try elementwise([x, slope]) { "max(\($0[0]), 0) + \($0[1]) * min(\($0[0]), 0)" }
  }

  /// A tensor of the file in another shape, written inside of what reads it.
  private mutating func reshapedLine(_ value: PageValue, _ shape: [Int]) throws(NodeFault)
    -> PageValue
  {
    guard value.shape != shape else { return value }
    var result = add("reshape(\(try mark(value)), [\(Self.list(shape))])", shape, batched: false)
    if let line = result.line { lines[line].isParameter = true }
    result.known = nil
    return result
  }

  /// An operation with one operand, written behind it.
  mutating func piped(_ call: Call, _ make: () -> String) throws(NodeFault) -> PageValue {
    let x = try call.input(0)
    return add("\(try mark(x)) |> \(make())", x.shape, batched: x.isBatched, type: x.type)
  }

  /// Sums, differences, products: of whole numbers only as far as float32 holds them.
  mutating func arithmetic(
    _ call: Call, _ make: ([String]) -> String
  ) throws(NodeFault) -> PageValue {
    let (a, b) = (try call.input(0), try call.input(1))
    guard !a.isNarrow else {
      throw .refused("whole numbers of 8 or 16 bits are not computed at run time")
    }
    if call.int("broadcast", 0) == 1, call.version < 7 {
      return try elementwise([a, try legacy(b, beside: a, call)], make)
    }
    return try elementwise([a, b], make)
  }

  /// The second operand as operator sets before 7 align it: at `axis`, or at the end.
  private mutating func legacy(_ b: PageValue, beside a: PageValue, _ call: Call) throws(NodeFault)
    -> PageValue
  {
    guard case .int(let given)? = call.attributes["axis"] else { return b }
    let axis = try call.axis(given, rank: a.shape.count)
    let behind = a.shape.count - axis - b.shape.count
    guard behind > 0 else { return b }
    return try reshaped(b, b.shape + [Int](repeating: 1, count: behind))
  }

  /// A function of two applied along all operands.
  private mutating func folded(
    _ call: Call, _ make: (String, String) -> String
  ) throws(NodeFault) -> PageValue {
    var result = try call.input(0)
    for index in call.inputs.indices.dropFirst() {
      result = try elementwise([result, call.input(index)]) { make($0[0], $0[1]) }
    }
    return result
  }

  private mutating func power(_ call: Call) throws(NodeFault) -> PageValue {
    let (a, b) = (try call.input(0), try call.input(1))
    if let known = b.known, known.count == 1, b.shape.count <= a.shape.count {
      let square: String? =
        switch known.numbers[0] {
        case 2: "square"
        case 0.5: "sqrt"
        default: nil
        }
      if let square { return add("\(try mark(a)) |> \(square)", a.shape, batched: a.isBatched) }
      if known.numbers[0] == 1 { return a }
    }
    // The language's power is of numbers above 0, with whole exponents of any.
    return try elementwise([a, b]) { "pow(\($0[0]), \($0[1]))" }
  }

  private mutating func dropout(_ call: Call) throws(NodeFault) -> PageValue {
    if let training = call.optional(2)?.known, training.numbers.first == 1 {
      throw .refused("it is in training mode")
    }
    guard call.outputs.count < 2 else { throw .refused("its mask is asked for") }
    return try call.input(0)
  }

  /// A value as numbers of another type.
  mutating func cast(_ value: PageValue, to type: Int) throws(NodeFault) -> PageValue {
    var result = value
    switch (value.isFloat, type) {
    case (_, 1), (_, 11): break
    case (false, 10), (false, 16): break
    case (true, 10), (true, 16):
      // Weights and constants of a narrower type are what they are.
      guard value.type == type || value.type != 1 && value.type != 11 else {
        throw .refused("it rounds to \(type == 10 ? "float16" : "bfloat16"), which plans do not")
      }
    case (_, 9) where !value.isBool:
      return try elementwise([value], type: 9) { "abs(sign(\($0[0])))" }
    case (true, 6), (true, 7), (true, 12), (true, 13):
      return try elementwise([value], type: type) { "sign(\($0[0])) * floor(abs(\($0[0])))" }
    case (false, 6), (false, 7), (_, 9): break
    default: throw .refused("it makes elements of a type that plans do not have")
    }
    result.type = type
    return result
  }

  private mutating func rounded(_ call: Call) throws(NodeFault) -> PageValue {
    let x = try call.input(0)
    if let line = x.line { lines[line].stands = true }
    // To the even neighbour: a half goes down if the whole number below is even.
    return try elementwise([x]) { text in
      let x = text[0]
      let isHalf = "(1 - abs(sign(\(x) - floor(\(x)) - 0.5)))"
      let isEven = "(1 - floor(\(x)) + 2 * floor(floor(\(x)) / 2))"
      return "floor(\(x) + 0.5) - \(isHalf) * \(isEven)"
    }
  }

  private mutating func clip(_ call: Call) throws(NodeFault) -> PageValue {
    let x = try call.input(0)
    guard call.version >= 11 else {
      let low = call.number("min", -3.4028234663852886e38)
      let high = call.number("max", 3.4028234663852886e38)
      return add(
        "\(try mark(x)) |> clamp(\(try Self.number(low)), \(try Self.number(high)))", x.shape,
        batched: x.isBatched)
    }
    var result = x
    if let low = call.optional(1)?.known?.numbers.first,
      let high = call.optional(2)?.known?.numbers.first, low <= high
    {
      return add(
        "\(try mark(x)) |> clamp(\(try Self.number(low)), \(try Self.number(high)))", x.shape,
        batched: x.isBatched, type: x.type)
    }
    if let low = call.optional(1) {
      result = try elementwise([result, low]) { "max(\($0[0]), \($0[1]))" }
    }
    if let high = call.optional(2) {
      result = try elementwise([result, high]) { "min(\($0[0]), \($0[1]))" }
    }
    return result
  }
}
