package import TGPlan

/// The random numbers of one input of one item; `spec/noise.md` states them bit by bit.
///
/// The same seed, input name and item give the same numbers whatever the batch, the other inputs,
/// the threads and the machine.
package struct Noise: Hashable, Sendable {
  private let generator: Philox
  private let name: UInt64
  private let item: UInt32

  /// Makes the noise of an item of an input.
  ///
  /// The key is the seed, low word first. The counter of block `b` is `b`, the item, and the 64-bit
  /// FNV-1a hash of the name in UTF-8, low word first.
  package init(seed: UInt64, input: String, item: Int) {
    generator = Philox(
      key: SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)))
    name = Self.hash(of: input)
    self.item = UInt32(truncatingIfNeeded: item)
  }

  /// The 64-bit FNV-1a hash of a name in UTF-8.
  package static func hash(of name: String) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return hash
  }

  /// Independent numbers as they are drawn for an input.
  package func numbers(_ count: Int, of distribution: Distribution) -> [Float] {
    switch distribution {
    case .normal: normals(count)
    case .uniform(let low, let high): uniforms(count, low: low, high: high)
    }
  }

  /// Independent standard normal numbers by the transform of Box and Muller, computed in Double and
  /// rounded to nearest. At most 6.77 in magnitude.
  ///
  /// Words `a`, `b` of a block give two numbers: with `u = (a + ½) / 2³²` and `v = (b + ½) / 2³²`,
  /// `√(-2 ln u) · cos 2πv` and `√(-2 ln u) · sin 2πv`.
  package func normals(_ count: Int) -> [Float] {
    numbers(count) { words in
      let (c, s) = Self.pair(words[0], words[1])
      let (d, t) = Self.pair(words[2], words[3])
      return SIMD4(Float(c), Float(s), Float(d), Float(t))
    }
  }

  /// Independent numbers, uniform in `low ..< high`: `low + (high - low) · ⌊word / 2⁸⌋ / 2²⁴`,
  /// computed in Double, rounded to nearest, and kept below `high`.
  package func uniforms(_ count: Int, low: Float, high: Float) -> [Float] {
    let width = Double(high) - Double(low)
    return numbers(count) { words in
      var result = SIMD4<Float>()
      for lane in 0..<4 {
        let value = Float(Double(low) + width * (Double(words[lane] >> 8) / 16_777_216))
        result[lane] = value < high ? value : max(low, high.nextDown)
      }
      return result
    }
  }

  private func numbers(
    _ count: Int, _ transform: (SIMD4<UInt32>) -> SIMD4<Float>
  ) -> [Float] {
    var result: [Float] = []
    result.reserveCapacity(count + 3)
    var block: UInt32 = 0
    while result.count < count {
      let words = generator.block(
        SIMD4(
          block, item, UInt32(truncatingIfNeeded: name), UInt32(truncatingIfNeeded: name >> 32)))
      let values = transform(words)
      for lane in 0..<4 { result.append(values[lane]) }
      block &+= 1
    }
    result.removeLast(result.count - count)
    return result
  }

  private static func pair(_ a: UInt32, _ b: UInt32) -> (cosine: Double, sine: Double) {
    let radius = (-2 * logarithm((Double(a) + 0.5) / 4_294_967_296)).squareRoot()
    let (cosine, sine) = circle(b)
    return (radius * cosine, radius * sine)
  }

  // The functions below use only +, -, ·, / and √ of IEEE 754 in the order written, so that their
  // bits are the same everywhere; the C library's own are not.

  /// The natural logarithm of a positive normal number, error below 1 ulp of the result near it.
  ///
  /// With `x = m · 2ᵉ`, `√½ ≤ m < √2` and `s = (m - 1) / (m + 1)`:
  /// `ln x = e · ln 2 + 2s · Σₖ s²ᵏ / (2k + 1)`, k to 11 by Horner's rule.
  package static func logarithm(_ x: Double) -> Double {
    var mantissa = x.significand
    var exponent = Double(x.exponent)
    if mantissa > 1.414_213_562_373_095_1 {
      mantissa /= 2
      exponent += 1
    }
    let s = (mantissa - 1) / (mantissa + 1)
    let square = s * s
    var sum = 1.0 / 23
    for k in stride(from: 10, through: 0, by: -1) { sum = sum * square + 1 / Double(2 * k + 1) }
    return exponent * 0.693_147_180_559_945_3 + 2 * s * sum
  }

  /// Cosine and sine of `2π (word + ½) / 2³²`.
  ///
  /// The two upper bits of the word are the quarter turn. Within it, the angle is
  /// `t = f · π/2` with `f = (rest + ½) / 2³⁰`, or, above f = ½, `t = (1 - f) · π/2` with cosine and
  /// sine exchanged. The series of Taylor go to `t¹⁶` and `t¹⁷` by Horner's rule.
  package static func circle(_ word: UInt32) -> (cosine: Double, sine: Double) {
    let fraction = (Double(word & 0x3FFF_FFFF) + 0.5) / 1_073_741_824
    let isUpper = fraction > 0.5
    let angle = (isUpper ? 1 - fraction : fraction) * 1.570_796_326_794_896_6
    let square = angle * angle
    var even = 1.0
    var odd = 1.0
    for k in stride(from: 8, through: 1, by: -1) {
      even = 1 - even * square / Double((2 * k - 1) * 2 * k)
      odd = 1 - odd * square / Double(2 * k * (2 * k + 1))
    }
    let near = isUpper ? odd * angle : even
    let far = isUpper ? even : odd * angle
    switch word >> 30 {
    case 0: return (near, far)
    case 1: return (-far, near)
    case 2: return (-near, -far)
    default: return (far, -near)
    }
  }
}
