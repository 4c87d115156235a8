import TGTensor

/// How the positions of one axis are made of those before, as ONNX's Resize says.
struct ResizeAxis {
  let input: Int
  let output: Int
  /// Output positions for each of the input, as it is given.
  let scale: Double
  let mode: String
  let coordinates: String
  let nearest: String
  let cubic: Double
  let excludesOutside: Bool
  let antialiases: Bool
  /// The part that `tf_crop_and_resize` takes.
  let part: (start: Double, end: Double)

  /// The input positions that make up an output position: the first one, and the weights from it on.
  struct Row: Hashable {
    var start: Int
    var weights: [Double]

    /// The weight of an input position.
    subscript(position: Int) -> Double {
      weights.indices.contains(position - start) ? weights[position - start] : 0
    }
  }

  /// The most positions of an axis, and the most weights.
  private static let mostPositions = 1 << 16
  private static let mostWeights = 1 << 24

  /// What each output position is made of.
  func rows() throws(NodeFault) -> [Row] {
    let reach = antialiases ? 4 / min(scale, 1) + 4 : 4
    guard input <= Self.mostPositions, output <= Self.mostPositions,
      reach * Double(output) <= Double(Self.mostWeights)
    else { throw .refused("it has more than \(Self.mostPositions) rows or columns") }
    var result: [Row] = []
    for index in 0..<output { result.append(try row(position(index))) }
    return result
  }

  /// What the language has for the mode, the more usual first.
  var conventions: [ResampleTable.Convention] {
    switch mode {
    case "nearest": [.torchNearest, .torchNearestExact]
    case "linear" where antialiases: [.torchBilinearAntialiased]
    case "linear": [.torchBilinear, .torchBilinearAligned, .legacyBilinear]
    case _ where antialiases: [.torchBicubicAntialiased]
    default: [.torchBicubic, .torchBicubicAligned]
    }
  }

  /// Where an output position lies in the input.
  private func position(_ index: Int) throws(NodeFault) -> Double {
    let i = Double(index)
    let (last, length) = (Double(input - 1), Double(output))
    switch coordinates {
    case "half_pixel": return (i + 0.5) / scale - 0.5
    case "half_pixel_symmetric":
      let adjustment = length / (scale * Double(input))
      let centre = Double(input) / 2
      return centre * (1 - adjustment) + (i + 0.5) / scale - 0.5
    case "pytorch_half_pixel": return output > 1 ? (i + 0.5) / scale - 0.5 : 0
    case "asymmetric": return i / scale
    case "tf_half_pixel_for_nn": return (i + 0.5) / scale
    case "align_corners":
      let width = scale * Double(input)
      return width == 1 ? 0 : i * last / (width - 1)
    case "tf_crop_and_resize":
      let position =
        output > 1
        ? part.start * last + i * (part.end - part.start) * last / (length - 1)
        : 0.5 * (part.start + part.end) * last
      guard position >= 0, position <= last else {
        throw .refused("it reaches outside of its input")
      }
      return position
    default: throw .refused("the coordinates \(coordinates) are not translated")
    }
  }

  private func row(_ x: Double) throws(NodeFault) -> Row {
    func inside(_ position: Int) -> Int { max(0, min(input - 1, position)) }
    if mode == "nearest" {
      let position: Double =
        switch nearest {
        case "floor": x.rounded(.down)
        case "ceil": x.rounded(.up)
        case "round_prefer_ceil": (x + 0.5).rounded(.down)
        default: (x - 0.5).rounded(.up)
        }
      return Row(start: inside(Int(max(-1, min(Double(input), position)))), weights: [1])
    }
    let taps = taps(x).filter { $0.1 != 0 && (!excludesOutside || (0..<input).contains($0.0)) }
    guard let first = taps.first, let last = taps.last else {
      throw .refused("a position is made of nothing")
    }
    let start = inside(first.0)
    var weights = [Double](repeating: 0, count: inside(last.0) - start + 1)
    for (position, weight) in taps { weights[inside(position) - start] += weight }
    guard excludesOutside || antialiases else { return Row(start: start, weights: weights) }
    let sum = weights.reduce(0, +)
    guard sum != 0 else { throw .refused("a position is made of nothing") }
    return Row(start: start, weights: weights.map { $0 / sum })
  }

