import Foundation

/// Nodes whose operands are known are computed when the page is written: what sizes and axes are made of.
enum Evaluation {
  /// The results of a node; nil if it is not computed here.
  static func run(_ call: Call, _ operands: [Known?]) throws(NodeFault) -> [Known]? {
    let known = operands.compactMap { $0 }
    guard known.count == operands.count, let x = known.first else {
      return try withGaps(call, operands)
    }
    if let result = pointwise(call, known) { return [result] }
    switch call.operation {
    case "Identity": return [x]
    case "Cast", "CastLike": return cast(call, x).map { [$0] }
    case "Gather":
      guard known.count == 2 else { return nil }
      return try gather(call, x, known[1]).map { [$0] }
    case "Concat":
      let axis = try call.axis(call.int("axis", 1), rank: x.shape.count)
      return Known.concatenated(known, axis: axis).map { [$0] }
    case "Transpose":
      let order = call.ints("perm") ?? Array(x.shape.indices.reversed())
      guard order.sorted() == Array(x.shape.indices) else { return nil }
      return [
        x.gathered(order.map { x.shape[$0] }) { position in
          x.shape.indices.map { axis in position[order.firstIndex(of: axis) ?? 0] }
        }
      ]
    case "Expand":
      guard known.count == 2, let shape = Known.joined(x.shape, known[1].ints), fits(shape) else {
        return nil
      }
      return [x.broadcast(to: shape)]
    case "Range":
      guard known.allSatisfy({ $0.count == 1 }), known.count == 3, known[2].numbers[0] != 0 else {
        return nil
      }
      let (start, end, step) = (x.numbers[0], known[1].numbers[0], known[2].numbers[0])
      let count = max(0, ((end - start) / step).rounded(.up))
      guard count <= Double(Known.limit) else { return nil }
      return [Known([Int(count)], (0..<Int(count)).map { start + Double($0) * step })]
    case "Where":
      guard known.count == 3, let ab = Known.joined(known[1].shape, known[2].shape),
        let shape = Known.joined(x.shape, ab), fits(shape)
      else { return nil }
      let (c, a, b) = (
        x.broadcast(to: shape), known[1].broadcast(to: shape), known[2].broadcast(to: shape)
      )
      return [
        Known(shape, c.numbers.indices.map { c.numbers[$0] != 0 ? a.numbers[$0] : b.numbers[$0] })
      ]
    case "NonZero":
      let places = Known.positions(x.shape).enumerated().filter { x.numbers[$0.offset] != 0 }
      let rows = x.shape.indices.flatMap { axis in places.map { Double($0.element[axis]) } }
      return [Known([x.shape.count, places.count], rows)]
    case "ReduceSum", "ReduceProd", "ReduceMax", "ReduceMin": return reduced(call, x)
    default: return try withGaps(call, operands)
    }
  }

  /// Operators some of whose operands may be left out.
  private static func withGaps(_ call: Call, _ operands: [Known?]) throws(NodeFault) -> [Known]? {
    guard let first = operands.first, let x = first else { return nil }
    switch call.operation {
    case "Slice":
      var result = x
      for span in try Translation.spans(call, x.shape) {
        var shape = result.shape
        shape[span.axis] = span.count
        result = result.gathered(shape) { position in
          var source = position
          source[span.axis] = span.start + position[span.axis] * span.step
          return source
        }
      }
      return [result]
    default: return nil
    }
  }

