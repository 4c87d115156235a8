/// The extents of a tensor, outermost first, in elements. Rank 0 is a scalar.
///
/// Extents are never negative, and the product of all extents fits an `Int`: a `Shape` that exists
/// can be counted without overflow.
package struct Shape: Hashable, Sendable {
  /// The highest rank that any part of TGraph handles.
  package static let maximumRank = 8

  /// The extents, outermost first.
  package let dimensions: [Int]

  /// The number of elements: the product of the extents, 1 for a scalar.
  package let count: Int

  /// Makes a shape of extents known to be sound; traps on a negative extent or an overflow.
  package init(_ dimensions: [Int]) {
    guard let shape = Shape(checking: dimensions) else {
      preconditionFailure("a shape needs extents that are not negative and can be multiplied")
    }
    self = shape
  }

  /// Makes a shape of untrusted extents; nil if one is negative or the product of those that are not
  /// 0 overflows.
  package init?(checking dimensions: [Int]) {
    // Extents of 0 are left out of the product, so that strides can be computed as well.
    var count = 1
    for extent in dimensions {
      guard extent >= 0 else { return nil }
      let (product, overflow) = count.multipliedReportingOverflow(by: max(1, extent))
      guard !overflow else { return nil }
      count = product
    }
    if dimensions.contains(0) { count = 0 }
    self.dimensions = dimensions
    self.count = count
  }

  /// The number of axes.
  package var rank: Int { dimensions.count }

  /// The extent of one axis, counted from the outermost, 0.
  package subscript(axis: Int) -> Int { dimensions[axis] }

  /// The row-major strides, in elements.
  package var strides: [Int] {
    var strides = [Int](repeating: 1, count: rank)
    for axis in stride(from: rank - 2, through: 0, by: -1) {
      strides[axis] = strides[axis + 1] * max(1, dimensions[axis + 1])
    }
    return strides
  }

  /// The shape with its axes reordered: axis `i` of the result is axis `permutation[i]`.
  package func permuted(_ permutation: [Int]) -> Shape {
    Shape(permutation.map { dimensions[$0] })
  }

  /// The shape that two operands broadcast to by NumPy's rule (aligned at the innermost axis, each
  /// pair of extents equal or one of them 1); nil if they do not fit.
  package func broadcast(with other: Shape) -> Shape? {
    let rank = max(self.rank, other.rank)
    var result = [Int](repeating: 1, count: rank)
    for axis in 0..<rank {
      let a = axis - (rank - self.rank) >= 0 ? self[axis - (rank - self.rank)] : 1
      let b = axis - (rank - other.rank) >= 0 ? other[axis - (rank - other.rank)] : 1
      guard a == b || a == 1 || b == 1 else { return nil }
      result[axis] = a == 1 ? b : a
    }
    return Shape(checking: result)
  }
}

extension Shape: ExpressibleByArrayLiteral {
  /// Makes a shape from a literal list of extents.
  package init(arrayLiteral elements: Int...) { self.init(elements) }
}

extension Shape: CustomStringConvertible {
  /// The extents in brackets: `[1, 64, 8, 8]`.
  package var description: String {
    "[" + dimensions.map(String.init).joined(separator: ", ") + "]"
  }
}
