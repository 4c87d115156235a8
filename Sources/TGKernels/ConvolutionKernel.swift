import CTGKernels
package import TGMachine

/// A convolution with its views resolved; the meaning is that of the plan's `Convolution`.
@unsafe package struct KernelConvolution {
  /// The output positions of one residue class, with their kernel.
  @unsafe package struct Phase {
    /// The packed weights.
    package var weights: UnsafePointer<Float>
    /// How many elements there are.
    package var weightCount: Int
    /// Rows and columns of the kernel.
    package var kernel: (height: Int, width: Int)
    /// Rows of zeros above and columns of zeros left of the input; negative skips.
    package var pad: (top: Int, left: Int)
    /// The first output row and column.
    package var origin: (y: Int, x: Int)
    /// Results along each side of the tiles by which the sums are taken, 0 for direct sums. The weights
    /// are then those that `PreparedWeights` makes.
    package var tile: Int

    /// Makes a phase.
    package init(
      weights: UnsafePointer<Float>, weightCount: Int, kernel: (height: Int, width: Int),
      pad: (top: Int, left: Int), origin: (y: Int, x: Int) = (0, 0), tile: Int = 0
    ) {
      unsafe self.weights = weights
      unsafe self.weightCount = weightCount
      unsafe self.kernel = kernel
      unsafe self.pad = pad
      unsafe self.origin = origin
      unsafe self.tile = tile
    }
  }

  /// `[N, H, W, C]`, innermost stride 1.
  package var input: ResolvedView
  /// `[N, OH, OW, O]`, innermost stride 1.
  package var output: ResolvedView
  /// The phases, which together cover every output position once.
  package var phases: [Phase]
  /// Whether products are of bfloat16, with sums of float32: the input is rounded as it is read, and all
  /// phases' weights are the pairs that `PreparedWeights` makes.
  package var inPairs = false
  /// Independent groups of channels.
  package var groups = 1
  /// True if weights are `[kernelHeight][kernelWidth][C]`, one kernel per channel.
  package var isDepthwise = false
  /// Input positions from one output position of a phase to the next.
  package var stride = (y: 1, x: 1)
  /// Input positions between taps.
  package var dilation = (y: 1, x: 1)
  /// Output positions between positions of one phase.
  package var scale = (y: 1, x: 1)
  /// Applied to each result before it is stored.
  package var epilogue = unsafe KernelEpilogue()

  /// Makes a convolution of stride 1; set the rest after.
  package init(input: ResolvedView, output: ResolvedView, phases: [Phase]) {
    unsafe self.input = input
    unsafe self.output = output
    unsafe self.phases = phases
  }

  /// The calls that compute it, in any order: one of the phases of direct sums, and one for every extent
  /// of kernels in tiles.
  ///
  /// - Throws: if the distances between taps are such that no machine has the memory for them.
  package func calls(isa: ISA) throws(KernelTooLarge) -> [KernelCall] {
    var pieces = unsafe [KernelConvolution]()
    for index in unsafe phases.indices {
      let phase = unsafe phases[index]
      let known = unsafe pieces.firstIndex {
        let other = unsafe $0.phases[0]
        return unsafe other.tile == phase.tile && (phase.tile == 0 || other.kernel == phase.kernel)
      }
      if let known {
        unsafe pieces[known].phases.append(phase)
      } else {
        var piece = unsafe self
        unsafe piece.phases = [phase]
        unsafe pieces.append(piece)
      }
    }
    var calls: [KernelCall] = []
    for index in unsafe pieces.indices {
      calls.append(unsafe try .convolution(pieces[index], isa: isa))
    }
    return calls
  }

  /// Traps unless counts and extents fit together.
  fileprivate func check() {
    unsafe precondition(input.dimensions.count == 4 && output.dimensions.count == 4, "rank 4")
    let channels = unsafe input.dimensions[3]
    let outputs = unsafe output.dimensions[3]
    unsafe precondition(input.dimensions[0] == output.dimensions[0], "as many pictures out as in")
    unsafe precondition(
      groups > 0 && channels % groups == 0 && outputs % groups == 0, "groups divide channels")
    unsafe precondition(
      !isDepthwise || (groups == channels && channels == outputs && !inPairs), "depthwise")
    unsafe precondition(
      min(stride.y, stride.x, dilation.y, dilation.x, scale.y, scale.x) > 0, "steps are positive")
    unsafe precondition(input.strides[3] == 1 || channels == 1, "channels are contiguous")
    unsafe precondition(output.strides[3] == 1 || outputs == 1, "channels are contiguous")
    for index in unsafe phases.indices {
      let phase = unsafe phases[index]
      let taps = unsafe phase.kernel.height * phase.kernel.width
      unsafe precondition(phase.kernel.height > 0 && phase.kernel.width > 0, "a kernel has taps")
      // Panels of 16 output channels of a group, the last one filled up.
      let count =
        unsafe isDepthwise
        ? taps * channels
        : PreparedWeights(
          channels: channels, outputs: outputs, results: phase.tile, kernel: phase.kernel,
          stride: stride.y, groups: groups, inPairs: inPairs
        ).count
      unsafe precondition(phase.weightCount == count, "weights have the packing's size")
    }
    unsafe checkTiles()
    for index in unsafe epilogue.operands.indices {
      let operand = unsafe epilogue.operands[index]
      unsafe precondition(operand.dimensions == output.dimensions, "equal extents")
    }
  }

  /// Traps unless all phases are direct, or all in tiles of one form.
  private func checkTiles() {
    let tile = unsafe phases.first?.tile ?? 0
    unsafe precondition(phases.allSatisfy { unsafe $0.tile == tile }, "one size of tiles")
    guard tile > 0 else { return }
    unsafe precondition(groups == 1 && !isDepthwise && dilation == (1, 1), "tiles of plain sums")
    let kernel = unsafe phases[0].kernel
    unsafe precondition(
      PreparedWeights.exist(results: tile, kernel: kernel, stride: stride), "tiles have a form")
    unsafe precondition(phases.allSatisfy { unsafe $0.kernel == kernel }, "one square extent")
  }
}

