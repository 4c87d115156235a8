/// The tile grid of a product: large enough for BLAS, many enough for threads.
struct MatrixTile: Hashable {
  /// The extents of a tile.
  private(set) var batch, rows, columns: Int
  /// The number of tiles.
  let count: Int

  /// Chooses the grid from the extents of the product.
  init(batch: Int, rows: Int, columns: Int, depth: Int) {
    func pieces(_ extent: Int, _ size: Int) -> Int { max(1, (extent + size - 1) / size) }
    // Equal pieces of at most `size`, multiples of 16.
    func even(_ extent: Int, _ size: Int) -> Int {
      (pieces(extent, pieces(extent, size)) + 15) / 16 * 16
    }
    var height = even(rows, 256)
    var width = even(columns, 512)
    // Multiplications with additions that are worth a tile of their own.
    let worthwhile = 2_000_000
    func grid() -> Int { max(1, batch) * pieces(rows, height) * pieces(columns, width) }
    func work() -> Int { min(height, rows) * min(width, columns) * max(1, depth) }
    while grid() < 16, work() >= 2 * worthwhile, width > 128 || height > 32 {
      if width > 128, width >= height {
        width = even(width, width / 2)
      } else {
        height = even(height, height / 2)
      }
    }
    self.rows = height
    self.columns = width
    let perItem = max(1, rows * columns * max(1, depth))
    let whole = pieces(rows, height) * pieces(columns, width) == 1
    self.batch = whole ? max(1, min(batch, worthwhile / perItem)) : 1
    count = pieces(batch, self.batch) * pieces(rows, height) * pieces(columns, width)
  }
}
