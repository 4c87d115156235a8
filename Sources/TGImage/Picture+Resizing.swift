package import TGTensor

extension Picture {
  /// The picture at another size, or a part of it at that size.
  ///
  /// With 8 bits and a Pillow convention the bytes equal Pillow's: weights rounded to 22 bits after
  /// the point, rows first, then columns, each pass rounded to the nearest and clipped. Otherwise
  /// both passes are computed in floating point and rounded once, to the nearest.
  ///
  /// - Parameters:
  ///   - rows: the rows of the resized picture that are wanted, all if nil.
  ///   - columns: the columns that are wanted, all if nil.
  /// - Returns: nil if a size or part is impossible (see `ResampleTable`).
  package func resized(
    height newHeight: Int, width newWidth: Int, by convention: ResampleTable.Convention,
    rows: Range<Int>? = nil, columns: Range<Int>? = nil
  ) -> Picture? {
    guard newHeight > 0, newWidth > 0 else { return nil }
    let framing = Framing(
      height: newHeight, width: newWidth, rows: rows ?? 0..<newHeight,
      columns: columns ?? 0..<newWidth)
    guard var fitting = PictureFitting(self, framing: framing, convention: convention) else {
      return nil
    }
    fitting.take(self)
    return fitting.part
  }
}

extension ResampleTable.Convention {
  /// True for Pillow's filters, which are exact on 8-bit pictures.
  package var isPillow: Bool { rawValue.hasPrefix("pillow-") }
}