extension KernelCall {
  /// Prepares a convolution whose phases are all direct, or all in tiles with kernels of one extent.
  ///
  /// Every result is one chain of multiply-adds in the order of the packed weights, so its bits
  /// depend on the instruction set but not on tiles or threads. Direct sums of pairs have the same bits on
  /// every instruction set, unless numbers are so small or large that a product or sum leaves the normal
  /// ones (`vpairs` in `tg_pairs_lane.h`).
  ///
  /// - Throws: if the distances between taps are such that no machine has the memory for them.
  package static func convolution(
    _ convolution: KernelConvolution, isa: ISA
  ) throws(KernelTooLarge) -> KernelCall {
    unsafe convolution.check()
    let shape = unsafe tg_convolution_shape(
      isa: isa.code, depthwise: convolution.isDepthwise ? 1 : 0, pairs: convolution.inPairs ? 1 : 0,
      input: convolution.input.raw, output: convolution.output.raw, groups: convolution.groups,
      stride_y: convolution.stride.y, stride_x: convolution.stride.x,
      dilation_y: convolution.dilation.y, dilation_x: convolution.dilation.x,
      scale_y: convolution.scale.y, scale_x: convolution.scale.x)
    let phases = unsafe convolution.phases.map { phase in
      unsafe tg_phase(
        weights: phase.weights, kernel_height: phase.kernel.height,
        kernel_width: phase.kernel.width, pad_top: phase.pad.top, pad_left: phase.pad.left,
        origin_y: phase.origin.y, origin_x: phase.origin.x)
    }
    let operands = unsafe convolution.epilogue.operands.map { unsafe $0.raw }
    let steps = unsafe convolution.epilogue.program.raw
    let tile = unsafe convolution.phases.first?.tile ?? 0
    guard tile == 0 else {
      return unsafe tiled(tile, shape, phases, operands, steps)
    }
    let parts = unsafe KernelRecord(
      [tg_convolution_part](repeating: tg_convolution_part(), count: phases.count))
    var prepared = unsafe tg_convolution()
    let status = unsafe withUnsafePointer(to: shape) { shape in
      unsafe tg_convolution_prepare(
        &prepared,
        UnsafeMutablePointer(
          mutating: parts.pointer.assumingMemoryBound(to: tg_convolution_part.self)),
        shape, phases.count, phases, Int32(operands.count), operands, Int32(steps.count), steps)
    }
    guard status != TG_TOO_LARGE else {
      throw unsafe KernelTooLarge(bytes: prepared.workspace_bytes)
    }
    precondition(status == TG_OK, "an epilogue's program is sound")
    return unsafe KernelCall(
      tileCount: prepared.tile_count, workspaceBytes: prepared.workspace_bytes,
      record: KernelRecord([prepared], keeping: [parts]),
      function: convolution.isDepthwise
        ? tg_convolution_depthwise_tile : tg_convolution_tile)
  }

  /// Prepares a convolution in tiles.
  private static func tiled(
    _ tile: Int, _ shape: tg_convolution_shape, _ phases: [tg_phase], _ operands: [tg_view],
    _ steps: [tg_step]
  ) -> KernelCall {
    let parts = unsafe KernelRecord(
      [tg_winograd_part](repeating: tg_winograd_part(), count: phases.count))
    var prepared = unsafe tg_winograd()
    let status = unsafe withUnsafePointer(to: shape) { shape in
      unsafe tg_winograd_prepare(
        &prepared,
        UnsafeMutablePointer(
          mutating: parts.pointer.assumingMemoryBound(to: tg_winograd_part.self)),
        shape, tile, phases.count, phases, Int32(operands.count), operands,
        Int32(steps.count), steps)
    }
    precondition(status == TG_OK, "an epilogue's program is sound")
    return unsafe KernelCall(
      tileCount: prepared.tile_count, workspaceBytes: prepared.workspace_bytes,
      record: KernelRecord([prepared], keeping: [parts]), function: tg_winograd_tile)
  }
}