  /// The kernel around a position.
  private func taps(_ x: Double) -> [(Int, Double)] {
    let size = antialiases ? min(scale, 1) : 1
    let reach = mode == "linear" ? 1.0 : 2.0
    let width = Int((reach / size).rounded(.up)) + 1
    let middle = Int(x.rounded(.down))
    return (middle - width...middle + width).map { position in
      let distance = abs(Double(position) - x) * size
      return (position, mode == "linear" ? max(0, 1 - distance) : curve(distance))
    }
  }

  private func curve(_ d: Double) -> Double {
    let a = cubic
    if d <= 1 { return ((a + 2) * d - (a + 3)) * d * d + 1 }
    return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0
  }
}

extension Translation {
  /// Pictures and other tensors in another size.
  mutating func resize(_ call: Call) throws(NodeFault) -> PageValue {
    var result = try call.input(0)
    let plans = try resizePlans(call, result.shape)
    var tables: [Int: [ResizeAxis.Row]] = [:]
    for (axis, plan) in plans {
      let rows = try plan.rows()
      if !Self.isIdentity(rows) || plan.input != plan.output { tables[axis] = rows }
    }
    if result.shape.count == 4, !tables.isEmpty, tables.keys.allSatisfy({ $0 > 1 }),
      let step = Self.filter(tables, plans, result.shape)
    {
      let size = (2..<4).map { tables[$0]?.count ?? result.shape[$0] }
      let made = [result.shape[1]] + size
      return try items(result, as: Array(result.shape[1...]), [step], made: made, item: made)
    }
    for axis in tables.keys.sorted() {
      if let rows = tables[axis] { result = try resampled(result, axis: axis, rows) }
    }
    return result
  }

  private static func isIdentity(_ rows: [ResizeAxis.Row]) -> Bool {
    rows.enumerated().allSatisfy { index, row in
      row[index] == 1 && row.weights.allSatisfy { $0 == 0 || $0 == 1 }
    }
  }

  /// The language's operation that has the same weights along both axes of a picture; nil if none has.
  private static func filter(
    _ tables: [Int: [ResizeAxis.Row]], _ plans: [Int: ResizeAxis], _ shape: [Int]
  ) -> String? {
    let sizes = (2..<4).map { tables[$0]?.count ?? shape[$0] }
    guard let plan = tables.keys.sorted().first.flatMap({ plans[$0] }) else { return nil }
    let natural = Double(plan.output) / Double(plan.input)
    for convention in plan.conventions {
      for scale in plan.scale == natural ? [nil] : [nil, plan.scale] {
        let isSame = (2..<4).allSatisfy { axis in
          guard
            let table = ResampleTable(
              convention: convention, inputSize: shape[axis], outputSize: sizes[axis - 2],
              scale: scale)
          else { return false }
          return table.isAlike(tables[axis])
        }
        guard isSame else { continue }
        if convention == .torchNearest, sizes[0] % shape[2] == 0, sizes[1] % shape[3] == 0 {
          let by = [sizes[0] / shape[2], sizes[1] / shape[3]]
          if by.allSatisfy({ $0 <= 64 }) {
            return "upsample(\(by[0] == by[1] ? "\(by[0])" : "[\(by[0]), \(by[1])]"))"
          }
        }
        let stated = scale.map { ", scale: \($0)" } ?? ""
        return "resize([\(list(sizes))], filter: \"\(convention.rawValue)\"\(stated))"
      }
    }
    return nil
  }

  /// An axis whose positions are sums of those before, as a product with a matrix.
  private mutating func resampled(
    _ x: PageValue, axis: Int, _ rows: [ResizeAxis.Row]
  ) throws(NodeFault) -> PageValue {
    _ = try self.axis(axis, of: x)
    let input = x.shape[axis]
    guard rows.count * input <= 1 << 15 else {
      throw .refused("the language has no such filter, and the picture is too large for a matrix")
    }
    let matrix = Known(
      [input, rows.count], (0..<input).flatMap { from in rows.map { $0[from] } })
    let last = x.shape.count - 1
    var order = Array(x.shape.indices)
    order.swapAt(axis, last)
    let turned = try permuted(x, order)
    var shape = turned.shape
    shape[last] = rows.count
    // Rows of a vector are of one axis; a matrix goes over the last of any number.
    let product = add(
      "matmul(\(try mark(turned)), \(try Self.literal(matrix)))", shape, batched: x.isBatched)
    return try permuted(product, order)
  }

