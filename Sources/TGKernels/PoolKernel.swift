internal import CTGKernels
package import TGMachine

/// What is made of a window.
package enum PoolingKind: Hashable, Sendable, CaseIterable {
  /// The largest element inside the picture.
  case maximum
  /// The sum of the elements inside, divided by how many they are.
  case average
  /// The sum of the elements inside, divided by the window's whole area.
  case averageCountingPadding

  fileprivate var code: Int32 {
    switch self {
    case .maximum: Int32(TG_POOL_MAXIMUM)
    case .average: Int32(TG_POOL_AVERAGE)
    case .averageCountingPadding: Int32(TG_POOL_AVERAGE_COUNTING_PADDING)
    }
  }
}

/// A window that moves over a picture, in elements.
package struct PoolingWindow: Hashable, Sendable {
  /// Its rows and columns.
  package var height, width: Int
  /// The steps from window to window.
  package var strideY, strideX: Int
  /// Rows above and columns left of the picture.
  package var padTop, padLeft: Int

  /// Makes a window.
  package init(
    height: Int, width: Int, strideY: Int, strideX: Int, padTop: Int, padLeft: Int
  ) {
    self.height = height
    self.width = width
    self.strideY = strideY
    self.strideX = strideX
    self.padTop = padTop
    self.padLeft = padLeft
  }
}

extension KernelCall {
  /// Pools `[N, H, W, C]` to `[N, OH, OW, C]`, both with channels of stride 1.
  package static func pool(
    _ kind: PoolingKind, window: PoolingWindow, input: ResolvedView, output: ResolvedView, isa: ISA
  ) -> KernelCall {
    let (size, step) = unsafe (input.dimensions, input.strides)
    let (outSize, outStep) = unsafe (output.dimensions, output.strides)
    let grid = tg_grid(
      isa: isa, units: outSize[0] * outSize[1],
      unitElements: outSize[2] * outSize[3] * window.height * window.width)
    let record = unsafe tg_pool(
      grid: grid, input: UnsafePointer(input.base), output: output.base, function: kind.code,
      height: size[1], width: size[2], channels: size[3],
      in_item: step[0], in_row: step[1], in_column: step[2],
      out_height: outSize[1], out_width: outSize[2],
      out_item: outStep[0], out_row: outStep[1], out_column: outStep[2],
      kernel_height: window.height, kernel_width: window.width,
      stride_y: window.strideY, stride_x: window.strideX,
      pad_top: window.padTop, pad_left: window.padLeft)
    return unsafe KernelCall(
      tileCount: grid.tileCount, workspaceBytes: 0, record: KernelRecord([record]),
      function: tg_pool_tile)
  }
}
