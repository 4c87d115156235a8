import TGDiagnostics
import TGIR
import TGOps
import TGPlan
import TGTensor

// Tensors between the language, which does not count the batch, and the graph, which does.

extension Elaboration {
  /// A tensor that runs on a machine: at most 2³¹ − 1 elements, the batch included, and 8 axes.
  func bounded(_ tensor: Tensor, at range: SourceRange) throws -> Tensor {
    var count = tensor.isBatched ? batch : 1
    for extent in tensor.shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow, product <= Int(Int32.max) else {
        throw failure(
          "tensor-size",
          "\(shapeText(tensor.shape)) has more than 2147483647 elements"
            + (batch > 1 ? " in a batch of \(batch)" : ""), at: range)
      }
      count = product
    }
    guard tensor.shape.count < Shape.maximumRank else {
      throw failure(
        "rank", "a tensor has at most \(Shape.maximumRank - 1) axes beside the batch", at: range)
    }
    return tensor
  }

  /// Nodes made from now on come from this location.
  func stamp(_ range: SourceRange, _ scope: WeightScope?) {
    builder.origin = Origin(ranges: [range], scope: scope?.label ?? "")
  }

  /// The extents in the graph.
  func full(_ shape: [Int], _ isBatched: Bool) -> [Int] { isBatched ? [batch] + shape : shape }

  /// A tensor of numbers, or a number as a tensor of rank 0; nil for anything else. Whole numbers of
  /// int32 become float32.
  func tensor(_ datum: Datum) throws -> Tensor? {
    switch datum {
    case .tensor(var tensor):
      guard builder.type(tensor.value).dtype == .int32 else { return tensor }
      tensor.value = try builder.map(.identity, [tensor.value])
      return tensor
    case .int, .float: return try constant(datum.number ?? 0)
    case .poison: throw ElaborationFailure.known
    default: return nil
    }
  }

  /// Numbers as int32; what is no whole number is no row of any table.
  func int32(_ value: Value) throws -> Value {
    builder.type(value).dtype == .int32 ? value : try builder.insert(ToInt32(), [value])
  }

  /// A number as a tensor of rank 0.
  func constant(_ number: Double) throws -> Tensor {
    let value = try builder.constant(Float(number))
    return Tensor(
      value: value, shape: [], isBatched: false, range: SourceRange(file: 0, start: 0, end: 0))
  }

  /// Numbers as a tensor.
  func constant(_ shape: [Int], _ numbers: [Float], at range: SourceRange) throws -> Tensor {
    let value = try builder.constant(HostTensor(Shape(shape), numbers))
    return Tensor(value: value, shape: shape, isBatched: false, range: range)
  }

  /// The tensor with one copy for each item of the batch.
  func batched(_ tensor: Tensor) throws -> Tensor {
    guard !tensor.isBatched else { return tensor }
    var result = tensor
    result.value = try builder.broadcast(tensor.value, to: [batch] + tensor.shape)
    result.isBatched = true
    return result
  }

  /// The shape of operands together: scalars go with anything; otherwise ranks are equal and each
  /// extent is equal or 1.
  func joined(_ tensors: [Tensor], at range: SourceRange, sign: String) throws -> [Int] {
    var result: [Int] = []
    var source: Tensor?
    for tensor in tensors where !tensor.shape.isEmpty {
      guard let first = source else {
        result = tensor.shape
        source = tensor
        continue
      }
      guard result.count == tensor.shape.count else {
        throw rankFailure(first, tensor, sign, at: range)
      }
      for axis in result.indices {
        let (a, b) = (result[axis], tensor.shape[axis])
        guard a == b || a == 1 || b == 1 else {
          throw failure(
            "shape-mismatch",
            "\(shapeText(first.shape)) \(sign) \(shapeText(tensor.shape)): axis \(axis) is \(a) "
              + "and \(b)", at: range, notes: producers([first, tensor], except: range))
        }
        result[axis] = max(a == 1 ? b : a, 0)
      }
    }
    return result
  }

  private func rankFailure(_ a: Tensor, _ b: Tensor, _ sign: String, at range: SourceRange)
    -> ElaborationFailure
  {
    let low = a.shape.count < b.shape.count ? a : b
    let high = a.shape.count < b.shape.count ? b : a
    var hint: String?
    if low.shape.count == 1, high.shape.count == 3 {
      hint = "perChannel(…) makes it [\(low.shape[0]), 1, 1]"
    } else {
      let ones = [Int](repeating: 1, count: high.shape.count - low.shape.count)
      hint = "reshape(…, \(plainShapeText(ones + low.shape))) would align it at the last axes"
    }
    return failure(
      "rank",
      "\(shapeText(a.shape)) \(sign) \(shapeText(b.shape)): ranks differ, nothing is promoted",
      at: range, notes: producers([a, b], except: range), hint: hint)
  }

  /// Where operands come from.
  func producers(_ tensors: [Tensor], except range: SourceRange) -> [Diagnostic.Note] {
    tensors.filter { $0.range != range && $0.range.end > 0 }.map {
      Diagnostic.Note("\(shapeText($0.shape)) comes from here", at: $0.range)
    }
  }

  /// The value of an operand as the graph broadcasts it against results of a rank.
  func aligned(_ tensor: Tensor, rank: Int) throws -> Value {
    guard tensor.isBatched, tensor.shape.isEmpty, rank > 0 else { return tensor.value }
    return try builder.reshape(tensor.value, [batch] + [Int](repeating: 1, count: rank))
  }

  /// An elementwise function; `sign` stands between the shapes in messages.
  func pointwise(
    _ function: PointwiseFunction, _ operands: [Tensor], at range: SourceRange,
    sign: String? = nil, immediate: Float = 0
  ) throws -> Tensor {
    let shape = try joined(operands, at: range, sign: sign ?? "and")
    let isBatched = operands.contains { $0.isBatched }
    stamp(range, nil)
    let values = try operands.map { try aligned($0, rank: shape.count) }
    let value = try builder.insert(Map(function, immediate: immediate), values)
    return try bounded(
      Tensor(value: value, shape: shape, isBatched: isBatched, range: range), at: range)
  }

  /// The axis that a number means: negative ones count from the end.
  func axis(_ number: Int, of tensor: Tensor, at range: SourceRange) throws -> Int {
    let rank = tensor.shape.count
    let axis = number < 0 ? rank + number : number
    guard axis >= 0, axis < rank else {
      let shown = rank == 0 ? "it has none" : "0 … \(rank - 1)"
      throw failure(
        "axis",
        "axis \(number) of \(shapeText(tensor.shape)): axes are counted without the batch, "
          + shown, at: range, notes: producers([tensor], except: range),
        hint: number == rank && rank > 0
          ? "PyTorch's axis \(number) is axis \(number - 1) here" : nil)
    }
    return axis
  }
}