  private static func fits(_ shape: [Int]) -> Bool {
    var count = 1
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow, extent >= 0, product <= Known.limit else { return false }
      count = product
    }
    return true
  }

  private static func cast(_ call: Call, _ x: Known) -> Known? {
    let type = call.operation == "Cast" ? call.int("to", 1) : call.optional(1)?.type ?? 1
    switch type {
    case 1, 11: return x
    case 6, 7: return Known(x.shape, x.numbers.map { $0.rounded(.towardZero) })
    case 9: return Known(x.shape, x.numbers.map { $0 != 0 ? 1 : 0 })
    default: return nil
    }
  }

  private static func gather(_ call: Call, _ x: Known, _ ids: Known) throws(NodeFault) -> Known? {
    let axis = try call.axis(call.int("axis", 0), rank: x.shape.count)
    let positions = ids.ints.map { $0 < 0 ? $0 + x.shape[axis] : $0 }
    guard positions.allSatisfy({ (0..<x.shape[axis]).contains($0) }) else { return nil }
    let shape = Array(x.shape[..<axis]) + ids.shape + Array(x.shape[(axis + 1)...])
    guard fits(shape) else { return nil }
    let places = Known(ids.shape, positions.map(Double.init))
    return x.gathered(shape) { position in
      let inner = Array(position[axis..<axis + ids.shape.count])
      let flat = zip(inner, places.strides).map { $0 * $1 }.reduce(0, +)
      return Array(position[..<axis]) + [positions[flat]]
        + Array(position[(axis + ids.shape.count)...])
    }
  }

  private static func reduced(_ call: Call, _ x: Known) -> [Known]? {
    guard x.shape.count == 1, call.inputs.count == 1 || call.inputs[1]?.known?.ints == [0],
      call.ints("axes") == nil || call.ints("axes") == [0], let first = x.numbers.first
    else { return nil }
    let rest = x.numbers.dropFirst()
    let value: Double =
      switch call.operation {
      case "ReduceSum": rest.reduce(first, +)
      case "ReduceProd": rest.reduce(first, *)
      case "ReduceMax": rest.reduce(first, max)
      default: rest.reduce(first, min)
      }
    return [Known(call.int("keepdims", 1) != 0 ? [1] : [], [value])]
  }

  // MARK: Elementwise

  private static func pointwise(_ call: Call, _ known: [Known]) -> Known? {
    if known.count == 1, let function = unary[call.operation] {
      return Known(known[0].shape, known[0].numbers.map(function))
    }
    guard known.count == 2, let shape = Known.joined(known[0].shape, known[1].shape), fits(shape)
    else { return nil }
    let isWhole = call.inputs[0]?.isFloat == false
    guard let function = binary[call.operation == "Div" && isWhole ? "whole Div" : call.operation]
    else { return nil }
    let (a, b) = (known[0].broadcast(to: shape), known[1].broadcast(to: shape))
    return Known(shape, zip(a.numbers, b.numbers).map(function))
  }

  private static let unary: [String: @Sendable (Double) -> Double] = [
    "Neg": { -$0 }, "Abs": { abs($0) }, "Floor": { $0.rounded(.down) },
    "Ceil": { $0.rounded(.up) }, "Sqrt": { $0.squareRoot() }, "Reciprocal": { 1 / $0 },
    "Exp": { exp($0) }, "Log": { log($0) }, "Not": { $0 == 0 ? 1 : 0 },
    "Round": { $0.rounded(.toNearestOrEven) },
  ]

  private static let binary: [String: @Sendable (Double, Double) -> Double] = [
    "Add": { $0 + $1 }, "Sub": { $0 - $1 }, "Mul": { $0 * $1 }, "Pow": { pow($0, $1) },
    "Div": { $0 / $1 }, "whole Div": { $1 == 0 ? .nan : ($0 / $1).rounded(.towardZero) },
    "Mod": { $1 == 0 ? .nan : $0 - $1 * ($0 / $1).rounded(.down) },
    "Min": { min($0, $1) }, "Max": { max($0, $1) }, "Equal": { $0 == $1 ? 1 : 0 },
    "Less": { $0 < $1 ? 1 : 0 }, "Greater": { $0 > $1 ? 1 : 0 },
    "LessOrEqual": { $0 <= $1 ? 1 : 0 }, "GreaterOrEqual": { $0 >= $1 ? 1 : 0 },
    "And": { $0 != 0 && $1 != 0 ? 1 : 0 }, "Or": { $0 != 0 || $1 != 0 ? 1 : 0 },
  ]
}
