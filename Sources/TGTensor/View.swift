/// A strided window into a slot of a plan: where each element of a tensor lies.
///
/// Element `(i₀, …, iₖ)` lies at `offset + Σ iₐ · strides[a]` elements from the start of the slot.
/// A stride may be 0 (a broadcast axis of an operand); results never have a stride of 0 on an axis
/// longer than 1.
package struct View: Hashable, Sendable {
  /// The slot, an index into the slots of the function.
  package var slot: Int
  /// The position of the first element, in elements from the start of the slot.
  package var offset: Int
  /// The extents, outermost first.
  package var dimensions: [Int]
  /// The distance between neighbours along each axis, in elements.
  package var strides: [Int]

  /// Makes a view of any form.
  package init(slot: Int, offset: Int = 0, dimensions: [Int], strides: [Int]) {
    self.slot = slot
    self.offset = offset
    self.dimensions = dimensions
    self.strides = strides
  }

  /// Makes the row-major view of a whole slot.
  package init(slot: Int, shape: Shape) {
    self.init(slot: slot, dimensions: shape.dimensions, strides: shape.strides)
  }

  /// The number of elements seen.
  package var count: Int { dimensions.reduce(1, *) }

  /// The number of axes.
  package var rank: Int { dimensions.count }

  /// True if the elements lie row-major without gaps.
  package var isContiguous: Bool {
    var expected = 1
    for axis in stride(from: rank - 1, through: 0, by: -1) where dimensions[axis] != 1 {
      guard strides[axis] == expected else { return false }
      expected *= dimensions[axis]
    }
    return true
  }
}
