internal import CTGKernels
package import TGMachine

extension KernelCall {
  /// `output[i…, d…] = table[indices[i…], d…]`. A number that is no row's makes a row of zeros, and
  /// its position among the indices is `refused`.
  ///
  /// - Parameters:
  ///   - table: `[rows, d…]`, at least one row; floats of 32 or of 16 bits.
  ///   - indices: whole numbers.
  ///   - output: the extents of `indices`, then those of a row.
  package static func gather(
    table: ResolvedView, indices: ResolvedView, output: ResolvedView, isa: ISA
  ) -> KernelCall {
    let rank = unsafe indices.dimensions.count
    var positions = unsafe Axes(
      extents: indices.dimensions[...], strides: [indices.strides[...], output.strides[..<rank]])
    positions.merge()
    var row = unsafe Axes(
      extents: table.dimensions[1...],
      strides: [table.strides[1...], output.strides[rank...]])
    let elements = row.count
    row.merge()
    let run = row.takeContiguous(tensors: [0, 1])?.extent ?? 1
    let grid = tg_grid(isa: isa, units: positions.count, unitElements: elements)
    let refused = RefusedPosition()
    unsafe precondition(
      table.element == .float32 || table.element == .float16, "a table of floats")
    let record = unsafe tg_gather(
      grid: grid, table: UnsafeRawPointer(table.address), element: table.element.code,
      indices: UnsafePointer(indices.integers),
      output: output.base, positions: positions.raw, row: row.raw, count: run,
      rows: table.dimensions[0], row_stride: table.strides[0],
      first_bad: refused.word)
    return unsafe KernelCall(
      tileCount: elements == 0 ? 0 : grid.tileCount, workspaceBytes: 0,
      record: KernelRecord([record]), refused: refused, function: tg_gather_tile)
  }
}
