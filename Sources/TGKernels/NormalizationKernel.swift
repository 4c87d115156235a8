internal import CTGKernels

extension KernelCall {
  /// `output[k…, r…] = epilogue((input - mean) / √(variance + epsilon))` with mean and (biased)
  /// variance over `r…`.
  ///
  /// - Parameters:
  ///   - input: the kept axes, then those over which it is normalised.
  ///   - keptRank: how many axes are kept.
  ///   - epsilon: added to the variance, ≥ 0.
  ///   - output: extents and axis order those of `input`.
  package static func normalization(
    input: ResolvedView, keptRank: Int, epsilon: Float, output: ResolvedView,
    epilogue: KernelEpilogue, isa: ISA
  ) -> KernelCall {
    let extents = unsafe input.dimensions
    let operands = unsafe epilogue.operands
    let strides = unsafe [input.strides, output.strides] + operands.map { unsafe $0.strides }
    var kept = Axes(extents: extents[..<keptRank], strides: strides.map { $0[..<keptRank] })
    var reduced = Axes(extents: extents[keptRank...], strides: strides.map { $0[keptRank...] })
    let elements = reduced.count
    kept.merge()
    reduced.order(by: 0)
    reduced.merge()
    // Vectors run along the run if it lies together, else along kept neighbours.
    let together = reduced.axes.last.map { $0.strides[0] == 1 && $0.strides[1] == 1 } ?? false
    let lanes = together ? nil : kept.takeContiguous(tensors: [0, 1])
    let run = reduced.takeInnermost(tensors: strides.count)
    let places = kept.count
    let count = lanes?.extent ?? 0
    // Narrow blocks give every thread something to do where there are few.
    let block = places * ((count + 63) / 64) >= 16 ? 64 : 16
    let grid = tg_grid(
      isa: isa, units: lanes == nil ? places : places * ((count + block - 1) / block),
      unitElements: elements * (lanes == nil ? 1 : block))

    let axes = kept.axes + reduced.axes + [run]
    let program = unsafe PreparedEpilogue(
      epilogue,
      operandStrides: operands.indices.map { operand in
        axes.map { $0.strides[operand + 2] } + [lanes?.strides[operand + 2] ?? 0]
      }, isa: isa)
    let record = unsafe tg_normalization(
      grid: grid, input: UnsafePointer(input.base), output: output.base, lanes: count,
      block: block, kept: kept.raw, outer: reduced.raw, count: run.extent,
      stride_in: run.strides[0], stride_out: run.strides[1], epsilon: epsilon,
      epilogue: program.raw)
    return unsafe KernelCall(
      tileCount: elements == 0 ? 0 : grid.tileCount,
      workspaceBytes: Int(TG_NORMALIZE_BLOCK) * MemoryLayout<Float>.stride + program.programBytes,
      record: KernelRecord([record], keeping: program.records), function: tg_f32_normalize_tile)
  }
}
