package import TGIR
import TGOps
import TGPlan
import TGTensor

/// `op(constants…) → constant`: what depends on no input is computed now.
///
/// The value is the op's reference in `Double`, rounded to float32: weight expressions (equalized
/// rates, spectral norms, sums of shifted kernels), folded norms, packed layouts. A broadcast stays
/// a broadcast: it costs nothing as a view and much as data. A gathering of numbers that are no rows
/// stays, too: the run says where they are. So does what takes too long here (`postponed`), and what is
/// large and made of little (`leftToReaders`).
///
/// Effect on numbers: reassociating, within one rounding of float32 per folded op.
package struct FoldConstants: Pass {
  package static let name = "FoldConstants"
  package static let establishes: Set<GraphForm> = [.constantsFolded]

  package init() {}

  /// For each value, whether it depends on no input but is left to the run, because the chain of ops
  /// that leads to it takes more than `CostModel.mostFoldedMACs`. Kernels and matrices, which have to be
  /// packed, are computed whatever they take.
  static func postponed(_ graph: Graph) -> [Bool] {
    let (depends, isPacked) = (graph.dependsOnInput, graph.packed)
    var work: [Int] = []
    for node in graph.nodes {
      let own = node.op.macs(operands: node.operands.map(graph.shape), result: node.shape)
      let before = node.operands.map { work[$0.index] }.max() ?? 0
      let (sum, isLarge) = own.addingReportingOverflow(before)
      work.append((node.op as? Constant)?.weight.work ?? (isLarge ? .max : sum))
    }
    return graph.nodes.indices.map { index in
      !depends[index] && !isPacked[index] && graph.nodes[index].op.leaf == nil
        && work[index] > CostModel.mostFoldedMACs
    }
  }

  /// For each value, whether it is an elementwise function of constants that the maps which read it take
  /// in: it is large, made of little (`CostModel.isLeftToReaders`), and read by nothing but maps that run
  /// or are left themselves.
  static func leftToReaders(_ graph: Graph) -> [Bool] {
    let (depends, isPacked, uses) = (graph.dependsOnInput, graph.packed, graph.uses)
    // For each value, how many elements of constants it is made of.
    var madeOf: [Int] = []
    for (index, node) in graph.nodes.enumerated() {
      let isSeen = (node.op is Map || node.op is Broadcast) && !depends[index]
      let operands = Set(node.operands).reduce(0) { $0 + madeOf[$1.index] }
      madeOf.append(isSeen ? min(operands, node.shape.count) : node.shape.count)
    }
    var isLeft = [Bool](repeating: false, count: graph.nodes.count)
    for (index, node) in graph.nodes.enumerated().reversed()
    where node.op is Map && !depends[index] && !isPacked[index] {
      let readers = uses[Value(index)].map(\.index)
      isLeft[index] =
        CostModel.isLeftToReaders(node.shape.count, madeOf: madeOf[index]) && !readers.isEmpty
        && !uses.isOutput(Value(index))
        && readers.allSatisfy { isLeft[$0] || graph.nodes[$0].op is Map && depends[$0] }
    }
    return isLeft
  }

  /// Which nodes of a graph the pass computes once all parameters are constants.
  static func folds(_ graph: Graph) -> [Bool] {
    let (isLater, isLeft) = (postponed(graph), leftToReaders(graph))
    var isKnown: [Bool] = []
    var folds: [Bool] = []
    for (index, node) in graph.nodes.enumerated() {
      let isLeaf = node.op.leaf == .constant || node.op.leaf == .parameter
      let readsKnown =
        !node.operands.isEmpty && node.operands.allSatisfy { isKnown[$0.index] } && !isLater[index]
        && !isLeft[index]
      folds.append(readsKnown && !(node.op is Broadcast))
      isKnown.append(
        isLeaf
          || readsKnown
            && (!(node.op is Broadcast) || node.shape.count <= CostModel.broadcastElements)
      )
    }
    return folds
  }

  package func run(_ graph: Graph) throws -> Graph {
    let (isLater, isLeft) = (Self.postponed(graph), Self.leftToReaders(graph))
    return try graph.rewritten { node, old, builder in
      guard !node.operands.isEmpty, !(node.op is Broadcast), !isLater[old.index],
        !isLeft[old.index]
      else { return nil }
      var weights: [Weight] = []
      for operand in node.operands {
        guard let weight = builder.knownWeight(operand) else { return nil }
        weights.append(weight)
      }
      if node.op.refuses({ weights.map { ReferenceTensor($0.tensor) } }) { return nil }
      let weight = weights.folded(by: node.op, shape: node.shape)
      return try builder.insert(Constant(weight, node.type.dtype), [])
    }
  }
}

