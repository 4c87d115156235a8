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
