import TGIR
import TGOps
import TGTensor

extension Weight {
  /// The kernel `[C, O, height, width]` of which this one, `[O, C, height, width]`, is made by turning it
  /// only: channels exchanged, taps in reverse order; or the matrix `[C, O]`. Nil where the rules do not
  /// say so.
  var turnedFrom: Weight? { turning?.source }

  /// Every element times the factor of its channel, its second axis. What is turned of a kernel is then
  /// turned of the kernel with scaled rows, which may be there already.
  func scaledColumns(by factors: Weight) -> Weight {
    guard let (source, steps) = turning else {
      return .made(by: ScaledColumns(), of: [self, factors], shape: shape)
    }
    return steps.reduce(source.scaledRows(by: factors)) {
      .made(by: $1, of: [$0], shape: $1.shape)
    }
  }

  /// Every element times the factor of its outermost position.
  func scaledRows(by factors: Weight) -> Weight {
    .made(by: ScaledRows(), of: [self, factors.asVector], shape: shape)
  }

  /// The same numbers along one axis: one weight, whatever shapes it was given on the way.
  private var asVector: Weight {
    var weight = self
    while let (rule, operand) = weight.derivation, (rule as? FoldedOp)?.op is Reshape {
      weight = operand
    }
    let vector = Shape([shape.count])
    return weight.shape == vector ? weight : [weight].folded(by: Reshape(vector), shape: vector)
  }

  /// What it is turned from, and by which ops.
  private var turning: (source: Weight, steps: [FoldedOp])? {
    guard shape.rank == 4 || shape.rank == 2 else { return nil }
    var source = self
    var steps: [FoldedOp] = []
    while let (rule, operand) = source.derivation, let step = rule as? FoldedOp {
      guard step.op is Reshape || step.op is Transpose || step.op is Resample else { break }
      (source, steps) = (operand, [step] + steps)
      if isTurned(from: source.shape, by: steps) { return (source, steps) }
    }
    return nil
  }

  private func isTurned(from source: Shape, by steps: [FoldedOp]) -> Bool {
    let extents = [shape[1], shape[0]] + shape.dimensions[2...]
    guard source.dimensions == extents else { return false }
    var walk = KernelWalk(source)
    guard steps.allSatisfy({ walk.apply($0) }) else { return false }
    return walk == KernelWalk(turning: shape)
  }
}

/// Where the elements of a kernel lie among those of another, along axes of more than one position.
private struct KernelWalk: Equatable {
  private var extents: [Int]
  private var steps: [Int]
  private var first = 0

  /// All elements, row-major.
  init(_ shape: Shape) { (extents, steps) = (shape.dimensions, shape.strides) }

  /// Those of `[C, O, height, width]` in the order of `[O, C, height, width]`, `shape`, with the taps in
  /// reverse order.
  init(turning shape: Shape) {
    let taps = shape.dimensions[2...].reduce(1, *)
    extents = shape.dimensions
    steps = [taps, shape[0] * taps] + Shape(Array(shape.dimensions[2...])).strides.map { -$0 }
    first = taps - 1
  }

  /// Follows an op that moves elements; false for another.
  mutating func apply(_ step: FoldedOp) -> Bool {
    switch step.op {
    case is Reshape:
      // Axes of one position come and go.
      guard extents.filter({ $0 != 1 }) == step.shape.dimensions.filter({ $0 != 1 }) else {
        return false
      }
      var rest = zip(extents, steps).filter { $0.0 != 1 }.map(\.1)[...]
      steps = step.shape.dimensions.map { $0 == 1 ? 0 : rest.removeFirst() }
      extents = step.shape.dimensions
      return true
    case let transpose as Transpose:
      (extents, steps) = (
        transpose.permutation.map { extents[$0] }, transpose.permutation.map { steps[$0] }
      )
      return true
    case let resample as Resample:
      let extent = extents[resample.axis]
      guard resample.onlyMoves, resample.starts == (0..<extent).reversed() else { return false }
      first += (extent - 1) * steps[resample.axis]
      steps[resample.axis].negate()
      return true
    default: return false
    }
  }

  static func == (a: Self, b: Self) -> Bool {
    a.extents == b.extents && a.first == b.first
      && a.extents.indices.allSatisfy { a.extents[$0] == 1 || a.steps[$0] == b.steps[$0] }
  }
}

extension Resample {
  /// Whether it moves elements and computes nothing.
  var onlyMoves: Bool { taps == 1 && weights.allSatisfy { $0 == 1 } }
}

/// The elements of the first operand, each times the element of the second that stands for its
/// outermost position.
private struct ScaledRows: WeightRule {
  func result(of operands: [HostTensor]) -> HostTensor {
    var scaled = operands[0].elements
    let factors = operands[1].elements
    let run = scaled.count / max(factors.count, 1)
    for (row, factor) in factors.enumerated() {
      for position in (row * run)..<((row + 1) * run) { scaled[position] *= factor }
    }
    return HostTensor(operands[0].shape, scaled)
  }
}

/// The elements of the first operand, each times the element of the second that stands for its position
/// along the second axis.
private struct ScaledColumns: WeightRule {
  func result(of operands: [HostTensor]) -> HostTensor {
    let shape = operands[0].shape
    var scaled = operands[0].elements
    let factors = operands[1].elements
    let run = shape.dimensions[2...].reduce(1, *)
    for row in 0..<shape[0] * shape[1] {
      let factor = factors[row % shape[1]]
      for position in (row * run)..<((row + 1) * run) { scaled[position] *= factor }
    }
    return HostTensor(shape, scaled)
  }
}
