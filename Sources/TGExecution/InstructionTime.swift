package import TGPlan

/// How long an instruction took.
package struct InstructionTime: Hashable, Sendable {
  /// Its name for listings, such as `conv h_net2.upsample.1`.
  package let label: String
  /// The base name of the `.tgraph` file and the line; empty if unknown.
  package let source: String
  /// Its multiplications with additions.
  package let macs: Int
  /// The bytes that it reads and writes at least.
  package let bytes: Int
  /// The time from start to end.
  package let elapsed: Duration

  /// Joins an instruction with its time.
  package init(_ placed: PlacedInstruction, elapsed: Duration) {
    label = placed.label
    source = placed.source
    macs = placed.macs
    bytes = placed.instruction.leastBytes
    self.elapsed = elapsed
  }

  /// The time in seconds.
  package var seconds: Double { elapsed / .seconds(1) }

  /// Arithmetic done per nanosecond, in GFLOP/s: a multiplication and an addition count as two.
  package var gigaflops: Double { seconds > 0 ? 2 * Double(macs) / seconds / 1e9 : 0 }
}

extension [InstructionTime] {
  /// The time of all, in seconds.
  package var seconds: Double { reduce(0) { $0 + $1.seconds } }
}
