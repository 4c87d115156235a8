#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif
package import TGTensor

/// How far two pictures of one range are from each other.
package struct PictureDistance: Hashable, Sendable {
  /// The mean square difference, in the units of the range.
  package let meanSquare: Double
  /// The peak signal-to-noise ratio in decibels, `10 · log₁₀((high - low)² / mean square)`; infinite
  /// for equal pictures.
  package let decibels: Double

  /// Compares tensors; nil unless they have the same shape and are not empty.
  package init?(_ one: HostTensor, _ other: HostTensor, low: Float, high: Float) {
    guard one.shape == other.shape, one.shape.count > 0 else { return nil }
    var sum = 0.0
    for (a, b) in zip(one.elements, other.elements) {
      let difference = Double(a) - Double(b)
      sum += difference * difference
    }
    meanSquare = sum / Double(one.shape.count)
    let width = Double(high) - Double(low)
    decibels = 10 * log10(width * width / meanSquare)
  }
}
