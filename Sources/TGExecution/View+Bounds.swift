package import TGTensor

extension View {
  /// True if the rank is bearable, the extents can be multiplied, and every element lies in a slot
  /// of `count` elements.
  package func lies(in count: Int) -> Bool {
    guard rank <= Shape.maximumRank, strides.count == rank, Shape(checking: dimensions) != nil
    else { return false }
    if dimensions.contains(0) { return true }
    var (low, high) = (offset, offset)
    for axis in 0..<rank {
      let (span, overflow) = strides[axis].multipliedReportingOverflow(by: dimensions[axis] - 1)
      let (sum, sumOverflow) = (span < 0 ? low : high).addingReportingOverflow(span)
      guard !overflow, !sumOverflow else { return false }
      if span < 0 { low = sum } else { high = sum }
    }
    return low >= 0 && high < count
  }
}
