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

  /// Names a form and its channels.
  package init(channels: Int, outputs: Int, results: Int, kernel: Int) {
    self.channels = channels
    self.outputs = outputs
    self.results = results
    self.kernel = kernel
  }

  /// How many floats they are.
  package var count: Int { tg_winograd_weights(channels, outputs, results, kernel) }

  /// The call that makes them of packed weights, `[⌈O / 16⌉][r][r][C][16]` floats of 32 or of 16 bits;
  /// `transformed` has room for `count`.
  package func transforming(
    _ packed: ResolvedView, into transformed: UnsafeMutablePointer<Float>, isa: ISA
  ) -> KernelCall {
    let element = unsafe packed.element
    precondition(element == .float32 || element == .float16, "weights are floats")
    let weights = unsafe UnsafeRawPointer(packed.address)
    var record = unsafe tg_winograd_transform(
      form: nil, isa: isa.code, weights: weights, element: element.code, out: transformed,
      channels: 0, tile_count: 0)
    unsafe tg_winograd_transform_prepare(
      &record, isa.code, weights, element.code, channels, outputs, results, kernel, transformed)
    return unsafe KernelCall(
      tileCount: record.tile_count, workspaceBytes: 0, record: KernelRecord([record]),
      function: tg_winograd_transform_tile)
  }
}
