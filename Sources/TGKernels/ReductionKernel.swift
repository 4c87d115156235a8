internal import CTGKernels

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
  /// `output[k…] = function over r… of input[k…, r…]`.
  ///
  /// - Parameters:
  ///   - input: the kept axes, then the reduced ones.
  ///   - keptRank: how many axes are kept.
  ///   - output: the extents of the kept axes.
  package static func reduction(
    _ kind: ReductionKind, input: ResolvedView, keptRank: Int, output: ResolvedView, isa: ISA
  ) -> KernelCall {
    let extents = unsafe input.dimensions
    let strides = unsafe input.strides
    var kept = unsafe Axes(
      extents: extents[..<keptRank], strides: [strides[..<keptRank], output.strides[...]])
    var reduced = Axes(extents: extents[keptRank...], strides: [strides[keptRank...]])
    let elements = reduced.count
    reduced.order(by: 0)
    reduced.merge()
    kept.merge()
    // Vectors run along the reduced elements if those lie together, else along kept ones.
    var lanes: Axes.Axis?
    if reduced.axes.last?.strides != [1] { lanes = kept.takeContiguous(tensors: [0]) }
    let places = kept.count
    let run = reduced.takeInnermost(tensors: 1)

    // Narrow blocks give every thread something to do where there are few.
    let count = lanes?.extent ?? 0
    let block = places * ((count + 63) / 64) >= 16 ? 64 : 16
    let grid = tg_grid(
      isa: isa, units: lanes == nil ? places : places * ((count + block - 1) / block),
      unitElements: elements * (lanes == nil ? 1 : block))
    let record = unsafe tg_reduction(
      grid: grid, input: UnsafePointer(input.base), output: output.base, function: kind.code,
      lanes: count, block: block, lane_stride: lanes?.strides[1] ?? 0, kept: kept.raw,
      outer: reduced.raw, count: run.extent, stride: run.strides[0])
    return unsafe KernelCall(
      tileCount: grid.tileCount, workspaceBytes: 0, record: KernelRecord([record]),
      function: tg_f32_reduce_tile)
  }
}
