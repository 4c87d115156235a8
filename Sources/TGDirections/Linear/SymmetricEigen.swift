/// Eigenvalues and eigenvectors of a real symmetric matrix, in Double.
///
/// The matrix is brought to tridiagonal form by Householder reflections, then to diagonal form by the
/// implicit QL method with Wilkinson's shift (Golub & Van Loan, "Matrix computations", sections 8.3.1
/// and 8.3.3). The order of all operations is fixed, so equal input gives equal bits.
package struct SymmetricEigen: Hashable, Sendable {
  /// The eigenvalues, largest first; of equal ones the order is the one in which they were found.
  package let values: [Double]
  /// `vectors[k]` belongs to `values[k]`: length 1, orthogonal to the others, and its entry of the
  /// largest magnitude (the first of several) is positive.
  package let vectors: [[Double]]

  /// Decomposes a matrix.
  ///
  /// - Parameters:
  ///   - matrix: n × n numbers, row-major; only the lower triangle is read.
  ///   - count: n.
  /// - Returns: nil if the numbers are not n × n finite ones, or an eigenvalue is not found in 60
  ///   steps, which does not happen for finite matrices in practice.
  package init?(_ matrix: [Double], count: Int) {
    guard count >= 0, matrix.count == count * count, matrix.allSatisfy(\.isFinite) else {
      return nil
    }
    var form = Tridiagonal(matrix, count: count)
    guard form.diagonalise() else { return nil }
    let order = form.diagonal.indices.sorted { one, other in
      let (a, b) = (form.diagonal[one], form.diagonal[other])
      return a == b ? one < other : a > b
    }
    values = order.map { form.diagonal[$0] }
    vectors = order.map { row in
      Self.signed(Array(form.rotation[row * count..<(row + 1) * count]))
    }
  }

  /// The vector or its opposite, so that its entry of the largest magnitude is positive.
  static func signed(_ vector: [Double]) -> [Double] {
    var largest = 0.0
    for entry in vector where abs(entry) > abs(largest) { largest = entry }
    return largest < 0 ? vector.map { -$0 } : vector
  }
}

/// A symmetric matrix on its way to diagonal form: `A = Qᵀ T Q` with T tridiagonal.
private struct Tridiagonal {
  let count: Int
  /// The diagonal of T.
  var diagonal: [Double]
  /// Below the diagonal: entry i stands between i and i + 1; the last one is 0.
  var below: [Double]
  /// Q, whose row k is the vector of `diagonal[k]`, row-major.
  var rotation: [Double]

  /// Reflects column after column, from the first on.
  init(_ matrix: [Double], count n: Int) {
    count = n
    diagonal = [Double](repeating: 0, count: n)
    below = diagonal
    var a = matrix
    // The other triangle is not trusted.
    for row in 0..<n {
      for column in 0..<row { a[column * n + row] = a[row * n + column] }
    }
    var reflections: [(start: Int, vector: [Double], factor: Double)] = []
    for k in 0..<max(0, n - 1) {
      let column = (k + 1..<n).map { a[$0 * n + k] }
      let scale = column.reduce(0) { max($0, abs($1)) }
      // What is 0 below the first entry needs no reflection.
      guard column.dropFirst().contains(where: { $0 != 0 }) else {
        below[k] = column[0]
        continue
      }
      var v = column.map { $0 / scale }
      let length = v.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let target = v[0] > 0 ? -length : length
      v[0] -= target
      let factor = 2 / v.reduce(0) { $0 + $1 * $1 }
      below[k] = target * scale
      Self.reflect(&a, n, from: k + 1, v, factor)
      reflections.append((k + 1, v, factor))
    }
    for k in 0..<n { diagonal[k] = a[k * n + k] }
    rotation = [Double](repeating: 0, count: n * n)
    for k in 0..<n { rotation[k * n + k] = 1 }
    // Q = Hₙ₋₂ … H₁ H₀: each reflection acts on the columns of what those after it gave.
    for (start, v, factor) in reflections.reversed() {
      for row in start..<n {
        var sum = 0.0
        for (index, entry) in v.enumerated() { sum += rotation[row * n + start + index] * entry }
        sum *= factor
        for (index, entry) in v.enumerated() { rotation[row * n + start + index] -= sum * entry }
      }
    }
  }

