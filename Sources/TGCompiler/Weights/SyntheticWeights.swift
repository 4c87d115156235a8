import Foundation
import TGIR
import TGMachine
import TGTensor

/// Seeded weights that keep activations at unit variance, for compiling a graph without a checkpoint.
///
/// Matrices and kernels are normal with variance 2 / fan-in (He et al. 2015); means of batch norms
/// lie in ±0.3, variances in 0.5 … 2, scales in 0.5 … 1.5, biases in ±0.1, all after the number that
/// the graph multiplies them by. Each tensor depends on the seed and its own name only.
struct SyntheticWeights {
  /// The seed of all tensors.
  var seed: UInt64

  /// The tensor of a parameter.
  func tensor(_ parameter: GraphParameter) -> HostTensor {
    let start = SplitMix(seed: seed, name: parameter.root + "\u{0}" + parameter.name)
    let (count, gain) = (parameter.shape.count, parameter.gain)
    let numbers = distribution(of: parameter)
    let elements = WorkerThread.joined(count, piece: Self.piece) {
      let drawn = numbers.drawn($0, after: start)
      return gain == 1 ? drawn : drawn.map { $0 / gain }
    }
    return HostTensor(parameter.shape, elements)
  }

  /// Numbers that one thread draws at a time.
  private static let piece = 1 << 15

  private func distribution(of parameter: GraphParameter) -> Distribution {
    switch parameter.role {
    case "mean": return .uniform(-0.3, 0.3)
    case "variance": return .uniform(0.5, 2)
    case "scale": return .uniform(0.5, 1.5)
    case "bias": return .uniform(-0.1, 0.1)
    case "weight":
      let count = parameter.shape.count
      let fanIn = parameter.fanIn > 0 ? parameter.fanIn : count / max(1, parameter.shape.first)
      return .normal(deviation: (2 / Double(max(1, fanIn))).squareRoot())
    default: return .normal(deviation: 1)
    }
  }
}

/// What the numbers of a tensor are drawn from.
private enum Distribution: Sendable {
  case uniform(Double, Double)
  case normal(deviation: Double)

  /// Some of the numbers of a tensor whose generator begins with `start`.
  func drawn(_ range: Range<Int>, after start: SplitMix) -> [Float] {
    var state = start
    switch self {
    case .uniform(let low, let high):
      state.skip(range.lowerBound)
      return range.map { _ in Float(low + (high - low) * state.uniform()) }
    case .normal(let deviation):
      state.skip(2 * range.lowerBound)
      return range.map { _ in Float(deviation * state.normal()) }
    }
  }
}

extension Shape {
  fileprivate var first: Int { dimensions.first ?? 1 }
}

/// SplitMix64 (Steele, Lea & Flood 2014), keyed by a seed and a name.
private struct SplitMix: Sendable {
  private var state: UInt64

  init(seed: UInt64, name: String) {
    // FNV-1a of the name sets the tensors apart.
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    state = seed &* 0x9E37_79B9_7F4A_7C15 ^ hash
  }

  /// Passes over some draws.
  mutating func skip(_ draws: Int) { state &+= UInt64(draws) &* Self.step }

  private static let step: UInt64 = 0x9E37_79B9_7F4A_7C15

  private mutating func next() -> UInt64 {
    state &+= Self.step
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Uniform in 0 ..< 1.
  mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Standard normal, by Box and Muller.
  mutating func normal() -> Double {
    let radius = (-2 * log(1 - uniform())).squareRoot()
    return radius * cos(2 * Double.pi * uniform())
  }
}
