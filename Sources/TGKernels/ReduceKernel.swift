internal import CTGKernels
package import TGMachine

/// What a reduction makes of many numbers.
package enum ReductionKind: Hashable, Sendable, CaseIterable {
  /// Σ
  case sum
  /// Σ / n
  case mean
  /// The largest; not-a-number if there is one.
  case maximum
  /// The smallest; not-a-number if there is one.
  case minimum
  /// Π
  case product
  /// Σ (x - mean)² / n
  case variance

  fileprivate var code: Int32 {
    switch self {
    case .sum: Int32(TG_REDUCE_SUM)
    case .mean: Int32(TG_REDUCE_MEAN)
    case .maximum: Int32(TG_REDUCE_MAXIMUM)
    case .minimum: Int32(TG_REDUCE_MINIMUM)
    case .product: Int32(TG_REDUCE_PRODUCT)
    case .variance: Int32(TG_REDUCE_VARIANCE)
    }
  }
}

extension KernelCall {
  /// `output[k…] = function over r… of program(operands[k…, r…]…)`: one call, or two to be run one
  /// after the other.
  ///
  /// - Parameters:
  ///   - program: what is reduced; the identity for the only operand as it is.
  ///   - operands: at least one, all of the same extents: the kept axes, then the reduced ones.
  ///   - keptRank: how many axes are kept.
  ///   - output: the extents of the kept axes.
  package static func reduce(
    _ kind: ReductionKind, program: KernelProgram = .identity, operands: [ResolvedView],
    keptRank: Int, output: ResolvedView, isa: ISA
  ) -> PreparedCalls {
    unsafe precondition(operands.count == program.operandCount, "a view for each operand")
    let extents = unsafe operands[0].dimensions
    let strides = unsafe operands.map { unsafe $0.strides }
    // Floats are read where they lie; all else goes through a buffer.
    let isPlain = unsafe program.steps.isEmpty && operands[0].element == .float32
    // The operand that leads says how things lie: the first without repetitions, if there is one.
    let whole = strides.firstIndex { zip(extents, $0).allSatisfy { $0 == 1 || $1 != 0 } }
    let lead = program.steps.isEmpty ? 0 : whole ?? 0
    var kept = unsafe Axes(
      extents: extents[..<keptRank],
      strides: [output.strides[...]] + strides.map { $0[..<keptRank] })
    var reduced = Axes(
      extents: extents[keptRank...],
      strides: [[Int](repeating: 0, count: extents.count)[keptRank...]]
        + strides.map { $0[keptRank...] })
    let elements = reduced.count
    reduced.order(by: lead + 1)
    reduced.merge()
    kept.merge()
    // Vectors run along the reduced elements if those lie together, else along kept ones.
    var lanes: Axes.Axis?
    if reduced.axes.last?.strides[lead + 1] != 1 {
      lanes = kept.takeContiguous(tensors: [lead + 1])
    }
    let positions = kept.count
    let run = reduced.takeInnermost(tensors: strides.count + 1)
    // A program's results lie together, so that short runs may be joined.
    let single = Axes.Axis(extent: 1, strides: [Int](repeating: 0, count: strides.count + 1))
    let rows = isPlain ? single : reduced.takeInnermost(tensors: strides.count + 1)

    // A unit reads what lies together, all lanes of some positions, as far as fits the second cache;
    // where there are few results, the segments give every thread something to do.
    let count = lanes?.extent ?? 0
    let (blockLanes, runRows) = (Int(TG_BLOCK_LANES), Int(TG_RUN_ROWS))
    let together = Piece.cached / max(1, min(elements, runRows)) / blockLanes * blockLanes
    let block = min(max(count, 1), max(blockLanes, together))
    let blocks = (max(count, 1) + block - 1) / block
    let mostSegments = 256  // joining them, one after the other, stays short
    let segments = max(1, min(elements * block / Piece.cached, mostSegments))
    let axes = kept.axes + reduced.axes + [rows, run, lanes ?? single]
    let source = unsafe PreparedEpilogue(
      reading: program, of: operands,
      operandStrides: strides.indices.map { operand in axes.map { $0.strides[operand + 1] } },
      isa: isa)
    let record = unsafe tg_reduce(
      grid: tg_grid(
        isa: isa, units: positions * segments * blocks,
        unitElements: elements / segments * block * strides.count),
      output: output.base, function: kind.code, lanes: count, block: block,
      lane_stride: lanes?.strides[0] ?? 0, segments: segments, parts: nil, kept: kept.raw,
      outer: reduced.raw, rows: rows.extent, count: run.extent, rank: axes.count,
      source: source.raw)
    let buffer = Int(TG_REDUCE_BUFFER) * MemoryLayout<Float>.stride
    return unsafe reduce(
      record, results: positions * max(count, 1), isa: isa, keeping: source.records,
      workspaceBytes: isPlain ? 0 : buffer + source.programBytes)
  }

  /// The call of a reduction that is one segment, or that of its segments and the one that joins
  /// them.
  private static func reduce(
    _ reduction: tg_reduce, results: Int, isa: ISA, keeping records: [KernelRecord],
    workspaceBytes: Int
  ) -> PreparedCalls {
    guard unsafe reduction.segments > 1 else {
      return [
        unsafe KernelCall(
          tileCount: reduction.grid.tileCount, workspaceBytes: workspaceBytes,
          record: KernelRecord([reduction], keeping: records), function: tg_reduce_tile)
      ]
    }
    // Written by the first call, read by the second; nobody runs both at once.
    let parts = unsafe results * reduction.segments * Int(TG_REDUCE_PARTS)
    return unsafe PreparedCalls(sharedBytes: parts * MemoryLayout<Double>.stride) { memory in
      var record = unsafe reduction
      unsafe record.parts = unsafe memory.assumingMemoryBound(to: Double.self)
      let first = unsafe KernelCall(
        tileCount: record.grid.tileCount, workspaceBytes: workspaceBytes,
        record: KernelRecord([record], keeping: records), function: tg_reduce_tile)
      unsafe record.grid = tg_grid(isa: isa, units: results, unitElements: record.segments)
      let second = unsafe KernelCall(
        tileCount: record.grid.tileCount, workspaceBytes: 0, record: KernelRecord([record]),
        function: tg_reduce_join_tile)
      return [first, second]
    }
  }
}
