package import TGMachine

/// A convolution of made-up numbers, to be timed: which of its forms is the fastest on a machine.
package struct ConvolutionTrial: Hashable, Sendable {
  /// A phase: its kernel, the zeros before the input, and where its results begin.
  package struct Phase: Hashable, Sendable {
    package var kernel: [Int]
    package var pad: [Int]
    package var origin: [Int]

    /// Makes a phase; each has two numbers, of rows and of columns.
    package init(kernel: [Int], pad: [Int], origin: [Int]) {
      self.kernel = kernel
      self.pad = pad
      self.origin = origin
    }
  }

  /// `[N, H, W, C]`.
  package let input: [Int]
  /// `[N, OH, OW, O]`.
  package let output: [Int]
  /// Input rows and columns from one output position of a phase to the next.
  package let stride: [Int]
  /// Output rows and columns between positions of one phase.
  package let scale: [Int]
  /// The phases, which together cover the output once.
  package let phases: [Phase]
  /// Whether products are of bfloat16.
  package var inPairs = false

  /// Makes a trial of a convolution of float32, dilation and groups 1.
  package init(input: [Int], output: [Int], stride: [Int], scale: [Int], phases: [Phase]) {
    self.input = input
    self.output = output
    self.stride = stride
    self.scale = scale
    self.phases = phases
  }

  /// The least seconds of some runs on one thread, after one that is not counted.
  ///
  /// - Parameters:
  ///   - tile: results along each side of the tiles, 0 for direct sums; one phase has such a form.
  ///   - spending: seconds after which there is no further run.
  ///   - now: seconds, from any moment on.
  /// - Throws: `KernelTooLarge` if no machine has the memory for a tile's work.
  package func seconds(
    tile: Int, isa: ISA, spending: Double, now: () -> Double
  ) throws(KernelTooLarge) -> Double {
    let memory = TrialMemory(self, tile: tile)
    let calls = unsafe try memory.convolution(self, tile: tile).calls(isa: isa)
    let workspace = UnsafeMutableRawPointer.allocate(
      byteCount: max(calls.map(\.workspaceBytes).max() ?? 0, 64), alignment: 64)
    defer { unsafe workspace.deallocate() }
    func run() {
      for call in calls {
        for tile in 0..<call.tileCount { unsafe call.run(tile: tile, workspace: workspace) }
      }
    }
    run()
    var best = Double.infinity
    let begin = now()
    repeat {
      let start = now()
      run()
      best = min(best, now() - start)
    } while now() - begin < spending
    withExtendedLifetime(memory) {}
    return best
  }

  /// The results along each side of a phase's tiles: those asked for, 0 where its kernel has no such form.
  fileprivate func tile(of phase: Phase, _ wanted: Int) -> Int {
    let exists = PreparedWeights.exist(
      results: wanted, kernel: (phase.kernel[0], phase.kernel[1]), stride: (stride[0], stride[1]))
    return exists ? wanted : 0
  }

  /// The weights of a phase, as many as its form has; panels without one.
  fileprivate func weightCount(of phase: Phase, _ wanted: Int) -> Int {
    PreparedWeights(
      channels: input[3], outputs: output[3], results: tile(of: phase, wanted),
      kernel: (phase.kernel[0], phase.kernel[1]), stride: stride[0], inPairs: inPairs
    ).count
  }
}

/// The numbers of a trial: small, none of them 0, so that no processor takes another path for them.
@safe private final class TrialMemory {
  private let base: UnsafeMutablePointer<Float>
  private let weights: [Int]
  private let (inputCount, outputCount): (Int, Int)

  init(_ trial: ConvolutionTrial, tile: Int) {
    weights = trial.phases.map { trial.weightCount(of: $0, tile) }
    (inputCount, outputCount) = (trial.input.reduce(1, *), trial.output.reduce(1, *))
    let count = inputCount + outputCount + weights.reduce(0, +)
    let raw = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1) * 4, alignment: 64)
    unsafe base = raw.bindMemory(to: Float.self, capacity: count)
    for index in 0..<count {
      unsafe (base + index).initialize(to: Float(index % 31 - 15) / 64 + 0.005)
    }
    guard trial.inPairs else { return }
    for index in (inputCount + outputCount)..<count {
      let upper = unsafe base[index].bitPattern >> 16
      unsafe base[index] = Float(bitPattern: upper << 16 | upper)
    }
  }

  deinit { unsafe base.deallocate() }

  /// The convolution over this memory.
  func convolution(_ trial: ConvolutionTrial, tile: Int) -> KernelConvolution {
    var phases = unsafe [KernelConvolution.Phase]()
    var next = unsafe base + inputCount + outputCount
    for (phase, count) in zip(trial.phases, weights) {
      unsafe phases.append(
        KernelConvolution.Phase(
          weights: UnsafePointer(next), weightCount: count,
          kernel: (phase.kernel[0], phase.kernel[1]), pad: (phase.pad[0], phase.pad[1]),
          origin: (phase.origin[0], phase.origin[1]), tile: trial.tile(of: phase, tile)))
      unsafe next += count
    }
    var convolution = unsafe KernelConvolution(
      input: view(base, trial.input), output: view(base + inputCount, trial.output), phases: phases)
    unsafe convolution.inPairs = trial.inPairs
    unsafe convolution.stride = (trial.stride[0], trial.stride[1])
    unsafe convolution.scale = (trial.scale[0], trial.scale[1])
    return unsafe convolution
  }

  private func view(_ base: UnsafeMutablePointer<Float>, _ extents: [Int]) -> ResolvedView {
    var strides = [Int](repeating: 1, count: extents.count)
    for axis in (0..<extents.count - 1).reversed() {
      strides[axis] = strides[axis + 1] * extents[axis + 1]
    }
    return unsafe ResolvedView(base: base, dimensions: extents, strides: strides)
  }
}
