/// Mean and covariance of rows that come one after the other; memory does not grow with their number.
///
/// Sums are of the differences to the mean of the first rows, so that little is cancelled.
package struct Moments: Sendable {
  /// How many numbers a row has.
  package let width: Int
  /// How many rows were taken.
  package private(set) var count = 0
  private var waiting: [Double] = []
  private var origin: [Double] = []
  private var sums: [Double]
  private var squares: Matrix

  /// Rows that are added at a time.
  private static let batch = 512

  /// Nothing is taken yet.
  package init(width: Int) {
    self.width = width
    sums = [Double](repeating: 0, count: width)
    squares = Matrix(rows: width, columns: width)
  }

  /// The moments of features.
  package init(_ features: Features) {
    self.init(width: features.width)
    for row in 0..<features.count {
      add(features.elements[row * width..<(row + 1) * width])
    }
  }

  /// Takes a row; traps unless it has `width` numbers.
  package mutating func add(_ row: some Collection<Float>) {
    precondition(row.count == width, "rows of one width")
    waiting.reserveCapacity(Self.batch * width)
    for element in row { waiting.append(Double(element)) }
    count += 1
    if waiting.count == Self.batch * width { gather() }
  }

  /// The mean, and the covariance with `count - 1` below the line; nil of fewer than two rows.
  package mutating func gaussian() -> Gaussian? {
    gather()
    guard count > 1 else { return nil }
    let n = Double(count)
    var covariance = squares
    for row in 0..<width {
      for column in row..<width {
        let value = (squares[row, column] - sums[row] * sums[column] / n) / (n - 1)
        covariance[row, column] = value
        covariance[column, row] = value
      }
    }
    let mean = zip(origin, sums).map { $0 + $1 / n }
    return Gaussian(mean: mean, covariance: covariance)
  }

  /// Adds the rows that wait.
  private mutating func gather() {
    let rows = width > 0 ? waiting.count / width : 0
    guard rows > 0 else { return }
    if origin.isEmpty { origin = mean(of: rows) }
    let (width, origin, waiting) = (width, origin, waiting)
    let columns = Panels(count: width, length: rows) { column, row in
      waiting[row * width + column] - origin[column]
    }
    for column in 0..<width {
      for row in 0..<rows { sums[column] += waiting[row * width + column] - origin[column] }
    }
    let bands = columns.bands { range in
      columns.products(ofPanels: range, with: columns, from: range.lowerBound)
    }
    var first = 0
    for band in bands {
      for index in band.lanes.indices {
        squares.lanes[first * band.stride + index] += band.lanes[index]
      }
      first += band.rows
    }
    self.waiting.removeAll(keepingCapacity: true)
  }

  private func mean(of rows: Int) -> [Double] {
    (0..<width).map { column in
      (0..<rows).reduce(0) { $0 + waiting[$1 * width + column] } / Double(rows)
    }
  }
}

/// A normal distribution.
package struct Gaussian: Sendable {
  /// The mean.
  package let mean: [Double]
  /// The covariance, symmetric.
  package let covariance: Matrix

  /// Makes a distribution; traps unless the covariance is square and of the mean's size.
  package init(mean: [Double], covariance: Matrix) {
    precondition(
      covariance.rows == mean.count && covariance.columns == mean.count, "extents that fit")
    self.mean = mean
    self.covariance = covariance
  }
}
