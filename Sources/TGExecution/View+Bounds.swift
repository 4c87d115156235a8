package import TGPlan
package import TGTensor

extension PlanFunction {
  /// Refuses a slot that lies outside the arena or outside so many bytes of weights.
  ///
  /// - Throws: `RuntimeError.unsound`.
  package func demandSoundSlots(weightBytes: Int) throws(RuntimeError) {
    guard arenaBytes >= 0 else { throw .unsound("the size of the arena") }
    for (index, slot) in slots.enumerated() {
      let limit = slot.kind == .weight ? weightBytes : arenaBytes
      guard slot.offset >= 0, slot.offset % Slot.alignment == 0, slot.count >= 0,
        slot.offset <= limit, slot.byteCount <= limit - slot.offset
      else { throw .unsound("slot \(index) lies outside its memory") }
    }
  }
}

extension View {
  /// True if the rank is bearable, the extents can be multiplied, and every element lies in a slot of
  /// its type; of bits every row must begin with a word.
  package func lies(in slot: Slot) -> Bool {
    guard dtype == slot.dtype else { return false }
    guard
      dtype != .bits
        || (rank > 0 && ([offset] + strides.dropLast()).allSatisfy { $0 % dtype.granule == 0 })
    else { return false }
    return lies(in: slot.count)
  }

  private func lies(in count: Int) -> Bool {
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
