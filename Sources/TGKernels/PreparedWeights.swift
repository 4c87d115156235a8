import CTGKernels
package import TGMachine

/// The weights of a phase as a kernel reads them and no plan has them: transformed for the tiles by which its
/// sums are taken, turned ones as panels, pairs of bfloat16, or several of that at once.
package struct PreparedWeights: Hashable, Sendable {
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
  /// `[groups][⌈O / groups / 16⌉][height][width][C / groups][16]`.
  package let isTurned: Bool
  /// Independent groups of channels; 1 for tiles and for turned weights.
  package let groups: Int
  /// Whether they are words of two bfloat16, of neighbouring channels, in place of floats.
  package let inPairs: Bool

  /// Names a form and its channels.
  package init(
    channels: Int, outputs: Int, results: Int, kernel: (height: Int, width: Int), stride: Int = 1,
    isTurned: Bool = false, groups: Int = 1, inPairs: Bool = false
  ) {
    self.channels = channels
    self.outputs = outputs
    self.results = results
    self.kernel = kernel
    self.stride = stride
    self.isTurned = isTurned
    self.groups = groups
    self.inPairs = inPairs
  }

  /// Whether there is a form for a phase of a convolution of dilation and groups 1.
  package static func exist(
    results: Int, kernel: (height: Int, width: Int), stride: (y: Int, x: Int)
  ) -> Bool {
    kernel.height == kernel.width && stride.y == stride.x
      && tg_winograd_exists(results, kernel.height, stride.y) != 0
  }

  /// How many floats or words they are.
  package var count: Int {
    let parts = results > 0 ? stride * stride : 1
    let numbers = parts * channels / groups
    let floats =
      results > 0
      ? tg_winograd_weights(channels, outputs, results, kernel.height, stride)
      : groups * kernel.height * kernel.width * numbers * ((outputs / groups + 15) / 16) * 16
    return inPairs && numbers > 0 ? floats / numbers * ((numbers + 1) / 2) : floats
  }

  /// The call that makes them of packed weights, floats of 32 or of 16 bits; `made` has room for `count`.
  package func making(
    of packed: ResolvedView, into made: UnsafeMutablePointer<Float>, isa: ISA
  ) -> KernelCall {
    let element = unsafe packed.element
    precondition(element == .float32 || element == .float16, "weights are floats")
    let weights = unsafe UnsafeRawPointer(packed.address)
    if inPairs { return unsafe makingPairs(of: weights, element, into: made, isa: isa) }
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

  private func makingPairs(
    of weights: UnsafeRawPointer, _ element: KernelElement,
    into made: UnsafeMutablePointer<Float>, isa: ISA
  ) -> KernelCall {
    let turn = unsafe tg_turn(
      isa: isa.code, weights: weights, element: element.code, out: made, channels: 0, outputs: 0,
      taps: 0, tile_count: 0)
    var record = unsafe tg_pairs_weights(
      source: tg_winograd_transform(
        form: nil, turn: turn, is_turned: 0, kernel: 0, stride: 0, tile_count: 0,
        workspace_bytes: 0), out: made, rows: 0, depth: 0, tile_count: 0, workspace_bytes: 0)
    let turned: Int32 = isTurned ? 1 : 0
    if results > 0 {
      unsafe tg_pairs_weights_of_tiles(
        &record, isa.code, weights, element.code, channels, outputs, results, kernel.height,
        stride, turned, made)
    } else {
      unsafe tg_pairs_weights_of_panels(
        &record, isa.code, weights, element.code, channels / groups, outputs / groups, groups,
        kernel.height * kernel.width, turned, made)
    }
    return unsafe KernelCall(
      tileCount: record.tile_count, workspaceBytes: record.workspace_bytes,
      record: KernelRecord([record]), function: tg_pairs_weights_tile)
  }

  package static func == (a: Self, b: Self) -> Bool {
    a.channels == b.channels && a.outputs == b.outputs && a.results == b.results
      && a.kernel == b.kernel && a.stride == b.stride && a.isTurned == b.isTurned
      && a.groups == b.groups && a.inPairs == b.inPairs
  }

  package func hash(into hasher: inout Hasher) {
    for part in [channels, outputs, results, kernel.height, kernel.width, stride] {
      hasher.combine(part)
    }
  }
}
