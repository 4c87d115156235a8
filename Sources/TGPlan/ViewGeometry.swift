package import TGTensor

// What can be said about where the elements of views lie. The views have been checked: extents at
// least 1, strides not negative, every position inside a slot.
extension View {
  /// The position of the last element, from the start of the slot.
  package var last: Int {
    var last = offset
    for (extent, stride) in zip(dimensions, strides) { last += (extent - 1) * stride }
    return last
  }

  /// True if no two elements lie at one position. Told for certain only of views whose axes, sorted by
  /// stride, each stride over all that lies inside them; others give false.
  package var hasDistinctPositions: Bool {
    var span = 0
    for (stride, extent) in movingAxes.sorted(by: { $0.stride < $1.stride }) {
      guard stride > span else { return false }
      span += stride * (extent - 1)
    }
    return true
  }

  /// True if no element of one view lies at a position of the other, both in one slot. Told for
  /// certain if their ranges are apart, or if they are interleaved by a common stride, as slices of
  /// one larger tensor are; others give false.
  package func isDisjoint(from other: View) -> Bool {
    if last < other.offset || other.last < offset { return true }
    let periods = (movingAxes + other.movingAxes).map(\.stride)
    for period in Set(periods).sorted() where period > 1 {
      guard let mine = residues(modulo: period), let theirs = other.residues(modulo: period) else {
        continue
      }
      if mine.upperBound < theirs.lowerBound || theirs.upperBound < mine.lowerBound { return true }
    }
    return false
  }

  /// The axes along which the position changes.
  private var movingAxes: [(stride: Int, extent: Int)] {
    zip(strides, dimensions).compactMap { stride, extent in
      extent > 1 ? (stride: stride, extent: extent) : nil
    }
  }

  /// What the positions leave when divided by a period: an interval that does not wrap around, nil
  /// if it does.
  private func residues(modulo period: Int) -> ClosedRange<Int>? {
    var span = 0
    for (stride, extent) in movingAxes where stride % period != 0 {
      guard stride < period else { return nil }
      span += stride * (extent - 1)
      guard span < period else { return nil }
    }
    let first = offset % period
    return first + span < period ? first...(first + span) : nil
  }
}
