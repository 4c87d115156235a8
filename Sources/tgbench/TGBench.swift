import COpenBLAS
import TGKernels
import TGMachine

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// Measures our convolution against OpenBLAS's matrix product on one thread, in turns, so that
/// other work on the machine hits both alike. The figures to read are the ratios.
@main struct TGBench {
  static let size = 2048

  static func main() throws {
    if CommandLine.arguments.dropFirst().contains("forms") { return try FormBench.run() }
    openblas_set_num_threads(1)
    let core = unsafe String(cString: openblas_get_corename())
    print("OpenBLAS runs its kernels for \(core); products are \(size) x \(size) x \(size)")
    print("isa     layer                             ms  GFLOP/s    sgemm  ratio")
    let product = (0..<3).map { _ in BenchMemory(count: size * size) }
    for isa in ISA.available().reversed() {
      // The scalar variant is measured on one layer: it is there to be right.
      for layer in Layer.all.prefix(isa == .scalar ? 1 : Layer.all.count) {
        try measure(layer, isa: isa, product: product)
      }
    }
  }

  /// Seconds of processor time of this thread.
  static func now() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// The best of some runs of each, in turns.
  static func measure(_ layer: Layer, isa: ISA, product: [BenchMemory]) throws {
    let (call, memory) = try layer.prepare(isa: isa)
    let workspace = UnsafeMutableRawPointer.allocate(
      byteCount: max(call.workspaceBytes, 64), alignment: 64)
    defer { unsafe workspace.deallocate() }
    var best = Double.infinity
    var bestProduct = Double.infinity
    var spent = 0.0
    for run in 0..<400 where run < 4 || spent < 1 {
      let start = now()
      for tile in 0..<call.tileCount { unsafe call.run(tile: tile, workspace: workspace) }
      best = min(best, now() - start)
      if run % 16 == 0, run < 80 {
        let start = now()
        // A quarter of the rows is enough to see the rate.
        let n = Int32(size)
        unsafe cblas_sgemm(
          CblasRowMajor, CblasNoTrans, CblasNoTrans, n / 4, n, n, 1, product[0].base, n,
          product[1].base, n, 0, product[2].base, n)
        bestProduct = min(bestProduct, (now() - start) * 4)
      }
      spent += now() - start
    }
    withExtendedLifetime(memory) {}
    let rate = 2 * layer.multiplyAdds / best * 1e-9
    let cube = Double(size) * Double(size) * Double(size)
    let productRate = 2 * cube / bestProduct * 1e-9
    print(
      isa.rawValue.padded(7), layer.name.padded(28), best.formatted(scale: 1e3, 9, digits: 3),
      rate.formatted(scale: 1, 8, digits: 1), productRate.formatted(scale: 1, 8, digits: 1),
      (rate / productRate).formatted(scale: 1, 6, digits: 2))
  }
}

extension String {
  /// The text with blanks after it up to a width.
  fileprivate func padded(_ width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}

extension Double {
  /// The number in decimal notation with blanks before it up to a width.
  fileprivate func formatted(scale: Double, _ width: Int, digits: Int) -> String {
    var power = 1.0
    for _ in 0..<digits { power *= 10 }
    let whole = Int((self * scale * power).rounded())
    let fraction = String(whole % Int(power))
    let text =
      "\(whole / Int(power))." + String(repeating: "0", count: digits - fraction.count) + fraction
    return String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
