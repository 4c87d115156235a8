import TGTensor

/// A function of a draft under construction: layers in the order of the file, as long as each takes
/// what the one before gives.
struct DraftFunction {
  /// The extents of the input.
  let input: [Int]
  /// The lines of the body.
  private(set) var lines: [String] = []
  /// The extents of what the layers so far give.
  private(set) var shape: [Int]

  /// Pictures are drafted at this size; the file does not say which they have.
  static let side = 64

  /// Begins a function with a layer; nil if it cannot be written down.
  init?(_ layer: DraftLayer, next: DraftLayer?) {
    switch layer.kind {
    case .linear(let inputs, _): input = [inputs]
    case .embedding: input = [8]
    case .convolution(let first, let second, let kernel):
      let side = max(Self.side, kernel.max() ?? 1)
      input =
        Self.isTransposed(layer, next: next, channels: nil) ? [first, 1, 1] : [second, side, side]
    case .convolution1D(_, let inputs, let kernel): input = [inputs, max(16, kernel)]
    case .batchNorm(let count, _), .prelu(let count): input = [count, 8, 8]
    case .norm(let count): input = [count]
    case .recurrence(_, let inputs, _, _, _): input = [8, inputs]
    }
    shape = input
    guard add(layer, next: next) else { return nil }
  }

  /// Adds a layer; false if it does not take what there is.
  mutating func add(_ layer: DraftLayer, next: DraftLayer?) -> Bool {
    switch layer.kind {
    case .linear(let inputs, let outputs): linear(layer, inputs, outputs)
    case .embedding(let rows, let width): embedding(layer, rows, width)
    case .convolution(let first, let second, let kernel):
      Self.isTransposed(layer, next: next, channels: shape.first)
        ? enlarge(layer, first, second, kernel) : convolve(layer, first, second, kernel)
    case .convolution1D(let outputs, let inputs, let kernel):
      convolve(layer, outputs, inputs, kernel)
    case .batchNorm(let count, let isAffine):
      normalise(
        layer, count, isAffine ? "batchNorm" : "batchNorm(weight: none, bias: none)")
    case .norm(let count): norm(layer, count)
    case .prelu(let count): prelu(layer, count)
    case .recurrence(let name, let inputs, let hidden, let layers, let isTwoWay):
      recur(layer, name, inputs, hidden, layers, isTwoWay)
    }
  }

  // MARK: Layers

  private mutating func linear(_ layer: DraftLayer, _ inputs: Int, _ outputs: Int) -> Bool {
    if shape.last != inputs || shape.count > 2 {
      if shape.reduce(1, *) == inputs {
        line("reshape([\(inputs)])")
        shape = [inputs]
      } else if shape.count == 3, shape[0] == inputs {
        line("mean(axes: [1, 2])", "a guess: one number for each channel")
        shape = [inputs]
      } else if shape.count == 2, shape[0] == inputs {
        line("mean(axis: 1)", "a guess: one number for each channel")
        shape = [inputs]
      } else {
        return false
      }
    }
    line("linear(\(outputs)\(layer.bias))\(layer.at)")
    shape[shape.count - 1] = outputs
    return true
  }

  private mutating func embedding(_ layer: DraftLayer, _ rows: Int, _ width: Int) -> Bool {
    guard shape == input, shape.count == 1, lines.isEmpty, shape[0] == 8 else { return false }
    line("embedding(\(rows), \(width))\(layer.at)", "the input is ids, here 8 of them")
    shape.append(width)
    return true
  }