  private func resizePlans(_ call: Call, _ shape: [Int]) throws(NodeFault) -> [Int: ResizeAxis] {
    let isOld = call.operation == "Upsample" || call.version < 11
    var axes = Array(shape.indices)
    if let given = call.ints("axes") {
      axes = []
      for number in given { axes.append(try call.axis(number, rank: shape.count)) }
    }
    let place = isOld ? 1 : 2
    for index in 1..<max(2, call.inputs.count)
    where call.optional(index) != nil && index != 1 - (isOld ? 1 : 0) {
      guard call.optional(index)?.known != nil else {
        throw .refused("its sizes or scales are computed from an input")
      }
    }
    var scales = call.optional(place)?.known?.numbers
    if case .floats(let values)? = call.attributes["scales"] { scales = values }
    if scales?.isEmpty == true { scales = nil }
    var sizes = isOld ? nil : call.optional(3)?.known?.ints
    if sizes?.isEmpty == true { sizes = nil }
    guard scales?.count ?? axes.count == axes.count, sizes?.count ?? axes.count == axes.count,
      scales != nil || sizes != nil
    else {
      throw .refused("it states neither sizes nor scales that are known")
    }
    if let wanted = sizes {
      var ratios = axes.indices.map { Double(wanted[$0]) / Double(shape[axes[$0]]) }
      let policy = call.text("keep_aspect_ratio_policy", "stretch")
      if policy != "stretch" {
        let all = policy == "not_larger" ? ratios.min() ?? 1 : ratios.max() ?? 1
        ratios = axes.map { _ in all }
        sizes = axes.map { Int((all * Double(shape[$0]) + 0.5).rounded(.down)) }
      }
      scales = ratios
    }
    guard
      call.text("coordinate_transformation_mode", "half_pixel") != "tf_crop_and_resize"
        || call.optional(1)?.known?.count == 2 * axes.count
    else { throw .refused("it states no part to take") }
    let part = call.optional(1)?.known?.numbers ?? []
    var result: [Int: ResizeAxis] = [:]
    for (index, axis) in axes.enumerated() {
      let scale = scales?[index] ?? 1
      guard scale > 1e-6, scale < 1e6 else { throw .refused("a scale is out of all measure") }
      let output = sizes?[index] ?? Int((scale * Double(shape[axis])).rounded(.down))
      guard output > 0 else { throw .refused("nothing is left of an axis") }
      let mode = call.text("mode", "nearest")
      guard ["nearest", "linear", "cubic", "bilinear"].contains(mode) else {
        throw .refused("the mode \(mode) is not there")
      }
      let isCrop = !isOld && part.count == 2 * axes.count
      result[axis] = ResizeAxis(
        input: shape[axis], output: output, scale: scale,
        mode: mode == "bilinear" ? "linear" : mode,
        coordinates: isOld
          ? "asymmetric" : call.text("coordinate_transformation_mode", "half_pixel"),
        nearest: isOld ? "floor" : call.text("nearest_mode", "round_prefer_floor"),
        cubic: call.number("cubic_coeff_a", -0.75),
        excludesOutside: call.int("exclude_outside", 0) != 0,
        antialiases: call.int("antialias", 0) != 0,
        part: isCrop ? (part[index], part[index + axes.count]) : (0, 1))
    }
    return result
  }
}

extension ResampleTable {
  /// True if each output is made of the same inputs, as nearly as matters; without rows, each of its own.
  fileprivate func isAlike(_ rows: [ResizeAxis.Row]?) -> Bool {
    outputs.indices.allSatisfy { index in
      let row = rows?[index] ?? ResizeAxis.Row(start: index, weights: [1])
      let first = min(row.start, starts[index])
      let end = max(row.start + row.weights.count, starts[index] + taps)
      return (first..<end).allSatisfy { position in
        let tap = position - starts[index]
        let weight = (0..<taps).contains(tap) ? weights[index * taps + tap] : 0
        return abs(weight - row[position]) < 1e-6
      }
    }
  }
}
