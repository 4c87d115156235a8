internal import CTGKernels
package import TGMachine

extension KernelCall {
  /// Softmax, or its logarithm, along the last axis; the output may be the input.
  package static func softmax(
    input: ResolvedView, output: ResolvedView, logarithmic: Bool, isa: ISA
  ) -> KernelCall {
    let last = unsafe input.dimensions.count - 1
    let count = unsafe input.dimensions[last]
    var rows = unsafe Axes(
      extents: input.dimensions[..<last],
      strides: [input.strides[..<last], output.strides[..<last]])
    let strideIn = unsafe input.strides[last]
    let strideOut = unsafe output.strides[last]
    rows.merge()
    // Rows that lie side by side are done a vector of the widest set at a time.
    let width = Int(TG_LANES)
    let sideBySide = count > 1 && (strideIn != 1 || strideOut != 1)
    let lanes = sideBySide ? rows.takeContiguous(tensors: [0, 1]) : nil
    let blocks = lanes.map { ($0.extent + width - 1) / width } ?? 1
    let grid = tg_grid(
      isa: isa, units: count == 0 ? 0 : rows.count * blocks,
      unitElements: lanes == nil ? count : count * width,
      // An exponential is worth several additions.
      elementsPerTile: Piece.tile / 2)
    let record = unsafe tg_softmax(
      grid: grid, input: UnsafePointer(input.base), output: output.base,
      logarithmic: logarithmic ? 1 : 0, lanes: lanes?.extent ?? 0, rows: rows.raw, count: count,
      stride_in: strideIn, stride_out: strideOut)
    return unsafe KernelCall(
      tileCount: grid.tileCount, workspaceBytes: count * MemoryLayout<Float>.stride,
      record: KernelRecord([record]), function: tg_softmax_tile)
  }
}
