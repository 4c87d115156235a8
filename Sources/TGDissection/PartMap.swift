/// Which part each pixel of a picture belongs to.
package struct PartMap: Hashable, Sendable {
  /// The number of rows.
  package let height: Int
  /// The number of pixels in a row.
  package let width: Int
  /// The part of each pixel, row-major; `nothing` where there is none.
  package let parts: [UInt8]

  /// What a pixel has that belongs to no part.
  package static let nothing: UInt8 = 255
  /// The most parts.
  package static let limit = 255

  /// Makes a map; traps unless it has all its pixels.
  package init(height: Int, width: Int, parts: [UInt8]) {
    precondition(parts.count == height * width, "a map has all its pixels")
    self.height = height
    self.width = width
    self.parts = parts
  }

  /// Takes for each pixel the part of the highest score, the first of equal ones.
  ///
  /// - Parameters:
  ///   - scores: for each class a score for each pixel, row-major; at least one class.
  ///   - background: the class that is no part; those behind it move up by one. Nil if all are parts.
  package init(height: Int, width: Int, scores: [[Float]], background: Int?) {
    var best = scores[0]
    var classes = [Int](repeating: 0, count: height * width)
    for (index, row) in scores.enumerated().dropFirst() {
      for pixel in row.indices where row[pixel] > best[pixel] {
        best[pixel] = row[pixel]
        classes[pixel] = index
      }
    }
    let names = scores.indices.map { index -> UInt8 in
      guard let background else { return UInt8(index) }
      return index == background ? Self.nothing : UInt8(index < background ? index : index - 1)
    }
    self.init(height: height, width: width, parts: classes.map { names[$0] })
  }

  /// True if some pixel belongs to a part.
  package var showsPart: Bool { parts.contains { $0 != Self.nothing } }

  /// How many pixels belong to a part, of all or of those of a region.
  package func count(of part: Int, in region: [Int]? = nil) -> Int {
    guard let region else { return parts.reduce(0) { $0 + ($1 == UInt8(part) ? 1 : 0) } }
    return region.reduce(0) { $0 + (parts[$1] == UInt8(part) ? 1 : 0) }
  }

  /// The share of a part in each cell of a coarser grid, row-major: adaptive average pooling, cell
  /// `i` of `n` reaching from `⌊i · H / n⌋` to `⌈(i + 1) · H / n⌉`.
  package func presence(of part: Int, rows: Int, columns: Int) -> [Float] {
    func span(_ index: Int, _ count: Int, _ extent: Int) -> Range<Int> {
      index * extent / count..<((index + 1) * extent + count - 1) / count
    }
    return (0..<rows * columns).map { cell in
      let down = span(cell / columns, rows, height)
      let across = span(cell % columns, columns, width)
      var found = 0
      for y in down {
        for x in across where parts[y * width + x] == UInt8(part) { found += 1 }
      }
      return Float(found) / Float(down.count * across.count)
    }
  }
}
