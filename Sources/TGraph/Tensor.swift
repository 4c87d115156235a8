import TGTensor

/// Numbers in row-major order; of functions the first axis counts the items of a batch.
public struct Tensor: Hashable, Sendable {
  /// The extents, such as `[1, 3, 64, 64]` of one picture: batch, channels, rows, columns.
  public let shape: [Int]
  /// The numbers, as many as the product of the extents.
  public let elements: [Float]

  /// Makes a tensor.
  ///
  /// - Throws: `TGraphError` unless there is one number for each position.
  public init(shape: [Int], elements: [Float]) throws(TGraphError) {
    guard shape.allSatisfy({ $0 > 0 }), let form = Shape(checking: shape),
      form.count == elements.count
    else { throw TGraphError("\(elements.count) numbers do not fill the shape \(shape)") }
    self.shape = shape
    self.elements = elements
  }

  init(_ tensor: HostTensor) {
    shape = tensor.shape.dimensions
    elements = tensor.elements
  }

  var host: HostTensor { HostTensor(Shape(shape), elements) }
}
