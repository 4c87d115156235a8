/// What is done with directions as vectors, in Double.
package enum Vector {
  /// The inner product, added up from the first entry on.
  package static func product(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for index in 0..<min(a.count, b.count) { sum += a[index] * b[index] }
    return sum
  }

  /// The length.
  package static func length(_ a: [Double]) -> Double { product(a, a).squareRoot() }

  /// The vector at length 1; nil if it has no direction.
  package static func unit(_ a: [Double]) -> [Double]? {
    let largest = a.reduce(0) { max($0, abs($1)) }
    guard largest > 0, largest.isFinite else { return nil }
    let scaled = a.map { $0 / largest }
    let length = length(scaled)
    return scaled.map { $0 / length }
  }

  /// The cosine of the angle between two vectors; 0 if one has no direction.
  package static func cosine(_ a: [Double], _ b: [Double]) -> Double {
    guard let a = unit(a), let b = unit(b) else { return 0 }
    return product(a, b)
  }

  /// What is left of a direction when others are taken out of it, at length 1: conditional
  /// manipulation (InterFaceGAN: Shen, Gu, Tang, Zhou, CVPR 2020, section 3.3).
  ///
  /// For one other c it is `n - (n·c) c`; for several, n without its projection on the plane that
  /// they span, by Gram-Schmidt in the order given, each pass done twice for its rounding.
  ///
  /// - Returns: nil if nothing is left (less than 1e-6 of the length).
  package static func projected(_ vector: [Double], outOf others: [[Double]]) -> [Double]? {
    guard var rest = unit(vector) else { return nil }
    var basis: [[Double]] = []
    for other in others {
      guard var axis = unit(other) else { continue }
      axis = without(axis, basis)
      // A direction inside the plane of those before it adds nothing.
      guard length(axis) > 1e-9, let axis = unit(axis) else { continue }
      basis.append(axis)
    }
    rest = without(rest, basis)
    return length(rest) > 1e-6 ? unit(rest) : nil
  }

  /// A vector without its projections on orthogonal vectors of length 1.
  private static func without(_ vector: [Double], _ basis: [[Double]]) -> [Double] {
    var rest = vector
    for _ in 0..<2 {
      for axis in basis {
        let share = product(rest, axis)
        for index in rest.indices { rest[index] -= share * axis[index] }
      }
    }
    return rest
  }
}
