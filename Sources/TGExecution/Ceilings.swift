/// What a target reaches at best, measured on the machine at hand: what no instruction can be faster than
/// (the roofline of Williams, Waterman, Patterson, CACM 2009).
package struct Ceilings: Hashable, Sendable {
  /// Arithmetic in GFLOP/s, a multiplication and an addition counted as two.
  package let gigaflops: Double
  /// Bytes read and written in a second, in thousand millions.
  package let gigabytesPerSecond: Double

  /// Makes ceilings of measured numbers, both above 0.
  package init(gigaflops: Double, gigabytesPerSecond: Double) {
    self.gigaflops = gigaflops
    self.gigabytesPerSecond = gigabytesPerSecond
  }

  /// What bounds an instruction.
  package enum Bound: String, Hashable, Sendable {
    /// Its multiplications and additions.
    case arithmetic
    /// The bytes that it reads and writes.
    case bytes
  }

  /// The least time of an instruction in seconds, and what it is due to.
  package func floor(of time: InstructionTime) -> (seconds: Double, bound: Bound) {
    let arithmetic = 2 * Double(time.macs) / (gigaflops * 1e9)
    let traffic = Double(time.bytes) / (gigabytesPerSecond * 1e9)
    return arithmetic >= traffic ? (arithmetic, .arithmetic) : (traffic, .bytes)
  }
}
