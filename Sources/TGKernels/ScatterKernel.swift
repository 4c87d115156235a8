internal import CTGKernels
package import TGMachine

extension KernelCall {
  /// `output = 0`, then each `input[i…, d…]` is added to `output[indices[i…], d…]`, in the order of
  /// the indices. A number that is no row's adds nothing, and its position among the indices is `refused`.
  ///
  /// Tiles are runs of columns, so that each sum belongs to one tile.
  ///
  /// - Parameters:
  ///   - input: the extents of `indices`, then those of a row.
  ///   - indices: whole numbers.
  ///   - output: `[rows, d…]`, at least one row.
  package static func scatter(
    input: ResolvedView, indices: ResolvedView, output: ResolvedView, isa: ISA
  ) -> KernelCall {
    let rank = unsafe indices.dimensions.count
    var positions = unsafe Axes(
      extents: indices.dimensions[...], strides: [indices.strides[...], input.strides[..<rank]])
    positions.merge()
    var row = unsafe Axes(
      extents: output.dimensions[1...], strides: [input.strides[rank...], output.strides[1...]])
    row.merge()
    let count = row.takeContiguous(tensors: [0, 1])?.extent ?? 1
    let columns = Int(TG_SCATTER_COLUMNS)
    let runs = (count + columns - 1) / columns
    let rows = unsafe output.dimensions[0]
    let grid = tg_grid(
      isa: isa, units: row.count * runs, unitElements: max(rows, positions.count),
      elementsPerTile: 16_384 / columns)
    let refused = RefusedPosition()
    let record = unsafe tg_scatter(
      grid: grid, input: UnsafePointer(input.base), indices: UnsafePointer(indices.integers),
      output: output.base, positions: positions.raw, row: row.raw, count: count, runs: runs,
      rows: rows,
      row_stride: output.strides[0], first_bad: refused.word)
    return unsafe KernelCall(
      tileCount: grid.tileCount, workspaceBytes: 0, record: KernelRecord([record]),
      refused: refused, function: tg_scatter_tile)
  }
}
