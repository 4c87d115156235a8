/// A dense matrix of `Double`, row by row; each row is filled up with zeros to whole vectors of four.
package struct Matrix: Sendable {
  /// The number of rows.
  package let rows: Int
  /// The number of columns.
  package let columns: Int
  /// Vectors of four in a row.
  let stride: Int
  /// The rows, one after the other. What lies behind the last column stays 0.
  var lanes: [SIMD4<Double>]

  /// Zeros.
  package init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
    stride = (columns + 3) / 4
    lanes = [SIMD4<Double>](repeating: .zero, count: rows * stride)
  }

  /// Numbers row by row; traps unless there are `rows * columns`.
  package init(rows: Int, columns: Int, _ elements: some Collection<Double>) {
    precondition(elements.count == rows * columns, "a matrix has all its elements")
    self.init(rows: rows, columns: columns)
    var column = 0
    var row = 0
    for element in elements {
      self[row, column] = element
      column += 1
      if column == columns { (row, column) = (row + 1, 0) }
    }
  }

  /// One element.
  package subscript(row: Int, column: Int) -> Double {
    get { lanes[row * stride + (column >> 2)][column & 3] }
    set { lanes[row * stride + (column >> 2)][column & 3] = newValue }
  }

  /// The sum of the diagonal of a square matrix.
  package var trace: Double { (0..<min(rows, columns)).reduce(0) { $0 + self[$1, $1] } }

  /// Subtracts a matrix of the same extents.
  mutating func subtract(_ other: Matrix) {
    precondition(rows == other.rows && columns == other.columns, "matrices of one form")
    for index in lanes.indices { lanes[index] -= other.lanes[index] }
  }

  /// Adds a matrix of the same extents.
  mutating func add(_ other: Matrix) {
    precondition(rows == other.rows && columns == other.columns, "matrices of one form")
    for index in lanes.indices { lanes[index] += other.lanes[index] }
  }
}
