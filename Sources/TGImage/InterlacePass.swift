/// One pass of PNG's Adam7 interlacing: every `step`-th pixel from an origin, in both directions.
struct InterlacePass {
  private let row: Int
  private let rowStep: Int
  private let column: Int
  private let columnStep: Int

  /// The only pass of a picture that is not interlaced.
  static let whole = InterlacePass(row: 0, rowStep: 1, column: 0, columnStep: 1)

  /// The seven passes, in file order.
  static let adam7 = [
    InterlacePass(row: 0, rowStep: 8, column: 0, columnStep: 8),
    InterlacePass(row: 0, rowStep: 8, column: 4, columnStep: 8),
    InterlacePass(row: 4, rowStep: 8, column: 0, columnStep: 4),
    InterlacePass(row: 0, rowStep: 4, column: 2, columnStep: 4),
    InterlacePass(row: 2, rowStep: 4, column: 0, columnStep: 2),
    InterlacePass(row: 0, rowStep: 2, column: 1, columnStep: 2),
    InterlacePass(row: 1, rowStep: 2, column: 0, columnStep: 1),
  ]

  /// How many rows of a picture this pass holds.
  func rows(of height: Int) -> Int { (height - row + rowStep - 1) / rowStep }

  /// How many pixels of a row this pass holds.
  func columns(of width: Int) -> Int { (width - column + columnStep - 1) / columnStep }

  /// True if some of the pixels of a row of the picture are of this pass.
  func holds(row: Int) -> Bool { row >= self.row && (row - self.row) % rowStep == 0 }

  /// Puts the pixels of one row of the pass at their columns in a row of the picture.
  func weave(_ pixels: [UInt16], channels: Int, width: Int, into line: inout [UInt16]) {
    var source = 0
    for x in 0..<columns(of: width) {
      let target = (column + x * columnStep) * channels
      for channel in 0..<channels { line[target + channel] = pixels[source + channel] }
      source += channels
    }
  }
}
