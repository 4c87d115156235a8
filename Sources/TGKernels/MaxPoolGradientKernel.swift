internal import CTGKernels
package import TGMachine

extension KernelCall {
  /// The adjoint of a maximum over windows: each number of `gradient` `[N, OH, OW, C]` is added to
  /// the position of `output` where its window of `input` has its first largest element. All with
  /// channels of stride 1; `input` and `output` have the same extents.
  package static func maxPoolGradient(
    window: PoolingWindow, input: ResolvedView, gradient: ResolvedView, output: ResolvedView,
    isa: ISA
  ) -> KernelCall {
    let (size, step) = unsafe (input.dimensions, input.strides)
    let (windows, gradientStep) = unsafe (gradient.dimensions, gradient.strides)
    let outStep = unsafe output.strides
    // Bands as high as several windows: those across a border are looked at from both sides.
    let rowElements = size[2] * size[3]
    let rows = max(Piece.tile / rowElements, 2 * window.height)
    let band = min(size[1], (rows + window.strideY - 1) / window.strideY * window.strideY)
    let bands = (size[1] + band - 1) / band
    let grid = tg_grid(isa: isa, units: size[0] * bands, unitElements: band * rowElements)
    let record = unsafe tg_max_pool_gradient(
      grid: grid, input: UnsafePointer(input.base), gradient: UnsafePointer(gradient.base),
      output: output.base, height: size[1], width: size[2], channels: size[3],
      in_item: step[0], in_row: step[1], in_column: step[2],
      windows_y: windows[1], windows_x: windows[2],
      gradient_item: gradientStep[0], gradient_row: gradientStep[1],
      gradient_column: gradientStep[2],
      out_item: outStep[0], out_row: outStep[1], out_column: outStep[2],
      kernel_height: window.height, kernel_width: window.width,
      stride_y: window.strideY, stride_x: window.strideX,
      pad_top: window.padTop, pad_left: window.padLeft, band: band, bands: bands)
    return unsafe KernelCall(
      tileCount: grid.tileCount, workspaceBytes: 0, record: KernelRecord([record]),
      function: tg_max_pool_gradient_tile)
  }
}
