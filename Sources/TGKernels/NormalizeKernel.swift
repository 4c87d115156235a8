internal import CTGKernels
package import TGMachine

extension KernelCall {
  /// `output[k…, r…] = epilogue((input - mean) / √(variance + epsilon))` with mean and (biased)
  /// variance over `r…`: one call, or two to be run one after the other.
  ///
  /// - Parameters:
  ///   - input: the kept axes, then those over which it is normalised.
  ///   - keptRank: how many axes are kept.
  ///   - epsilon: added to the variance, ≥ 0.
  ///   - output: extents and axis order those of `input`.
  ///   - epilogue: its operands have the extents and the axis order of `output`.
  package static func normalize(
    input: ResolvedView, keptRank: Int, epsilon: Float, output: ResolvedView,
    epilogue: KernelEpilogue, isa: ISA
  ) -> PreparedCalls {
    let extents = unsafe input.dimensions
    guard !extents.contains(0) else { return [] }
    let operands = unsafe epilogue.operands
    let strides = unsafe [input.strides, output.strides] + operands.map { unsafe $0.strides }
    var kept = Axes(extents: extents[..<keptRank], strides: strides.map { $0[..<keptRank] })
    var reduced = Axes(extents: extents[keptRank...], strides: strides.map { $0[keptRank...] })
    let positions = reduced.count
    kept.merge()
    reduced.order(by: 0)
    reduced.merge()
    // Vectors run along the run if it lies together, else along kept neighbours.
    let together = reduced.axes.last.map { $0.strides[0] == 1 && $0.strides[1] == 1 } ?? false
    let lanes = together ? nil : kept.takeContiguous(tensors: [0, 1])
    let run = reduced.takeInnermost(tensors: strides.count)

    let axes = kept.axes + reduced.axes + [run]
    let program = unsafe PreparedEpilogue(
      epilogue,
      operandStrides: operands.indices.map { operand in
        axes.map { $0.strides[operand + 2] } + [lanes?.strides[operand + 2] ?? 0]
      }, isa: isa)
    var record = unsafe tg_normalize(
      grid: tg_grid(isa: isa, units: kept.count, unitElements: positions),
      input: UnsafePointer(input.base), output: output.base, kept: kept.raw, outer: reduced.raw,
      count: run.extent, stride_in: run.strides[0], stride_out: run.strides[1], epsilon: epsilon,
      epilogue: program.raw, lanes: 0, segments: 1, block: 1, moments: nil)
    let blockBytes = Int(TG_NORMALIZE_BLOCK) * MemoryLayout<Float>.stride
    guard let lanes = lanes?.extent else {
      return [
        unsafe KernelCall(
          tileCount: record.grid.tileCount, workspaceBytes: blockBytes + program.programBytes,
          record: KernelRecord([record], keeping: program.records),
          function: tg_normalize_rows_tile)
      ]
    }

    // As many segments as give every thread of a machine one, but none so short that its sums cost
    // less than joining them.
    let (wantedUnits, leastPositions) = (16, 256)
    let blockLanes = Int(TG_BLOCK_LANES)
    let laneBlocks = (lanes + blockLanes - 1) / blockLanes
    let segments = max(1, min(positions / leastPositions, wantedUnits / (kept.count * laneBlocks)))
    unsafe record.lanes = lanes
    unsafe record.segments = segments
    let prepared = unsafe record
    // Written by the first call, read by the second; nobody runs both at once.
    let sharedBytes = kept.count * segments * 2 * lanes * MemoryLayout<Double>.stride
    return unsafe PreparedCalls(sharedBytes: sharedBytes) { memory in
      var record = unsafe prepared
      unsafe record.moments = unsafe memory.assumingMemoryBound(to: Double.self)
      unsafe record.grid = tg_grid(
        isa: isa, units: kept.count * segments * laneBlocks,
        unitElements: (positions + segments - 1) / segments * min(lanes, blockLanes))
      let first = unsafe KernelCall(
        tileCount: record.grid.tileCount, workspaceBytes: 0,
        record: KernelRecord([record]),
        function: tg_normalize_moments_tile)

      let block = max(1, Piece.tile / lanes)
      unsafe record.block = block
      unsafe record.grid = tg_grid(
        isa: isa, units: kept.count * ((positions + block - 1) / block), unitElements: block * lanes
      )
      // Mean and scale of each lane, and more than TG_NORMALIZE_BLOCK if there are so many lanes.
      let bytes = [2 * lanes, lanes].map { tg_aligned($0 * MemoryLayout<Float>.stride) }.reduce(
        0, +)
      let second = unsafe KernelCall(
        tileCount: record.grid.tileCount,
        workspaceBytes: bytes + blockBytes + program.programBytes,
        record: KernelRecord([record], keeping: program.records),
        function: tg_normalize_lanes_tile)
      return [first, second]
    }
  }
}
