extension Matrix {
  /// The sum of the singular values.
  ///
  /// Householder's reflections make the matrix bidiagonal (Golub and Kahan 1965). Its singular values
  /// are, with both signs, the eigenvalues of the tridiagonal matrix whose diagonal is 0 and beside it
  /// the two diagonals in turns. Each has an absolute error of some `ε ‖A‖`, also the small ones: no
  /// product of the matrix with itself is made.
  package func nuclearNorm() -> Double {
    let beside = (rows < columns ? transposed : self).bidiagonal()
    return symmetricEigenvalues(
      diagonal: [Double](repeating: 0, count: beside.count + 1), beside: beside
    ).reduce(0) { $0 + abs($1) } / 2
  }

  private var transposed: Matrix {
    var result = Matrix(rows: columns, columns: rows)
    for row in 0..<rows {
      for column in 0..<columns { result[column, row] = self[row, column] }
    }
    return result
  }

  /// The diagonal and the one above it, in turns, of the bidiagonal form of a matrix that is at least
  /// as high as wide.
  private func bidiagonal() -> [Double] {
    var work = self
    var result: [Double] = []
    for step in 0..<columns {
      var left = (0..<rows).map { $0 < step ? 0 : work[$0, step] }
      let (head, scale) = Self.reflect(&left, at: step)
      result.append(head)
      guard step + 1 < columns else { break }
      let first = (step + 1) >> 2
      let sums = work.sums(of: left, from: first, scaled: scale)
      work.subtract(sums, times: left[step], row: step, from: first)
      var right = (0..<columns).map { $0 <= step ? 0 : work[step, $0] }
      let (above, turn) = Self.reflect(&right, at: step + 1)
      result.append(above)
      let across = Matrix(rows: 1, columns: columns, right).lanes
      for row in step + 1..<rows {
        work.subtract(sums, times: left[row], row: row, from: first)
        let product = work.product(row, across, from: first)
        work.subtract(across, times: turn * product, row: row, from: first)
      }
    }
    return result
  }

  /// Makes of a vector, in which what stands before `index` is 0, the reflection `1 - s v vᵀ` that
  /// leaves only the element there.
  ///
  /// - Returns: that element, and s.
  private static func reflect(
    _ vector: inout [Double], at index: Int
  ) -> (head: Double, scale: Double) {
    let norm = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
    guard norm > 0 else { return (0, 0) }
    let head = vector[index] > 0 ? -norm : norm
    vector[index] -= head
    return (head, 1 / (norm * (norm + abs(vector[index] + head))))
  }

  /// The weighted sum of the rows, times a number; of the columns from a group of four on.
  private func sums(of weights: [Double], from first: Int, scaled: Double) -> [SIMD4<Double>] {
    var result = [SIMD4<Double>](repeating: .zero, count: stride)
    for row in 0..<rows where weights[row] != 0 {
      let weight = weights[row] * scaled
      for lane in first..<stride { result[lane] += lanes[row * stride + lane] * weight }
    }
    return result
  }

  private mutating func subtract(
    _ vector: [SIMD4<Double>], times weight: Double, row: Int, from first: Int
  ) {
    for lane in first..<stride { lanes[row * stride + lane] -= vector[lane] * weight }
  }

  private func product(_ row: Int, _ vector: [SIMD4<Double>], from first: Int) -> Double {
    var sum = SIMD4<Double>.zero
    for lane in first..<stride { sum += lanes[row * stride + lane] * vector[lane] }
    return sum.sum()
  }
}

/// The eigenvalues of a symmetric tridiagonal matrix, in no order: implicit QL steps with Wilkinson's
/// shift (Golub and Van Loan, Matrix Computations, section 8.3). Elements beside the diagonal count as 0
/// from `ε` times the largest sum of a row down.
///
/// - Parameter beside: what stands beside the diagonal, one less than the diagonal has.
package func symmetricEigenvalues(diagonal: [Double], beside: [Double]) -> [Double] {
  var values = diagonal
  guard values.count > 1 else { return values }
  var off = beside + [0]
  let size =
    values.indices.map { index in
      abs(values[index]) + abs(off[index]) + (index > 0 ? abs(off[index - 1]) : 0)
    }.max() ?? 0
  let least = size * Double.ulpOfOne
  for low in values.indices {
    // Two or three steps are usual for a value.
    for _ in 0..<mostSteps {
      guard let high = (low..<values.count).first(where: { abs(off[$0]) <= least }), high > low
      else { break }
      step(&values, &off, low, high)
    }
  }
  return values
}

/// Steps for one eigenvalue after which it is taken as it is.
private let mostSteps = 100

/// One implicit QL step of the rows `low ... high`, none of which stands apart.
private func step(_ values: inout [Double], _ off: inout [Double], _ low: Int, _ high: Int) {
  let half = (values[low + 1] - values[low]) / (2 * off[low])
  let root = (half * half + 1).squareRoot()
  var shifted = values[high] - values[low] + off[low] / (half + (half < 0 ? -root : root))
  var (sine, cosine, moved) = (1.0, 1.0, 0.0)
  for row in (low..<high).reversed() {
    let bulge = sine * off[row]
    let kept = cosine * off[row]
    let length = (bulge * bulge + shifted * shifted).squareRoot()
    off[row + 1] = length
    guard length > 0 else {
      values[row + 1] -= moved
      off[high] = 0
      return
    }
    sine = bulge / length
    cosine = shifted / length
    let next = values[row + 1] - moved
    let change = (values[row] - next) * sine + 2 * cosine * kept
    moved = sine * change
    values[row + 1] = next + moved
    shifted = cosine * change - kept
  }
  values[low] -= moved
  off[low] = shifted
  off[high] = 0
}
