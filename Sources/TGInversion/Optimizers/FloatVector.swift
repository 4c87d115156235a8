/// Vectors as optimizers use them: float32 elements, sums in double, in the order of the elements.
extension [Float] {
  /// The inner product with a vector of as many elements, added up in double from the first on.
  func dot(_ other: [Float]) -> Double {
    var sum = 0.0
    for index in 0..<Swift.min(count, other.count) {
      sum += Double(self[index]) * Double(other[index])
    }
    return sum
  }

  /// The sum of magnitudes, in double.
  var magnitudeSum: Double { reduce(0) { $0 + Double($1.magnitude) } }

  /// The largest magnitude; 0 for no elements, and infinity if an element is no number.
  var largestMagnitude: Double {
    var largest: Float = 0
    for element in self where !(element.magnitude <= largest) {
      largest = element.isNaN ? .infinity : element.magnitude
    }
    return Double(largest)
  }

  /// Adds a multiple of a vector, `factor` rounded to float32 first.
  mutating func add(_ factor: Double, times other: [Float]) {
    let factor = Float(factor)
    for index in 0..<Swift.min(count, other.count) { self[index] += factor * other[index] }
  }

  /// Multiplies all elements by a number, rounded to float32 first.
  mutating func scale(by factor: Double) {
    let factor = Float(factor)
    for index in indices { self[index] *= factor }
  }
}
