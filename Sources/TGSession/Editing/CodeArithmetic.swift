#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// What is done with the numbers of codes.
package enum CodeArithmetic {
  /// `code + amount · direction` in the rows given; an amount of 0 leaves the code as it is, bit for
  /// bit. Both have as many numbers, a multiple of `rowSize`.
  package static func moved(
    _ code: [Float], along direction: [Float], by amount: Float, rows: [Int], rowSize: Int
  ) -> [Float] {
    guard amount != 0 else { return code }
    var result = code
    for row in rows {
      for position in row * rowSize..<(row + 1) * rowSize {
        result[position] += amount * direction[position]
      }
    }
    return result
  }

  /// A code with the rows given taken from another: style mixing.
  package static func mixed(
    _ code: [Float], with other: [Float], rows: [Int], rowSize: Int
  ) -> [Float] {
    var result = code
    for row in rows {
      let positions = row * rowSize..<(row + 1) * rowSize
      result.replaceSubrange(positions, with: other[positions])
    }
    return result
  }

  /// `(1 - t) · from + t · to`, computed in Double and rounded once; the ends are the codes bit for
  /// bit.
  package static func linear(_ from: [Float], _ to: [Float], at t: Double) -> [Float] {
    if t <= 0 { return from }
    if t >= 1 { return to }
    return zip(from, to).map { Float((1 - t) * Double($0) + t * Double($1)) }
  }

  /// Along the great circle between the two directions: `sin((1 - t)ω) / sin ω · from +
  /// sin(tω) / sin ω · to` with ω the angle between them (White, "Sampling generative networks",
  /// 2016). Codes that are parallel are joined by a line; the ends are the codes bit for bit.
  package static func spherical(_ from: [Float], _ to: [Float], at t: Double) -> [Float] {
    if t <= 0 { return from }
    if t >= 1 { return to }
    func product(_ a: [Float], _ b: [Float]) -> Double {
      zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    let lengths = (product(from, from) * product(to, to)).squareRoot()
    guard lengths > 0 else { return linear(from, to, at: t) }
    let angle = acos(min(1, max(-1, product(from, to) / lengths)))
    let height = sin(angle)
    guard height > 1e-6 else { return linear(from, to, at: t) }
    let near = sin((1 - t) * angle) / height
    let far = sin(t * angle) / height
    return zip(from, to).map { Float(near * Double($0) + far * Double($1)) }
  }
}
