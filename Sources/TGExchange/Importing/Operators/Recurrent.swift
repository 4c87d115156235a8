extension Translation {
  /// Recurrent networks.
  static let recurrent: [String: Operator] = [
    "LSTM": { page, call in
      // ONNX: input, output, forget, cell; the language: input, forget, cell, output.
      try page.recurrence(call, "lstm", order: [0, 2, 3, 1], ["Sigmoid", "Tanh", "Tanh"])
    },
    "GRU": { page, call in
      guard call.int("linear_before_reset", 0) != 0 else {
        throw NodeFault.refused(
          "linear_before_reset is 0, and the language's gru resets after the product")
      }
      // ONNX: update, reset, new; the language: reset, update, new.
      return try page.recurrence(call, "gru", order: [1, 0, 2], ["Sigmoid", "Tanh"])
    },
  ]

  private mutating func recurrence(
    _ call: Call, _ function: String, order: [Int], _ activations: [String]
  ) throws(NodeFault) -> [PageValue] {
    let x = try call.input(0)
    guard x.shape.count == 3 else { throw .refused("its input has not three axes") }
    let isFront = call.int("layout", 0) == 1
    if x.isBatched, !isFront { throw .movesBatch }
    let (words, items) = isFront ? (x.shape[1], x.shape[0]) : (x.shape[0], x.shape[1])
    let directions = try directions(call)
    try demandOrdinary(call, activations, directions.count, words: words)
    for index in 1...3 { try demandWeight(call.optional(index), "weights") }
    let (weight, state) = (try standing(call.input(1)), try standing(call.input(2)))
    guard weight.shape.count == 3, weight.shape[0] == directions.count, !weight.isBatched,
      state.shape.count == 3
    else { throw .refused("its weights are not those of \(directions.count) directions") }
    let hidden = state.shape[2]
    let bias = try call.optional(3).map { (value) throws(NodeFault) in try standing(value) }
    let sequences = try isFront ? x : permuted(x, [1, 0, 2])
    let source = try standing(sequences)
    // Runs: for each direction, for each item.
    var runs: [[PageValue]] = []
    for (direction, isReversed) in directions.enumerated() {
      var arguments = [
        "weightInput: \(try gates(weight, direction, order, hidden))",
        "weightHidden: \(try gates(state, direction, order, hidden))",
      ]
      arguments += try biases(bias, direction, order, hidden)
      if isReversed { arguments.append("reversed: true") }
      let text = arguments.joined(separator: ", ")
      var row: [PageValue] = []
      for item in 0..<(x.isBatched ? 1 : items) {
        guard items <= 64 || x.isBatched else { throw .refused("it goes over more than 64 items") }
        let each = try mark(source) + (x.isBatched ? "" : "[\(item)]")
        row.append(
          try standing(add("\(function)(\(each), \(text))", [], batched: x.isBatched)))
      }
      runs.append(row)
    }
    return try results(call, x, runs, words, hidden, isFront)
  }

  /// False for a direction from the first word on, true for one from the last.
  private func directions(_ call: Call) throws(NodeFault) -> [Bool] {
    switch call.text("direction", "forward") {
    case "forward": return [false]
    case "reverse": return [true]
    case "bidirectional": return [false, true]
    default: throw .refused("its direction is not there")
    }
  }

  private func demandOrdinary(
    _ call: Call, _ standard: [String], _ directions: Int, words: Int
  ) throws(NodeFault) {
    if case .strings(let given)? = call.attributes["activations"] {
      guard given == (0..<directions).flatMap({ _ in standard }) else {
        throw .refused("its activations are not \(standard.joined(separator: ", "))")
      }
    }
    guard call.attributes["clip"] == nil, call.int("input_forget", 0) == 0 else {
      throw .refused("clip and input_forget are not translated")
    }
    if let lengths = call.optional(4) {
      guard let known = lengths.known, known.ints.allSatisfy({ $0 == words }) else {
        throw .refused("its lengths differ from the input's; export one sequence without padding")
      }
    }
    for index in [5, 6] {
      if let start = call.optional(index) {
        guard let known = start.known, known.numbers.allSatisfy({ $0 == 0 }) else {
          throw .refused("its state before the first word is not 0")
        }
      }
    }
    guard call.optional(7) == nil else { throw .refused("it has peepholes") }
  }

  /// The gates of a direction in the language's order.
  private mutating func gates(
    _ weight: PageValue, _ direction: Int, _ order: [Int], _ hidden: Int
  ) throws(NodeFault) -> String {
    guard weight.shape[1] == order.count * hidden else {
      throw .refused("its weights have other gates")
    }
    return try reordered("\(mark(weight))[\(direction)]", order, from: 0, hidden)
  }

  private func reordered(
    _ source: String, _ order: [Int], from start: Int, _ hidden: Int
  ) throws(NodeFault) -> String {
    let parts = order.map { gate in
      "\(source)[\(start + gate * hidden) ..< \(start + (gate + 1) * hidden)]"
    }
    return "concat([\(parts.joined(separator: ", "))])"
  }

  private mutating func biases(
    _ bias: PageValue?, _ direction: Int, _ order: [Int], _ hidden: Int
  ) throws(NodeFault) -> [String] {
    guard let bias else { return ["bias: none"] }
    let rows = order.count * hidden
    guard bias.shape.count == 2, bias.shape[1] == 2 * rows else {
      throw .refused("its biases are not two")
    }
    let source = "\(try mark(bias))[\(direction)]"
    return [
      "biasInput: \(try reordered(source, order, from: 0, hidden))",
      "biasHidden: \(try reordered(source, order, from: rows, hidden))",
    ]
  }

  /// Y `[T, directions, N, hidden]` and Y_h `[directions, N, hidden]`; with the batch in front
  /// `[N, T, directions, hidden]` and `[N, directions, hidden]`.
  private mutating func results(
    _ call: Call, _ x: PageValue, _ runs: [[PageValue]], _ words: Int, _ hidden: Int,
    _ isFront: Bool
  ) throws(NodeFault) -> [PageValue] {
    guard call.outputs.count < 3 || call.outputs[2].isEmpty else {
      throw .refused("its last cell state is asked for")
    }
    let count = runs.count
    let items = x.isBatched ? x.shape[0] : runs[0].count
    func stacked(_ part: String) throws(NodeFault) -> [String] {
      var texts: [String] = []
      for row in runs {
        var each: [String] = []
        for run in row { each.append("\(Self.mark(run.line ?? 0)).\(part)") }
        texts.append(x.isBatched ? each[0] : "stack([\(each.joined(separator: ", "))])")
      }
      return texts
    }
    let outputs = try stacked("outputs").joined(separator: ", ")
    let finals = try stacked("final").joined(separator: ", ")
    if x.isBatched {
      return [
        add("stack([\(outputs)], axis: 1)", [items, words, count, hidden], batched: true),
        add("stack([\(finals)])", [items, count, hidden], batched: true),
      ]
    }
    // [directions, N, T, hidden] and [directions, N, hidden]
    let all = add("stack([\(outputs)])", [count, items, words, hidden], batched: false)
    let last = add("stack([\(finals)])", [count, items, hidden], batched: false)
    return [
      try permuted(all, isFront ? [1, 2, 0, 3] : [2, 0, 1, 3]),
      try isFront ? permuted(last, [1, 0, 2]) : last,
    ]
  }
}
