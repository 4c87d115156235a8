package import TGTensor

/// A tensor of `Double`, row-major: what the meaning of ops is stated in.
package struct ReferenceTensor: Hashable, Sendable {
  /// The extents.
  package var shape: Shape
  /// The elements, row-major.
  package var elements: [Double]

  /// Makes a tensor; traps unless there is one element for each position of the shape.
  package init(_ shape: Shape, _ elements: [Double]) {
    precondition(shape.count == elements.count, "a tensor has as many elements as its shape")
    self.shape = shape
    self.elements = elements
  }

  /// Makes a tensor of one repeated value.
  package init(_ shape: Shape, repeating value: Double = 0) {
    self.shape = shape
    elements = [Double](repeating: value, count: shape.count)
  }

  /// The float32 tensor, exactly.
  package init(_ tensor: HostTensor) {
    self.init(tensor.shape, tensor.elements.map(Double.init))
  }

  /// The nearest float32 tensor.
  package var rounded: HostTensor { HostTensor(shape, elements.map { Float($0) }) }

  /// The element at a row-major position.
  package subscript(position: Int) -> Double {
    get { elements[position] }
    set { elements[position] = newValue }
  }

  /// The elements seen through strides: element `i…` is `self[offset + Σ i · strides]`.
  package func strided(_ shape: Shape, strides: [Int], offset: Int = 0) -> ReferenceTensor {
    var result = [Double]()
    result.reserveCapacity(shape.count)
    for position in StridedOrder(
      dimensions: shape.dimensions, strides: strides, offset: offset)
    {
      result.append(elements[position])
    }
    return ReferenceTensor(shape, result)
  }

  /// The axes reordered: axis `i` of the result is axis `permutation[i]`.
  package func transposed(_ permutation: [Int]) -> ReferenceTensor {
    let strides = shape.strides
    return strided(shape.permuted(permutation), strides: permutation.map { strides[$0] })
  }

  /// Repeated along axes of extent 1 (aligned at the innermost axis) to reach a shape.
  package func broadcast(to target: Shape) -> ReferenceTensor {
    guard target != shape else { return self }
    let own = shape.strides
    let lead = target.rank - shape.rank
    var strides = [Int](repeating: 0, count: target.rank)
    for axis in 0..<shape.rank where shape[axis] != 1 { strides[axis + lead] = own[axis] }
    return strided(target, strides: strides)
  }
}
