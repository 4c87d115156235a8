import CTGKernels
package import TGMachine

/// The weights of a phase, transformed for the tiles by which its sums are taken; or turned ones as panels.
package struct TiledWeights: Hashable, Sendable {
  /// Channels of the input.
  package let channels: Int
  /// Channels of the output.
  package let outputs: Int
  /// Results along each side of a tile, for which there are such tiles of the kernel; 0 for panels.
  package let results: Int
  /// Rows of the kernel, and columns; equal for tiles.
  package let kernel: (height: Int, width: Int)
  /// Input rows and columns from one output position to the next.
  package let stride: Int
  /// Whether they are made of `[⌈C / 16⌉][height][width][O][16]`, taps in reverse order, and not of
  /// `[⌈O / 16⌉][height][width][C][16]`; always so for panels.
  package let isTurned: Bool

  /// Names a form and its channels.
  package init(
    channels: Int, outputs: Int, results: Int, kernel: (height: Int, width: Int), stride: Int = 1,
    isTurned: Bool = false
  ) {
    self.channels = channels
    self.outputs = outputs
    self.results = results
    self.kernel = kernel
    self.stride = stride
    self.isTurned = isTurned
  }

  /// Whether there is a form for a phase of a convolution of dilation and groups 1.
  package static func exist(
    results: Int, kernel: (height: Int, width: Int), stride: (y: Int, x: Int)
  ) -> Bool {
    kernel.height == kernel.width && stride.y == stride.x
      && tg_winograd_exists(results, kernel.height, stride.y) != 0
  }

  /// How many floats they are.
  package var count: Int {
    results > 0
      ? tg_winograd_weights(channels, outputs, results, kernel.height, stride)
      : kernel.height * kernel.width * channels * ((outputs + 15) / 16) * 16
  }

  /// The call that makes them of packed weights, floats of 32 or of 16 bits; `made` has room for `count`.
  package func making(
    of packed: ResolvedView, into made: UnsafeMutablePointer<Float>, isa: ISA
  ) -> KernelCall {
    let element = unsafe packed.element
    precondition(element == .float32 || element == .float16, "weights are floats")
    let weights = unsafe UnsafeRawPointer(packed.address)
    var turn = unsafe tg_turn(
      isa: isa.code, weights: weights, element: element.code, out: made, channels: 0, outputs: 0,
      taps: 0, tile_count: 0)
    guard results > 0 else {
      unsafe tg_turn_prepare(
        &turn, isa.code, weights, element.code, channels, outputs, kernel.height * kernel.width,
        made)
      return unsafe KernelCall(
        tileCount: turn.tile_count, workspaceBytes: 0, record: KernelRecord([turn]),
        function: tg_turn_tile)
    }
    var record = unsafe tg_winograd_transform(
      form: nil, turn: turn, is_turned: 0, kernel: 0, stride: 0, tile_count: 0, workspace_bytes: 0)
    unsafe tg_winograd_transform_prepare(
      &record, isa.code, weights, element.code, channels, outputs, results, kernel.height, stride,
      isTurned ? 1 : 0, made)
    return unsafe KernelCall(
      tileCount: record.tile_count, workspaceBytes: record.workspace_bytes,
      record: KernelRecord([record]), function: tg_winograd_transform_tile)
  }

  package static func == (a: Self, b: Self) -> Bool {
    a.channels == b.channels && a.outputs == b.outputs && a.results == b.results
      && a.kernel == b.kernel && a.stride == b.stride && a.isTurned == b.isTurned
  }

  package func hash(into hasher: inout Hasher) {
    for part in [channels, outputs, results, kernel.height, kernel.width, stride] {
      hasher.combine(part)
    }
  }
}
