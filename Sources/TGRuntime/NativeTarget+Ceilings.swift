package import TGExecution
internal import TGKernels
internal import TGMachine
internal import TGPlan

/// The roofline of this machine, measured with the kernels that plans run.
extension NativeTarget {
  /// The best of a few runs: of a convolution of 1 × 1, whose operands stay in the caches, and of a map
  /// over more memory than caches hold.
  package func ceilings(threads: Int) throws(RuntimeError) -> Ceilings? {
    let product = Product()
    let arithmetic = unsafe try least(of: product.bytes, threads: threads) {
      (base) throws(RuntimeError) in unsafe try product.call(base, isa)
    }
    let copy = Copy()
    let traffic = unsafe try least(of: copy.bytes, threads: threads) {
      (base) throws(RuntimeError) in unsafe copy.call(base, isa)
    }
    return Ceilings(
      gigaflops: 2 * Double(product.macs) / arithmetic * 1e-9,
      gigabytesPerSecond: Double(copy.bytes) / traffic * 1e-9)
  }

  /// The least seconds that a call over some memory takes.
  private func least(
    of bytes: Int, threads: Int,
    _ call: (UnsafeMutablePointer<Float>) throws(RuntimeError) -> KernelCall
  ) throws(RuntimeError) -> Double {
    let memory = try SystemMemory(byteCount: bytes, inLargePages: true)
    let base = unsafe memory.lend { unsafe $0.assumingMemoryBound(to: Float.self) }
    let pool = try ThreadPool(calls: [unsafe call(base)], threads: threads)
    let clock = ContinuousClock()
    var least = Double.infinity
    for run in 0..<8 {
      let seconds = clock.measure { pool.run(call: 0) } / .seconds(1)
      // The first one meets memory that is not there yet.
      if run > 0 { least = min(least, seconds) }
    }
    withExtendedLifetime(memory) {}
    return least
  }

  /// 56 × 56 pixels of 256 channels times 256 × 256 weights: 0.2 thousand million products.
  private struct Product {
    let side = 56
    let channels = 256
    var macs: Int { side * side * channels * channels }
    private var picture: Int { side * side * channels }
    var bytes: Int { 4 * (2 * picture + channels * channels) }

    func call(
      _ base: UnsafeMutablePointer<Float>, _ isa: ISA
    ) throws(RuntimeError) -> KernelCall {
      let extents = [1, side, side, channels]
      let strides = [picture, side * channels, channels, 1]
      let input = unsafe ResolvedView(base: base, dimensions: extents, strides: strides)
      let output = unsafe ResolvedView(base: base + picture, dimensions: extents, strides: strides)
      let phase = unsafe KernelConvolution.Phase(
        weights: UnsafePointer(base + 2 * picture), weightCount: channels * channels,
        kernel: (1, 1), pad: (0, 0))
      let convolution = unsafe KernelConvolution(input: input, output: output, phases: [phase])
      do throws(KernelTooLarge) { return unsafe try .convolution(convolution, isa: isa) } catch {
        throw .outOfMemory(error.bytes)
      }
    }
  }

  /// 32 MiB read and 32 MiB written.
  private struct Copy {
    let count = 1 << 23
    var bytes: Int { 8 * count }

    func call(_ base: UnsafeMutablePointer<Float>, _ isa: ISA) -> KernelCall {
      let input = unsafe ResolvedView(base: base, dimensions: [count], strides: [1])
      let output = unsafe ResolvedView(base: base + count, dimensions: [count], strides: [1])
      let rectified = PointwiseProgram(operandCount: 1, steps: [.init(.relu, [0])])
      return unsafe .elementwise(
        program: KernelProgram(rectified), operands: [input], output: output, isa: isa)
    }
  }
}
