/// Pictures in rows on white, each with a text under it, texts over rows and a text over all of them.
package struct ContactSheet: Sendable {
  /// The pictures in a row.
  package let columns: Int
  /// What stands over the pictures; may be empty.
  package let title: String
  /// The pictures in reading order, in RGB with 8 bits.
  package private(set) var pictures: [Picture] = []
  private var headings: [String] = []
  private var texts: [String] = []

  /// The most lines of a text.
  package static let mostLines = 5

  /// Begins a sheet; traps unless it has columns.
  package init(columns: Int, title: String = "") {
    precondition(columns > 0, "a sheet has columns")
    self.columns = columns
    self.title = title
  }

  /// Adds a picture and its texts, which may be empty.
  ///
  /// - Parameters:
  ///   - heading: stands over the row if all its pictures have the same, otherwise before the text.
  ///   - text: stands under the picture.
  package mutating func add(_ picture: Picture, heading: String = "", text: String = "") {
    pictures.append(picture.with8Bits().converted(channels: 3))
    headings.append(heading)
    texts.append(text)
  }

  /// The sheet: cells as large as the largest picture, `Picture.gap` white pixels between them; each
  /// row has the room that the longest of its texts needs. Texts are wrapped and cut (`Lettering`).
  ///
  /// - Returns: nil if there are no pictures, or the sheet exceeds `PictureLimits.standard`.
  package var picture: Picture? {
    guard let cellHeight = pictures.map(\.height).max(), let widest = pictures.map(\.width).max()
    else { return nil }
    let columns = min(columns, pictures.count)
    let rows = stride(from: 0, to: pictures.count, by: columns).map { first in
      first..<min(first + columns, pictures.count)
    }
    let (over, under) = placed(in: rows)
    let isTold = under.contains { !$0.isEmpty }
    let letters = Self.letters(for: widest)
    let cellWidth = isTold ? max(widest, Self.narrowest) : widest
    let width = columns * (cellWidth + Picture.gap) - Picture.gap
    let heading = letters.lines(title, width: width, most: Self.mostLines)
    let overs = over.map { letters.lines($0, width: width, most: Self.mostLines) }
    let notes = under.map { letters.lines($0, width: cellWidth, most: Self.mostLines) }
    func room(_ lines: Int) -> Int { lines == 0 ? 0 : lines * letters.lineHeight + letters.scale }
    let heights = zip(rows, overs).map { row, over in
      room(over.count) + cellHeight + room(notes[row].map(\.count).max() ?? 0) + Picture.gap
    }
    let top = heading.isEmpty ? 0 : room(heading.count) + 2 * letters.scale
    let height = top + heights.reduce(-Picture.gap, +)
    guard PictureLimits.standard.allows(height: height, width: width) else { return nil }
    var sheet = Picture(height: height, width: width, colour: [255, 255, 255])
    func draw(_ lines: [String], from top: Int) {
      for (index, line) in lines.enumerated() {
        letters.draw(
          line, row: top + letters.scale + index * letters.lineHeight, column: 0, on: &sheet)
      }
    }
    draw(heading, from: 0)
    var nextRow = top
    for ((row, rowHeight), over) in zip(zip(rows, heights), overs) {
      draw(over, from: nextRow)
      let y = nextRow + room(over.count)
      for (column, cell) in row.enumerated() {
        let x = column * (cellWidth + Picture.gap)
        let picture = pictures[cell]
        sheet.paste(
          picture, row: y + (cellHeight - picture.height) / 2,
          column: x + (cellWidth - picture.width) / 2)
        for (index, line) in notes[cell].enumerated() {
          letters.draw(
            line, row: y + cellHeight + 2 * letters.scale + index * letters.lineHeight,
            column: x + (cellWidth - letters.width(of: line)) / 2, on: &sheet)
        }
      }
      nextRow += rowHeight
    }
    return sheet
  }

  /// The text over each row and the text under each picture.
  private func placed(in rows: [Range<Int>]) -> (over: [String], under: [String]) {
    var over: [String] = []
    var under = texts
    for row in rows {
      if Set(headings[row]).count == 1 {
        over.append(headings[row.lowerBound])
        continue
      }
      over.append("")
      for cell in row {
        under[cell] = [headings[cell], texts[cell]].filter { !$0.isEmpty }.joined(separator: ", ")
      }
    }
    return (over, under)
  }

  /// True if so many pictures of a size fit into a sheet with the longest texts.
  package static func allows(height: Int, width: Int, columns: Int, count: Int) -> Bool {
    let rows = (count + columns - 1) / columns
    let room = 2 * (mostLines + 1) * letters(for: width).lineHeight
    return PictureLimits.standard.allows(
      height: rows * (height + room + Picture.gap) + room,
      width: min(columns, count) * (max(width, narrowest) + Picture.gap))
  }

  /// The narrowest cell with a text: room for eight letters.
  private static let narrowest = 48

  /// Letters in proportion to the pictures: about 21 in a line, fewer under small pictures.
  private static func letters(for width: Int) -> Lettering { Lettering(scale: max(1, width / 128)) }
}
