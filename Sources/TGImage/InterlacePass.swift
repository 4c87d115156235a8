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

  /// Puts the pixels of the seven passes, one after the other, in their places.
  static func woven(
    _ samples: [UInt16], width: Int, height: Int, channels: Int
  ) -> [UInt16] {
    var result = [UInt16](repeating: 0, count: samples.count)
    var source = 0
    for pass in adam7 {
      let across = pass.columns(of: width)
      guard across > 0 else { continue }
      for y in 0..<pass.rows(of: height) {
        for x in 0..<across {
          let row = pass.row + y * pass.rowStep
          let target = (row * width + pass.column + x * pass.columnStep) * channels
          for channel in 0..<channels { result[target + channel] = samples[source + channel] }
          source += channels
        }
      }
    }
    return result
  }
}