  private mutating func convolve(
    _ layer: DraftLayer, _ outputs: Int, _ inputs: Int, _ kernel: [Int]
  ) -> Bool {
    let groups = shape.count == 3 ? Self.groups(shape[0], inputs, outputs) : 1
    guard unfold(inputs * groups) else { return false }
    // Odd kernels keep the size, even ones halve it, and the last one takes all there is.
    let isOdd = kernel.allSatisfy { $0 % 2 == 1 }
    let isLast = !isOdd && shape[1...].elementsEqual(kernel)
    let stride = isOdd || isLast ? 1 : 2
    let padding = isLast ? [0, 0] : kernel.map { ($0 - 1) / 2 }
    let sizes = (0..<2).map { (shape[$0 + 1] + 2 * padding[$0] - kernel[$0]) / stride + 1 }
    guard (0..<2).allSatisfy({ shape[$0 + 1] + 2 * padding[$0] >= kernel[$0] && sizes[$0] > 0 })
    else { return false }
    line(
      "conv(\(outputs), kernel: \(Self.pair(kernel)), stride: \(stride), "
        + "padding: \(Self.pair(padding))" + (groups > 1 ? ", groups: \(groups)" : "")
        + "\(layer.bias))\(layer.at)", "stride and padding are guesses")
    shape = [outputs] + sizes
    return true
  }

  private mutating func convolve(
    _ layer: DraftLayer, _ outputs: Int, _ inputs: Int, _ kernel: Int
  ) -> Bool {
    guard shape.count == 2, shape[0] == inputs else { return false }
    let padding = kernel % 2 == 1 ? kernel / 2 : 0
    let length = shape[1] + 2 * padding - kernel + 1
    guard length > 0 else { return false }
    line("reshape([\(inputs), 1, \(shape[1])])", "a convolution over one axis")
    let name = layer.scope.isEmpty ? "weight" : "\(layer.scope).weight"
    let bias = layer.hasBias ? "parameter(\"\(name.dropLast(6))bias\", [\(outputs)])" : "none"
    line(
      "conv(weight: reshape(parameter(\"\(name)\", [\(outputs), \(inputs), \(kernel)]), "
        + "[\(outputs), \(inputs), 1, \(kernel)]), padding: [0, \(padding)], bias: \(bias))",
      "stride and padding are guesses")
    line("reshape([\(outputs), \(length)])")
    shape = [outputs, length]
    return true
  }

  private mutating func enlarge(
    _ layer: DraftLayer, _ inputs: Int, _ outputs: Int, _ kernel: [Int]
  ) -> Bool {
    guard kernel[0] == kernel[1], layer.biasCount == 0 || layer.biasCount == outputs,
      unfold(inputs)
    else { return false }
    let size = kernel[0]
    // From one position the whole kernel; else twice the size.
    let isFirst = size == 1 || shape[1] == 1 && shape[2] == 1
    let stride = isFirst ? 1 : 2
    let padding = isFirst ? 0 : (size - 1) / 2
    let more = isFirst || size % 2 == 0 ? 0 : 1
    let sizes = shape[1...].map { ($0 - 1) * stride - 2 * padding + size + more }
    guard sizes.allSatisfy({ $0 > 0 && $0 <= 512 }) else { return false }
    line(
      "convTranspose(\(outputs), kernel: \(size), stride: \(stride), padding: \(padding)"
        + (more > 0 ? ", outputPadding: \(more)" : "") + "\(layer.bias))\(layer.at)",
      "stride and padding are guesses")
    shape = [outputs] + sizes
    return true
  }

  private mutating func normalise(_ layer: DraftLayer, _ count: Int, _ call: String) -> Bool {
    guard shape.first == count || unfold(count) else { return false }
    line("\(call)\(layer.at)")
    return true
  }

  private mutating func norm(_ layer: DraftLayer, _ count: Int) -> Bool {
    if shape.count == 3, shape[0] == count {
      line("instanceNorm(affine: true)\(layer.at)", "or a groupNorm: the file does not say")
      return true
    }
    guard shape.last == count else { return false }
    line("layerNorm\(layer.at)", "or another norm: the file does not say")
    return true
  }

  private mutating func prelu(_ layer: DraftLayer, _ count: Int) -> Bool {
    guard count == 1 || shape.first == count else { return false }
    line("prelu(slopes: \(count))\(layer.at)")
    return true
  }

