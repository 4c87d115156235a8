package import TGIR
import TGOps
import TGPlan
import TGTensor

/// `convolution(concat(x, t), w) → convolution(x, w₁) + b(t)` for channels `t` that are the same at
/// every position: a sentence's vector beside the maps of a picture.
///
/// Of such channels a result depends on its position by the taps alone that lie inside the picture:
/// `b[y, x, o] = Σ_c t[c] · Σ_(taps inside at y, x) w₂[o, c, tap]`. Positions with the same taps form a
/// class, of rows and of columns: three of each for 3×3 and a border of 1. One linear layer computes
/// all classes, with the sums of taps as its weights, and each position takes that of its class. The
/// products are those of one pixel for each class, instead of those of the whole picture.
///
/// Effect on numbers: reassociating.
package struct HoistConstantChannels: Pass {
  package static let name = "HoistConstantChannels"
  package static let needs: Set<GraphForm> = [
    .constantsFolded, .transposesSunk, .scalesFolded, .noEpilogues,
  ]
  package static let undoes: Set<GraphForm> = [.movesMerged]

  /// Fewer channels are not worth a picture that is added.
  private static let leastChannels = 8

  package init() {}

  package func run(_ graph: Graph) throws -> Graph {
    try graph.rewritten { node, _, builder in
      guard let op = node.op as? Conv2D, op.phases.count == 1, op.groups == 1,
        let concat = builder[node.operands[0]].op as? Concat, concat.axis == 3,
        let kernel = builder.constant(of: node.operands[1])?.weight
      else { return nil }
      var parts = ChannelParts()
      for value in builder[node.operands[0]].operands {
        let vector = try vector(of: value, in: &builder)
        parts.add(value, vector: vector, count: builder.shape(value)[3])
      }
      let input = builder.shape(node.operands[0])
      let rows = TapClasses(op, axis: 0, extent: input[1], kernel: kernel.shape[2])
      let columns = TapClasses(op, axis: 1, extent: input[2], kernel: kernel.shape[3])
      let positions = op.outputSize[0] * op.outputSize[1]
      let classes = rows.taps.count * columns.taps.count
      guard !parts.varying.values.isEmpty, parts.constant.count >= Self.leastChannels,
        2 * classes <= positions
      else { return nil }
      let varying = try builder.insert(
        op,
        [
          builder.concat(parts.varying.values, axis: 3),
          builder.constant(kernel.channels(parts.varying.ranges)),
        ])
      let sums = try builder.insert(
        Linear(),
        [
          builder.concat(parts.constant.values, axis: 1),
          builder.constant(kernel.classes(rows, columns, of: parts.constant.ranges)),
        ])
      let outputs = kernel.shape[0]
      var plane = try builder.reshape(
        sums, [input[0], rows.taps.count, columns.taps.count, outputs])
      plane = try builder.insert(rows.spread(along: 1), [plane])
      plane = try builder.insert(columns.spread(along: 2), [plane])
      return try builder.add(varying, plane)
    }
  }

  /// The numbers `[N, C]` of a picture `[N, H, W, C]` that is the same at every position; nil for others.
  private func vector(of value: Value, in builder: inout GraphBuilder) throws -> Value? {
    var source = value
    var permutation = [0, 1, 2, 3]
    if let transpose = builder[source].op as? Transpose {
      permutation = transpose.permutation
      source = builder[source].operands[0]
    }
    guard builder[source].op is Broadcast else { return nil }
    let repeated = builder[source].operands[0]
    let extents = builder.shape(repeated).dimensions
    guard extents.count == 4, permutation.count == 4, extents[permutation[1]] == 1,
      extents[permutation[2]] == 1, extents[permutation[0]] == builder.shape(value)[0],
      extents[permutation[3]] == builder.shape(value)[3], permutation[0] < permutation[3]
    else { return nil }
    return try builder.reshape(repeated, [extents[permutation[0]], extents[permutation[3]]])
  }
}

