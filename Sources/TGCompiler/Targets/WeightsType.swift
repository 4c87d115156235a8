package import TGPlan

/// In which type a plan stores its large weights (`--weights-type`).
package enum WeightsType: String, CaseIterable, Sendable {
  /// Float32, as they are computed.
  case f32
  /// Float16 where that is allowed: half the room in the file.
  case f16

  /// Fewer numbers stay float32: they take no room to speak of, and every one of them counts.
  package static let leastCount = 1024

  /// Numbers as they are stored, and why they stay float32 although float16 was asked for; nil if they
  /// need not be.
  ///
  /// `allowsHalves` says that whatever reads them takes float16.
  package func stored(
    _ numbers: [Float], allowsHalves: Bool
  ) -> (numbers: WeightNumbers, kept: KeptWeights.Reason?) {
    guard self == .f16, allowsHalves, numbers.count >= Self.leastCount else {
      return (.floats(numbers), nil)
    }
    let halves = numbers.map { Float16($0) }
    if let reason = KeptWeights.Reason(numbers, halves) { return (.floats(numbers), reason) }
    return (.halves(halves), nil)
  }

  /// Whether float16 can hold all numbers.
  static func areHalves(_ numbers: [Float]) -> Bool {
    KeptWeights.Reason(numbers, numbers.map { Float16($0) }) == nil
  }
}

/// Weights that stay float32 in a plan of float16.
package struct KeptWeights: Hashable, Sendable {
  /// Why they do.
  package enum Reason: Hashable, Sendable {
    /// This number would become infinite.
    case overflow(Float)
    /// The numbers below 2⁻¹⁴, for which float16 has fewer bits, would lose this share of all.
    case underflow(Double)
  }

  /// Why they do.
  package let reason: Reason
  /// The instruction that reads them first, as listings call it.
  package let label: String
  /// Its line in the page, `attngan.tgraph:45`; empty if unknown.
  package let source: String

  /// A remark for the user.
  package var note: String {
    let place = source.isEmpty ? "" : " (\(source))"
    let why =
      switch reason {
      case .overflow(let number): "\(number) is beyond 65504, the largest number of float16"
      case .underflow(let share):
        "their smallest numbers would lose \(Float(100 * share)) % of all in float16"
      }
    return "the weights of \(label)\(place) stay float32: \(why)"
  }
}

extension KeptWeights.Reason {
  /// What keeps numbers from being `halves`, the same ones rounded; nil if nothing does.
  ///
  /// Finite numbers stay finite. Above 2⁻¹⁴ rounding costs each number at most 2⁻¹¹ of it; what it costs
  /// those below must not be more, by the roots of the sums of squares.
  fileprivate init?(_ numbers: [Float], _ halves: [Float16]) {
    var (squares, lost) = (0.0, 0.0)
    for (number, half) in zip(numbers, halves) where number.isFinite {
      guard half.isFinite else {
        self = .overflow(number)
        return
      }
      squares += Double(number) * Double(number)
      guard number.magnitude < 0x1p-14 else { continue }
      let error = Double(number) - Double(half)
      lost += error * error
    }
    guard lost > squares * 0x1p-22 else { return nil }
    self = .underflow((lost / squares).squareRoot())
  }
}
