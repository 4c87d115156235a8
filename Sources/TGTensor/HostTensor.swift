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
    let walk = AxisWalk(target.dimensions, permutation.map { strides[$0] })
    var result = [Float](repeating: 0, count: target.count)
    if target.count > 0 { walk.copy(elements, to: &result) }
    return HostTensor(target, result)
  }

  /// The given positions of an axis, in that order; each is one of the axis.
  package func gathered(_ positions: [Int], axis: Int) -> HostTensor {
    let extent = shape[axis]
    var extents = shape.dimensions
    extents[axis] = positions.count
    let inner = extents[(axis + 1)...].reduce(1, *)
    var result: [Float] = []
    result.reserveCapacity(Shape(extents).count)
    for outer in 0..<extents[..<axis].reduce(1, *) {
      let start = outer * extent
      if inner == 1 {
        for position in positions { result.append(elements[start + position]) }
      } else {
        for position in positions {
          let first = (start + position) * inner
          result += elements[first..<first + inner]
        }
      }
    }
    return HostTensor(Shape(extents), result)
  }
}

/// A strided walk over a tensor that writes row-major: axes that lie one after the other are one, and
/// the axis that is contiguous where it is read goes in blocks with the one that is written so, so that
/// both sides stay in the cache.
private struct AxisWalk {
  private var extents: [Int] = []
  private var steps: [Int] = []
  /// The axis that is contiguous where it is read, if it is not the innermost one.
  private let blocked: Int?

  /// Rows of a block: a line of the cache.
  private static let blockRows = 16
  /// Columns of a block.
  private static let blockColumns = 64

  init(_ dimensions: [Int], _ strides: [Int]) {
    for (extent, step) in zip(dimensions, strides) where extent != 1 {
      if let outer = steps.last, outer == extent * step {
        extents[extents.count - 1] *= extent
        steps[steps.count - 1] = step
      } else {
        extents.append(extent)
        steps.append(step)
      }
    }
    if extents.isEmpty { (extents, steps) = ([1], [1]) }
    let contiguous = steps.firstIndex(of: 1)
    blocked = contiguous == steps.count - 1 ? nil : contiguous
  }

  func copy(_ source: [Float], to target: inout [Float]) {
    let last = extents.count - 1
    var written: [Int] = extents
    var stride = 1
    for axis in extents.indices.reversed() {
      written[axis] = stride
      stride *= extents[axis]
    }
    // Pieces begin at positions of the axes that are left.
    let outer = extents.indices.filter { $0 != last && $0 != blocked }
    let reads = StridedOrder(
      dimensions: outer.map { extents[$0] }, strides: outer.map { steps[$0] })
    let writes = StridedOrder(
      dimensions: outer.map { extents[$0] }, strides: outer.map { written[$0] })
    let from = source.span
    var to = target.mutableSpan
    for (read, write) in zip(reads, writes) {
      guard let blocked else {
        for column in 0..<extents[last] { to[write + column] = from[read + column * steps[last]] }
        continue
      }
      for firstColumn in Swift.stride(from: 0, to: extents[last], by: Self.blockColumns) {
        let endColumn = min(extents[last], firstColumn + Self.blockColumns)
        for firstRow in Swift.stride(from: 0, to: extents[blocked], by: Self.blockRows) {
          for row in firstRow..<min(extents[blocked], firstRow + Self.blockRows) {
            let base = write + row * written[blocked]
            for column in firstColumn..<endColumn {
              to[base + column] = from[read + row + column * steps[last]]
            }
          }
        }
      }
    }
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
