package import TGTensor

/// Random numbers for tests, from a seed that the test prints when it fails (SplitMix64).
package struct SeededNumbers: RandomNumberGenerator {
  private var state: UInt64

  /// Starts a sequence.
  package init(seed: UInt64) { state = seed }

  /// The next 64 bits.
  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A tensor of numbers uniform in a range.
  package mutating func tensor(_ shape: Shape, in range: ClosedRange<Float> = -1...1) -> HostTensor
  {
    HostTensor(shape, (0..<shape.count).map { _ in Float.random(in: range, using: &self) })
  }

  /// A tensor of whole numbers below a limit.
  package mutating func wholeNumbers(_ shape: Shape, below limit: Int) -> HostTensor {
    HostTensor(shape, (0..<shape.count).map { _ in Float(Int.random(in: 0..<limit, using: &self)) })
  }
}
