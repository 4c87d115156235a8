/// A strided window into a slot of a plan: where each element of a tensor lies.
///
/// Element `(i₀, …, iₖ)` lies at `offset + Σ iₐ · strides[a]` elements of its type from the start of the
/// slot; of `bits` every row begins with a word, so offset and outer strides are multiples of 16.
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
  /// What the elements are: the type of the slot.
  package var dtype: DType

  /// Makes a view of any form.
  package init(
    slot: Int, offset: Int = 0, dimensions: [Int], strides: [Int], dtype: DType = .float32
  ) {
    self.slot = slot
    self.dtype = dtype
    self.offset = offset
    self.dimensions = dimensions
    self.strides = strides
  }

  /// Makes the row-major view of a whole slot of float32.
  package init(slot: Int, shape: Shape) { self.init(slot: slot, type: TensorType(.float32, shape)) }

  /// Makes the row-major view of a whole slot.
  package init(slot: Int, type: TensorType) {
    self.init(
      slot: slot, dimensions: type.shape.dimensions, strides: type.strides, dtype: type.dtype)
  }

  /// Other elements of the same slot, the first of them `offset` elements after the first of this.
  package func seen(offset: Int = 0, dimensions: [Int], strides: [Int]) -> View {
    View(
      slot: slot, offset: self.offset + offset, dimensions: dimensions, strides: strides,
      dtype: dtype)
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
