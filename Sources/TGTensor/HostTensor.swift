/// A float32 tensor in host memory, row-major.
///
/// Whole numbers that are read from files for an int32 input stand here until they are stored: they are
/// below 2²⁴, which float32 holds exactly.
package struct HostTensor: Hashable, Sendable {
  /// The extents.
  package let shape: Shape

  /// The elements, row-major, `shape.count` of them.
  package private(set) var elements: [Float]

  /// Makes a tensor; traps unless there is one element for each position of the shape.
  package init(_ shape: Shape, _ elements: [Float]) {
    precondition(shape.count == elements.count, "a tensor has as many elements as its shape")
    self.shape = shape
    self.elements = elements
  }

  /// Makes a tensor of one repeated value.
  package init(_ shape: Shape, repeating value: Float) {
    self.shape = shape
    self.elements = [Float](repeating: value, count: shape.count)
  }

  /// Makes a scalar, rank 0.
  package init(scalar: Float) { self.init([], [scalar]) }

  /// The element at a row-major position.
  package subscript(position: Int) -> Float {
    get { elements[position] }
    set { elements[position] = newValue }
  }

  /// The same elements under another shape of equal count; traps if the counts differ.
  package func reshaped(_ shape: Shape) -> HostTensor { HostTensor(shape, elements) }

  /// Every element through a function.
  package func map(_ transform: (Float) -> Float) -> HostTensor {
    HostTensor(shape, elements.map(transform))
  }

  /// The elements copied into another axis order: axis `i` of the result is `permutation[i]`.
  package func transposed(_ permutation: [Int]) -> HostTensor {
    let target = shape.permuted(permutation)
    let strides = shape.strides
    let steps = permutation.map { strides[$0] }
    return HostTensor(
      target, StridedOrder(dimensions: target.dimensions, strides: steps).map { elements[$0] })
  }
}

/// The positions, in elements, that a strided walk in row-major order of `dimensions` visits.
package struct StridedOrder: Sequence, IteratorProtocol {
  private let dimensions: [Int]
  private let strides: [Int]
  private var index: [Int]
  private var position: Int
  private var remaining: Int

  /// Makes a walk from `offset`; the extents are not negative and there are as many strides.
  package init(dimensions: [Int], strides: [Int], offset: Int = 0) {
    self.dimensions = dimensions
    self.strides = strides
    index = [Int](repeating: 0, count: dimensions.count)
    position = offset
    remaining = Shape(dimensions).count
  }

  /// The next position, nil at the end.
  package mutating func next() -> Int? {
    guard remaining > 0 else { return nil }
    remaining -= 1
    let result = position
    var axis = dimensions.count - 1
    while axis >= 0 {
      index[axis] += 1
      position += strides[axis]
      if index[axis] < dimensions[axis] { break }
      position -= strides[axis] * dimensions[axis]
      index[axis] = 0
      axis -= 1
    }
    return result
  }
}
