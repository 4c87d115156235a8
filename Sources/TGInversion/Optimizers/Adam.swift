/// Adam (Kingma & Ba, "Adam: a method for stochastic optimization", ICLR 2015, algorithm 1).
///
///     m ← m + (g - m) · (1 - β₁)
///     v ← v · β₂ + (1 - β₂) · g · g
///     x ← x - rate / (1 - β₁ᵗ) · m / (√v / √(1 - β₂ᵗ) + ε)
///
/// The numbers of the round are computed in double and rounded once; elements are float32, in the
/// order of operations of `torch.optim.Adam`.
package struct Adam: Hashable, Sendable {
  /// The mean of gradients, m.
  package var mean: [Float]
  /// The mean of their squares, v.
  package var square: [Float]
  /// The steps done, t.
  package var steps = 0

  /// A method at its beginning.
  package init(count: Int) {
    mean = [Float](repeating: 0, count: count)
    square = mean
  }

  /// Makes one step.
  package mutating func advance(
    _ point: inout [Float], gradient: [Float], numbers: MethodNumbers
  ) {
    steps += 1
    let weight = Float(1 - numbers.beta1)
    let rest = Float(1 - (1 - numbers.beta1))
    let isNear = abs(weight) < 0.5
    let decay = Float(numbers.beta2)
    let share = Float(1 - numbers.beta2)
    let step = Float(-(numbers.rate / (1 - power(numbers.beta1, steps))))
    let correction = Float((1 - power(numbers.beta2, steps)).squareRoot())
    let epsilon = Float(numbers.epsilon)
    for index in point.indices {
      let g = gradient[index]
      let m =
        isNear
        ? mean[index] + weight * (g - mean[index]) : g - (g - mean[index]) * rest
      let v = square[index] * decay + share * g * g
      mean[index] = m
      square[index] = v
      point[index] += step * m / (v.squareRoot() / correction + epsilon)
    }
  }

  /// A power with a whole exponent, by squaring.
  private func power(_ base: Double, _ exponent: Int) -> Double {
    var (result, factor, rest) = (1.0, base, exponent)
    while rest > 0 {
      if rest & 1 == 1 { result *= factor }
      factor *= factor
      rest >>= 1
    }
    return result
  }
}
