extension Matrix {
  /// The factor `U` of a symmetric matrix without negative eigenvalues, `A = Uᵀ U`, with as many rows
  /// as the matrix has rank: Cholesky's, with the largest pivot first (Higham, Accuracy and Stability of
  /// Numerical Algorithms, section 10.3).
  ///
  /// Pivots up to `n ε` times the largest diagonal element count as 0: what is left of a matrix then is
  /// rounding. Rows of pivots that were taken are not moved; their columns of later rows are 0.
  package func choleskyFactor() -> Matrix {
    precondition(rows == columns, "a square matrix")
    var rest = self
    var diagonal = (0..<rows).map { self[$0, $0] }
    let least = (diagonal.max() ?? 0) * Double(rows) * Double.ulpOfOne
    var isTaken = [Bool](repeating: false, count: rows)
    var factor: [SIMD4<Double>] = []
    var rank = 0
    while rank < rows {
      let first = rank
      while rank < min(rows, first + Self.panelRows) {
        guard
          let pivot = diagonal.indices.filter({ !isTaken[$0] }).max(by: {
            diagonal[$0] < diagonal[$1]
          }), diagonal[pivot] > least
        else { return Self.of(factor, rows: rank, columns: columns) }
        let row = pivotRow(pivot, of: rest, factor, after: first..<rank, diagonal[pivot], isTaken)
        isTaken[pivot] = true
        for column in 0..<columns where !isTaken[column] {
          let element = row[column >> 2][column & 3]
          diagonal[column] -= element * element
        }
        factor += row
        rank += 1
      }
      let panel = Self.of(
        Array(factor[(first * stride)...]), rows: rank - first, columns: columns)
      let vectors = Panels(columnsOf: panel)
      rest.subtract(vectors.products(with: vectors))
    }
    return Self.of(factor, rows: rank, columns: columns)
  }

  /// Rows of the factor after which the rest of the matrix is brought up to date.
  private static let panelRows = 64

  private static func of(_ lanes: [SIMD4<Double>], rows: Int, columns: Int) -> Matrix {
    var result = Matrix(rows: rows, columns: columns)
    result.lanes = lanes
    return result
  }

  /// The row of the factor that belongs to a pivot; the rows in `after` are not yet in `rest`.
  private func pivotRow(
    _ pivot: Int, of rest: Matrix, _ factor: [SIMD4<Double>], after: Range<Int>,
    _ square: Double, _ isTaken: [Bool]
  ) -> [SIMD4<Double>] {
    var row = Array(rest.lanes[pivot * stride..<(pivot + 1) * stride])
    for earlier in after {
      let weight = factor[earlier * stride + (pivot >> 2)][pivot & 3]
      for lane in 0..<stride { row[lane] -= factor[earlier * stride + lane] * weight }
    }
    let root = square.squareRoot()
    for lane in 0..<stride { row[lane] /= root }
    for column in 0..<columns where isTaken[column] { row[column >> 2][column & 3] = 0 }
    row[pivot >> 2][pivot & 3] = root
    return row
  }
}
