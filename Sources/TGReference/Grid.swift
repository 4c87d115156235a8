/// Numbers on a grid, row-major: what an instruction reads, or makes before it is stored.
struct Grid {
  /// The extents, outermost first.
  let dimensions: [Int]
  /// The numbers.
  var elements: [Double]

  /// Joins numbers with their extents.
  init(_ dimensions: [Int], _ elements: [Double]) {
    self.dimensions = dimensions
    self.elements = elements
  }

  /// Zeros.
  init(_ dimensions: [Int]) {
    self.init(dimensions, [Double](repeating: 0, count: dimensions.reduce(1, *)))
  }

  /// The number at a position of a grid of three axes.
  subscript(a: Int, b: Int, c: Int) -> Double {
    get { elements[(a * dimensions[1] + b) * dimensions[2] + c] }
    set { elements[(a * dimensions[1] + b) * dimensions[2] + c] = newValue }
  }

  /// The number at a position of a grid of four axes.
  subscript(n: Int, y: Int, x: Int, c: Int) -> Double {
    get { elements[position(n, y, x, c)] }
    set { elements[position(n, y, x, c)] = newValue }
  }

  private func position(_ n: Int, _ y: Int, _ x: Int, _ c: Int) -> Int {
    ((n * dimensions[1] + y) * dimensions[2] + x) * dimensions[3] + c
  }

  /// The runs of elements that agree in the first `rank` axes, one after the other.
  func rows(keeping rank: Int) -> [ArraySlice<Double>] {
    let count = dimensions[rank...].reduce(1, *)
    return (0..<dimensions[..<rank].reduce(1, *)).map { row in
      elements[row * count..<(row + 1) * count]
    }
  }
}

extension Grid {
  /// Whether a picture `[N, H, W, C]` has a row and a column.
  func has(row: Int, column: Int) -> Bool {
    (0..<dimensions[1]).contains(row) && (0..<dimensions[2]).contains(column)
  }
}

/// A tile of a picture's results: the picture, and its first row and column.
struct GridTile {
  let n: Int
  let y: Int
  let x: Int

  /// The tiles of a side that cover pictures.
  static func all(_ pictures: Int, _ rows: Int, _ columns: Int, _ side: Int) -> [GridTile] {
    (0..<pictures).flatMap { n in
      stride(from: 0, to: rows, by: side).flatMap { y in
        stride(from: 0, to: columns, by: side).map { GridTile(n: n, y: y, x: $0) }
      }
    }
  }
}
