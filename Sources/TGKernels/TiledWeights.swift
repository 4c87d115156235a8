import CTGKernels
package import TGMachine

/// The weights of a phase, transformed for the tiles by which its sums are taken.
package struct TiledWeights: Hashable, Sendable {
  /// Channels of the input.
  package let channels: Int
  /// Channels of the output.
  package let outputs: Int
  /// Results along each side of a tile.
  package let results: Int
  /// Rows and columns of the kernel, for which there are such tiles.
  package let kernel: Int
  /// Input rows and columns from one output position to the next.
  package let stride: Int

  /// Names a form and its channels.
  package init(channels: Int, outputs: Int, results: Int, kernel: Int, stride: Int = 1) {
    self.channels = channels
    self.outputs = outputs
    self.results = results
    self.kernel = kernel
    self.stride = stride
  }

  /// Whether there is a form for a phase of a convolution of dilation and groups 1.
  package static func exist(
    results: Int, kernel: (height: Int, width: Int), stride: (y: Int, x: Int)
  ) -> Bool {
    kernel.height == kernel.width && stride.y == stride.x
      && tg_winograd_exists(results, kernel.height, stride.y) != 0
  }

  /// How many floats they are.
  package var count: Int { tg_winograd_weights(channels, outputs, results, kernel, stride) }

  /// The call that makes them of packed weights, `[⌈O / 16⌉][r][r][C][16]`; `transformed` has room for
  /// `count`.
  package func transforming(
    _ packed: UnsafePointer<Float>, into transformed: UnsafeMutablePointer<Float>, isa: ISA
  ) -> KernelCall {
    var record = unsafe tg_winograd_transform(
      form: nil, weights: packed, out: transformed, channels: 0, kernel: 0, stride: 0, tile_count: 0
    )
    unsafe tg_winograd_transform_prepare(
      &record, isa.code, packed, channels, outputs, results, kernel, stride, transformed)
    return unsafe KernelCall(
      tileCount: record.tile_count, workspaceBytes: 0, record: KernelRecord([record]),
      function: tg_winograd_transform_tile)
  }
}