  /// `H A H` for `H = 1 - factor · v vᵀ` on the rows and columns from `start` on.
  private static func reflect(
    _ a: inout [Double], _ n: Int, from start: Int, _ v: [Double], _ factor: Double
  ) {
    let size = n - start
    var p = [Double](repeating: 0, count: size)
    for row in 0..<size {
      var sum = 0.0
      let base = (start + row) * n + start
      for column in 0..<size { sum += a[base + column] * v[column] }
      p[row] = factor * sum
    }
    var dot = 0.0
    for index in 0..<size { dot += p[index] * v[index] }
    let half = factor * dot / 2
    for index in 0..<size { p[index] -= half * v[index] }
    for row in 0..<size {
      let base = (start + row) * n + start
      let (vr, pr) = (v[row], p[row])
      for column in 0..<size { a[base + column] -= vr * p[column] + pr * v[column] }
    }
  }

  /// Turns T into a diagonal; false if an eigenvalue takes more than 60 steps.
  mutating func diagonalise() -> Bool {
    for first in 0..<count {
      var steps = 0
      while let last = coupled(to: first) {
        steps += 1
        guard steps <= 60 else { return false }
        step(first, last)
      }
    }
    return true
  }

  /// The end of the block that begins at `first`; nil if it is alone.
  private mutating func coupled(to first: Int) -> Int? {
    for m in first..<max(first, count - 1) {
      let near = abs(diagonal[m]) + abs(diagonal[m + 1])
      if abs(below[m]) <= near * 0x1p-53 || below[m] == 0 {
        below[m] = 0
        return m == first ? nil : m
      }
    }
    return count - 1 == first ? nil : count - 1
  }

  /// One implicit QL step on the block `first ... last`: a rotation in each pair of neighbours, from
  /// the end to the begin.
  private mutating func step(_ first: Int, _ last: Int) {
    var g = (diagonal[first + 1] - diagonal[first]) / (2 * below[first])
    var r = Self.hypotenuse(g, 1)
    g = diagonal[last] - diagonal[first] + below[first] / (g + (g < 0 ? -r : r))
    var (sine, cosine, p) = (1.0, 1.0, 0.0)
    for i in stride(from: last - 1, through: first, by: -1) {
      let f = sine * below[i]
      let b = cosine * below[i]
      r = Self.hypotenuse(f, g)
      below[i + 1] = r
      if r == 0 {
        // The block falls apart here.
        diagonal[i + 1] -= p
        below[last] = 0
        return
      }
      sine = f / r
      cosine = g / r
      g = diagonal[i + 1] - p
      r = (diagonal[i] - g) * sine + 2 * cosine * b
      p = sine * r
      diagonal[i + 1] = g + p
      g = cosine * r - b
      rotate(i, sine: sine, cosine: cosine)
    }
    diagonal[first] -= p
    below[first] = g
    below[last] = 0
  }

  /// Rotates the vectors i and i + 1.
  private mutating func rotate(_ i: Int, sine: Double, cosine: Double) {
    let (upper, lower) = (i * count, (i + 1) * count)
    for column in 0..<count {
      let (a, b) = (rotation[upper + column], rotation[lower + column])
      rotation[lower + column] = sine * a + cosine * b
      rotation[upper + column] = cosine * a - sine * b
    }
  }

  /// The root of the sum of two squares, without overflow.
  private static func hypotenuse(_ a: Double, _ b: Double) -> Double {
    let (large, small) = (max(abs(a), abs(b)), min(abs(a), abs(b)))
    guard large > 0 else { return 0 }
    let share = small / large
    return large * (1 + share * share).squareRoot()
  }
}
