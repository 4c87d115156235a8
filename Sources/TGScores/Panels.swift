internal import TGMachine

/// Vectors of equal length, four side by side, so that products of all pairs read memory in order.
///
/// Every product is summed in one order, in blocks of `block` terms: equal vectors have bit for bit
/// equal products, and nothing depends on the number of threads.
struct Panels: Sendable {
  /// How many vectors.
  let count: Int
  /// Their length.
  let length: Int
  /// For each four vectors their first elements, their second ones, and so on.
  private let lanes: [SIMD4<Double>]

  /// Terms that are summed before the sum is added to the others: a panel of them fits the first cache.
  private static let block = 512
  /// Panels that a thread takes at a time.
  private static let band = 16

  /// Groups of four vectors.
  var panels: Int { (count + 3) / 4 }

  /// Takes `count` vectors of `length` elements, told by vector and position.
  init(count: Int, length: Int, element: (_ vector: Int, _ position: Int) -> Double) {
    self.count = count
    self.length = length
    var lanes = [SIMD4<Double>](repeating: .zero, count: (count + 3) / 4 * length)
    for vector in 0..<count {
      let first = vector / 4 * length
      for position in 0..<length { lanes[first + position][vector & 3] = element(vector, position) }
    }
    self.lanes = lanes
  }

  /// The rows of a matrix.
  init(rowsOf matrix: Matrix) {
    self.init(count: matrix.rows, length: matrix.columns) { matrix[$0, $1] }
  }

  /// The columns of a matrix.
  init(columnsOf matrix: Matrix) {
    self.init(count: matrix.columns, length: matrix.rows) { matrix[$1, $0] }
  }

  /// Rows of features, those named.
  init(_ features: Features, rows: [Int]) {
    self.init(count: rows.count, length: features.width) { features[rows[$0], $1] }
  }

  /// The products of all vectors with all of another set, `count` by `other.count`.
  func products(with other: Panels) -> Matrix {
    var result = Matrix(rows: count, columns: other.count)
    var row = 0
    for band in bands({ self.products(ofPanels: $0, with: other) }) {
      for index in band.lanes.indices {
        result.lanes[row * result.stride + index] = band.lanes[index]
      }
      row += band.rows
    }
    return result
  }

  /// What `body` makes of ranges of panels, which threads share, in order.
  func bands<Result: Sendable>(_ body: @escaping @Sendable (Range<Int>) -> Result) -> [Result] {
    let panels = panels
    return WorkerThread.map((panels + Self.band - 1) / Self.band) { index in
      body(index * Self.band..<min(panels, (index + 1) * Self.band))
    }
  }

  /// The products of the vectors of some panels with all of another set.
  ///
  /// - Parameter first: the first panel of the other set that is wanted; the rest stays 0.
  func products(ofPanels range: Range<Int>, with other: Panels, from first: Int = 0) -> Matrix {
    precondition(length == other.length, "vectors of one length")
    let rows = min(count, range.upperBound * 4) - range.lowerBound * 4
    var result = Matrix(rows: max(0, rows), columns: other.count)
    for start in Swift.stride(from: 0, to: length, by: Self.block) {
      let terms = start..<min(length, start + Self.block)
      for column in first..<max(first, other.panels) {
        for panel in range {
          let sums = tile(panel, other, column, terms)
          let row = (panel - range.lowerBound) * 4
          for lane in 0..<min(4, count - panel * 4) {
            result.lanes[(row + lane) * result.stride + column] += sums[lane]
          }
        }
      }
    }
    return result
  }

  /// Four by four products over some terms.
  @inline(__always)
  private func tile(
    _ panel: Int, _ other: Panels, _ column: Int, _ terms: Range<Int>
  ) -> [4 of SIMD4<Double>] {
    var (first, second) = (SIMD4<Double>.zero, SIMD4<Double>.zero)
    var (third, fourth) = (SIMD4<Double>.zero, SIMD4<Double>.zero)
    let (here, there) = (panel * length, column * length)
    for term in terms {
      let left = lanes[here + term]
      let right = other.lanes[there + term]
      first += right * left.x
      second += right * left.y
      third += right * left.z
      fourth += right * left.w
    }
    return [first, second, third, fourth]
  }

  /// The product of each vector with itself, summed as the products of pairs are.
  func squares() -> [Double] {
    (0..<count).map { vector in
      let first = vector / 4 * length
      var sum = 0.0
      for start in Swift.stride(from: 0, to: length, by: Self.block) {
        var part = 0.0
        for term in start..<min(length, start + Self.block) {
          let element = lanes[first + term][vector & 3]
          part += element * element
        }
        sum += part
      }
      return sum
    }
  }
}