extension Graph {
  /// For each value, whether a kernel of a convolution or the matrix of a linear layer follows from it
  /// alone or with others: instructions take these packed only, or much faster.
  fileprivate var packed: [Bool] {
    var packed = [Bool](repeating: false, count: nodes.count)
    for (index, node) in nodes.enumerated().reversed() {
      let kernels: ArraySlice<Value> =
        switch node.op {
        case _ where packed[index]: node.operands[...]
        case let convolution as Conv2D: node.operands[1...convolution.phases.count]
        case is Linear: node.operands[1...1]
        default: []
        }
      for kernel in kernels { packed[kernel.index] = true }
    }
    return packed
  }
}

extension GraphBuilder {
  /// The weight behind a value, also through one broadcast that a map may see.
  fileprivate func knownWeight(_ value: Value) -> Weight? {
    if let constant = constant(of: value) { return constant.weight }
    let node = self[value]
    guard node.op is Broadcast, let inner = constant(of: node.operands[0]),
      node.shape.count <= CostModel.broadcastElements
    else { return nil }
    return [inner.weight].folded(by: node.op, shape: node.shape)
  }
}

extension [Weight] {
  /// What an op makes of them.
  func folded(by op: any Op, shape: Shape) -> Weight {
    .made(
      by: FoldedOp(op: op, shape: shape), of: self, shape: shape,
      macs: op.macs(operands: map(\.shape), result: shape))
  }
}

/// The meaning of an op, rounded to float32.
struct FoldedOp: WeightRule {
  /// The op.
  let op: any Op
  /// The shape of its result.
  let shape: Shape

  var keepsNumbers: Bool { op is Reshape }

  static func == (a: Self, b: Self) -> Bool { a.shape == b.shape && a.op.isEqual(to: b.op) }

  func hash(into hasher: inout Hasher) {
    hasher.combine(shape)
    op.hash(into: &hasher)
  }

  func result(of operands: [HostTensor]) -> HostTensor {
    // No number changes, so the way through `Double`, which is long for weights, is not taken.
    switch op {
    case is Reshape: return operands[0].reshaped(shape)
    case let transpose as Transpose: return operands[0].transposed(transpose.permutation)
    case let resample as Resample where resample.onlyMoves:
      return operands[0].gathered(resample.starts, axis: resample.axis)
    case let map as Map: return map.program.rounded(over: operands, shape)
    default: return op.reference(operands.map { ReferenceTensor($0) }).rounded
    }
  }
}

extension PointwiseProgram {
  /// The program at all positions of a shape, in `Double`, rounded; operands broadcast to it. It goes
  /// piece by piece: what each step makes of a whole kernel would be twice the kernel.
  fileprivate func rounded(over operands: [HostTensor], _ shape: Shape) -> HostTensor {
    var walks = operands.map { operand in
      let lead = shape.rank - operand.shape.rank
      let own = operand.shape.strides
      return StridedOrder(
        dimensions: shape.dimensions,
        strides: shape.dimensions.indices.map { axis in
          axis < lead || operand.shape[axis - lead] == 1 ? 0 : own[axis - lead]
        })
    }
    var result: [Float] = []
    result.reserveCapacity(shape.count)
    while result.count < shape.count {
      let count = min(Self.piece, shape.count - result.count)
      let piece = operands.indices.map { index in
        let elements = operands[index].elements
        if operands[index].shape == shape {
          return elements[result.count..<result.count + count].map(Double.init)
        }
        if elements.count == 1 { return [Double](repeating: Double(elements[0]), count: count) }
        return (0..<count).map { _ in walks[index].next().map { Double(elements[$0]) } ?? 0 }
      }
      let values = evaluate(piece.map { ReferenceTensor([count], $0) })
      for position in 0..<count {
        result.append(Float(values.shape.count == count ? values[position] : values[0]))
      }
    }
    return HostTensor(shape, result)
  }

  /// Elements of a piece: some arrays of them fit into the second-level cache.
  private static let piece = 4096
}
