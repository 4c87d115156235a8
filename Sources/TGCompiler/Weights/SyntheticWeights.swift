import Foundation
import TGIR
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
    var state = SplitMix(seed: seed, name: parameter.root + "\u{0}" + parameter.name)
    let count = parameter.shape.count
    func uniform(_ low: Double, _ high: Double) -> [Float] {
      (0..<count).map { _ in Float(low + (high - low) * state.uniform()) }
    }
    func normal(_ deviation: Double) -> [Float] {
      (0..<count).map { _ in Float(deviation * state.normal()) }
    }
    var elements: [Float]
    switch parameter.role {
    case "mean": elements = uniform(-0.3, 0.3)
    case "variance": elements = uniform(0.5, 2)
    case "scale": elements = uniform(0.5, 1.5)
    case "bias": elements = uniform(-0.1, 0.1)
    case "weight":
      let fanIn = parameter.fanIn > 0 ? parameter.fanIn : count / max(1, parameter.shape.first)
      elements = normal((2 / Double(max(1, fanIn))).squareRoot())
    default: elements = normal(1)
    }
    if parameter.gain != 1 { elements = elements.map { $0 / parameter.gain } }
    return HostTensor(parameter.shape, elements)
  }
}

extension Shape {
  fileprivate var first: Int { dimensions.first ?? 1 }
}

/// SplitMix64 (Steele, Lea & Flood 2014), keyed by a seed and a name.
private struct SplitMix {
  private var state: UInt64

  init(seed: UInt64, name: String) {
    // FNV-1a of the name sets the tensors apart.
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    state = seed &* 0x9E37_79B9_7F4A_7C15 ^ hash
  }

  private mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
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
