private import TGTensor

extension Picture {
  /// The white pixels between pictures of a sheet.
  package static let gap = 8

  /// Pictures in one row on white, such as before and after: all in RGB with 8 bits, brought to the
  /// height of the tallest (Pillow's bicubic filter), `gap` white pixels between them.
  ///
  /// - Returns: nil if there are none, or the sheet exceeds `PictureLimits.standard`.
  package static func sideBySide(_ pictures: [Picture], gap: Int = gap) -> Picture? {
    guard let height = pictures.map(\.height).max() else { return nil }
    var scaled: [Picture] = []
    for picture in pictures {
      let plain = picture.with8Bits().converted(channels: 3)
      guard plain.height != height else {
        scaled.append(plain)
        continue
      }
      let width = max(1, (2 * plain.width * height + plain.height) / (2 * plain.height))
      guard PictureLimits.standard.allows(height: height, width: width),
        let resized = plain.resized(height: height, width: width, by: .pillowBicubic)
      else { return nil }
      scaled.append(resized)
    }
    let width = scaled.reduce(gap * (scaled.count - 1)) { $0 + $1.width }
    guard var sheet = blankSheet(height: height, width: width) else { return nil }
    var column = 0
    for picture in scaled {
      sheet.paste(picture, row: 0, column: column)
      column += picture.width + gap
    }
    return sheet
  }

  /// Pictures in rows on white, in reading order: all in RGB with 8 bits at their own size, each
  /// centred in a cell of the largest width and height, `gap` white pixels between the cells.
  ///
  /// - Parameter columns: the pictures in a row; nil for a sheet about as wide as high.
  /// - Returns: nil if there are none, or the sheet exceeds `PictureLimits.standard`.
  package static func grid(_ pictures: [Picture], columns: Int? = nil, gap: Int = gap) -> Picture? {
    guard let cellHeight = pictures.map(\.height).max(),
      let cellWidth = pictures.map(\.width).max()
    else { return nil }
    let square = Int(
      (Double(pictures.count * cellHeight) / Double(cellWidth)).squareRoot().rounded())
    let columns = min(max(columns ?? square, 1), pictures.count)
    let rows = (pictures.count + columns - 1) / columns
    guard
      var sheet = blankSheet(
        height: rows * (cellHeight + gap) - gap, width: columns * (cellWidth + gap) - gap)
    else { return nil }
    for (index, picture) in pictures.enumerated() {
      sheet.paste(
        picture.with8Bits().converted(channels: 3),
        row: index / columns * (cellHeight + gap) + (cellHeight - picture.height) / 2,
        column: index % columns * (cellWidth + gap) + (cellWidth - picture.width) / 2)
    }
    return sheet
  }

  /// A white sheet in RGB; nil if it would be too large.
  private static func blankSheet(height: Int, width: Int) -> Picture? {
    guard PictureLimits.standard.allows(height: height, width: width) else { return nil }
    return Picture(height: height, width: width, colour: [255, 255, 255])
  }
}

extension PictureLimits {
  /// True if a picture of this size is accepted.
  package func allows(height: Int, width: Int) -> Bool {
    (1...side).contains(height) && (1...side).contains(width) && height * width <= pixels
  }
}
