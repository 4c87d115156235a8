package import TGTensor

/// What a network made of pictures: a row of as many numbers for each.
package struct Features: Sendable {
  /// How many numbers a row has.
  package let width: Int
  /// The rows, one after the other.
  package private(set) var elements: [Float]

  /// No rows yet.
  package init(width: Int) {
    self.width = width
    elements = []
  }

  /// The rows of an array `[N, …]`: what follows the first axis is one row. Traps at a scalar.
  package init(_ tensor: HostTensor) {
    width = tensor.shape.dimensions.dropFirst().reduce(1, *)
    elements = tensor.elements
  }

  /// How many rows.
  package var count: Int { width > 0 ? elements.count / width : 0 }

  /// One number.
  package subscript(row: Int, column: Int) -> Double { Double(elements[row * width + column]) }

  /// Appends a row; traps unless it is as wide as the others.
  package mutating func append(_ row: [Float]) {
    precondition(row.count == width, "rows of one width")
    elements += row
  }

  /// The first number that is infinite or none, by row and column; nil if all are finite.
  package var firstNotFinite: (row: Int, column: Int, value: Float)? {
    elements.firstIndex { !$0.isFinite }.map { ($0 / width, $0 % width, elements[$0]) }
  }
}