  private mutating func recur(
    _ layer: DraftLayer, _ name: String, _ inputs: Int, _ hidden: Int, _ layers: Int,
    _ isTwoWay: Bool
  ) -> Bool {
    guard shape.count == 2, shape[1] == inputs else { return false }
    let dot = layer.scope.isEmpty ? "" : "\(layer.scope)."
    // Names of the body are used once: they count its lines.
    let line = lines.count
    for step in 0..<layers {
      let address = layer.isCell ? layer.at : " @ \"\(dot)*_l\(step)\""
      let bias = layer.hasRecurrentBias ? "" : ", bias: none"
      if isTwoWay {
        lines.append("let forward\(line + step) = \(name)(y, \(hidden)\(bias))\(address)")
        lines.append(
          "let backward\(line + step) = \(name)(y, \(hidden), reversed: true\(bias)) "
            + "@ \"\(dot)*_l\(step)_reverse\"")
        lines.append(
          "y = concat([forward\(line + step).outputs, backward\(line + step).outputs], axis: 1)")
      } else {
        lines.append("let states\(line + step) = \(name)(y, \(hidden)\(bias))\(address)")
        lines.append("y = states\(line + step).outputs")
      }
    }
    shape = [shape[0], isTwoWay ? 2 * hidden : hidden]
    return true
  }

  // MARK: Lines

  private mutating func line(_ call: String, _ comment: String? = nil) {
    lines.append("y = y |> \(call)" + (comment.map { "  // \($0)" } ?? ""))
  }

  /// Makes a picture of so many channels out of what there is; false if it cannot be one.
  private mutating func unfold(_ channels: Int) -> Bool {
    if shape.count == 3 { return shape[0] == channels }
    guard shape.count == 1, shape[0] % channels == 0 else { return false }
    let positions = shape[0] / channels
    let side = Int(Double(positions).squareRoot().rounded())
    guard side * side == positions else { return false }
    line("reshape([\(channels), \(side), \(side)])", side > 1 ? "a guess" : nil)
    shape = [channels, side, side]
    return true
  }

  private static func pair(_ sizes: [Int]) -> String {
    sizes[0] == sizes[1] ? "\(sizes[0])" : "[\(sizes[0]), \(sizes[1])]"
  }

  /// The groups of a convolution of so many channels whose kernel has fewer.
  private static func groups(_ channels: Int, _ inputs: Int, _ outputs: Int) -> Int {
    let groups = channels / inputs
    return groups > 1 && channels % inputs == 0 && outputs % groups == 0 ? groups : 1
  }

  /// Whether a kernel is one of a transposed convolution: its second extent are then the outputs. The
  /// bias, the norm behind it, the channels before it and its name tell.
  private static func isTransposed(
    _ layer: DraftLayer, next: DraftLayer?, channels: Int?
  ) -> Bool {
    guard case .convolution(let first, let second, let kernel) = layer.kind else { return false }
    guard kernel[0] == kernel[1] else { return false }
    let says = [layer.hasBias ? layer.biasCount : nil, next?.channels]
    for count in says.compactMap({ $0 }) where first != second {
      if count == first { return false }
      if count == second { return true }
    }
    if let channels, first != second {
      if channels == second { return false }
      // One channel of an odd kernel is rather one kernel for each channel.
      if channels == first { return second > 1 || kernel[0] % 2 == 0 }
    }
    let name = layer.scope.lowercased()
    return ["deconv", "convt", "transp", "upconv"].contains { name.contains($0) }
  }
}

extension DraftLayer {
  /// The scope as a call states it.
  fileprivate var at: String { scope.isEmpty ? "" : " @ \"\(scope)\"" }

  /// What a call says of a bias that is not there.
  fileprivate var bias: String { hasBias ? "" : ", bias: none" }
}