/// Operands of a concatenation along the channels, and which channels they are.
private struct ChannelParts {
  struct Side {
    var values: [Value] = []
    var ranges: [Range<Int>] = []
    var count: Int { ranges.reduce(0) { $0 + $1.count } }
  }

  var varying = Side()
  var constant = Side()

  mutating func add(_ value: Value, vector: Value?, count: Int) {
    let start = varying.count + constant.count
    if let vector {
      constant.values.append(vector)
      constant.ranges.append(start..<start + count)
    } else {
      varying.values.append(value)
      varying.ranges.append(start..<start + count)
    }
  }
}

/// Positions of a convolution's result along one axis, by the taps that lie inside the picture.
private struct TapClasses: Hashable {
  /// The taps of each class.
  private(set) var taps: [Range<Int>] = []
  /// The class of each position.
  private(set) var classes: [Int] = []

  init(_ op: Conv2D, axis: Int, extent: Int, kernel: Int) {
    let pad = axis == 0 ? op.phases[0].padTop : op.phases[0].padLeft
    for position in 0..<op.outputSize[axis] {
      let start = position * op.stride[axis] - pad
      let inside = (0..<kernel).filter {
        (0..<extent).contains(start + $0 * op.dilation[axis])
      }
      let range = inside.first.map { $0..<$0 + inside.count } ?? 0..<0
      if let index = taps.firstIndex(of: range) {
        classes.append(index)
      } else {
        classes.append(taps.count)
        taps.append(range)
      }
    }
  }

  /// Gives each position what its class has.
  func spread(along axis: Int) -> Resample {
    Resample(
      axis: axis, starts: classes, taps: 1, weights: [Double](repeating: 1, count: classes.count))
  }
}

extension Weight {
  /// Some input channels of a kernel `[O, C, kh, kw]`.
  fileprivate func channels(_ ranges: [Range<Int>]) -> Weight {
    let count = ranges.reduce(0) { $0 + $1.count }
    return .made(
      by: KernelChannels(ranges: ranges), of: [self],
      shape: Shape([shape[0], count, shape[2], shape[3]]))
  }

  /// The sums of a kernel's taps for each class, of some input channels: `[classes · O, C]`.
  fileprivate func classes(
    _ rows: TapClasses, _ columns: TapClasses, of ranges: [Range<Int>]
  ) -> Weight {
    let rule = ClassSums(rows: rows, columns: columns)
    let outputs = rows.taps.count * columns.taps.count * shape[0]
    let part = channels(ranges)
    return .made(by: rule, of: [part], shape: Shape([outputs, part.shape[1]]))
  }
}

/// The input channels of a kernel that lie in some ranges.
private struct KernelChannels: WeightRule {
  let ranges: [Range<Int>]

  func result(of operands: [HostTensor]) -> HostTensor {
    let (shape, elements) = (operands[0].shape, operands[0].elements)
    let taps = shape[2] * shape[3]
    var taken: [Float] = []
    for output in 0..<shape[0] {
      for range in ranges {
        let start = output * shape[1]
        taken += elements[(start + range.lowerBound) * taps..<(start + range.upperBound) * taps]
      }
    }
    let count = ranges.reduce(0) { $0 + $1.count }
    return HostTensor(Shape([shape[0], count, shape[2], shape[3]]), taken)
  }
}

/// The sums of the taps of each class, in `Double`.
private struct ClassSums: WeightRule {
  let rows: TapClasses
  let columns: TapClasses

  func result(of operands: [HostTensor]) -> HostTensor {
    let (shape, elements) = (operands[0].shape, operands[0].elements)
    let (kh, kw, pairs) = (shape[2], shape[3], shape[0] * shape[1])
    var sums: [Float] = []
    sums.reserveCapacity(rows.taps.count * columns.taps.count * pairs)
    for row in rows.taps {
      for column in columns.taps {
        for pair in 0..<pairs {
          var sum = 0.0
          for ky in row {
            for kx in column { sum += Double(elements[(pair * kh + ky) * kw + kx]) }
          }
          sums.append(Float(sum))
        }
      }
    }
    return HostTensor(Shape([sums.count / shape[1], shape[1]]), sums)
  }
}
