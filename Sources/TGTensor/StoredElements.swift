/// The elements of one tensor as a file holds them: a strided view of little-endian numbers.
///
/// A view that exists lies inside its bytes and visits no element twice, so that reading it cannot
/// fail and needs no more memory than the file has bytes (times 4 for 8-bit elements).
package struct StoredElements: Sendable {
  /// The extents, outermost first.
  package let shape: Shape
  /// The type of the elements.
  package let type: StoredType
  private let bytes: ByteRegion
  private let offset: Int
  private let strides: [Int]

  /// What is wrong with a view.
  package enum ViewFault: Error, Hashable, Sendable {
    /// More axes than the 64 that any framework makes.
    case rank(Int)
    /// A negative extent, or a product of extents beyond 64 bits.
    case extents([Int])
    /// As many strides as axes are needed.
    case strideCount(axes: Int, strides: Int)
    /// A stride or an offset is negative.
    case negative
    /// Elements lie outside the storage.
    case outside(elements: Int)
    /// One element would be visited twice.
    case overlap
  }

  /// Makes a view of untrusted extents; offset and strides are in elements, row-major without
  /// strides.
  ///
  /// - Throws: `ViewFault` if the view leaves the bytes or overlaps itself.
  package init(
    _ bytes: ByteRegion, type: StoredType, dimensions: [Int], offset: Int = 0,
    strides given: [Int]? = nil
  ) throws(ViewFault) {
    guard dimensions.count <= 64 else { throw .rank(dimensions.count) }
    guard let shape = Shape(checking: dimensions) else { throw .extents(dimensions) }
    let elements = bytes.count / type.size
    self.shape = shape
    self.type = type
    self.bytes = bytes
    self.offset = offset
    guard offset >= 0 else { throw .negative }
    guard shape.count > 0 else {
      strides = [Int](repeating: 1, count: shape.rank)
      return
    }
    // Only now are the products of the extents known to be sound and not zero.
    let strides = given ?? shape.strides
    self.strides = strides
    guard strides.count == shape.rank else {
      throw .strideCount(axes: shape.rank, strides: strides.count)
    }
    var last = offset
    var reach = 0
    let axes = dimensions.indices.filter { dimensions[$0] > 1 }
    for axis in axes.sorted(by: { strides[$0] < strides[$1] }) {
      guard strides[axis] >= 0 else { throw .negative }
      guard strides[axis] > reach else { throw .overlap }
      let (span, tooFar) = strides[axis].multipliedReportingOverflow(by: dimensions[axis] - 1)
      let (end, beyond) = last.addingReportingOverflow(span)
      guard !tooFar, !beyond, end < elements else { throw .outside(elements: elements) }
      last = end
      reach += span
    }
    guard last < elements else { throw .outside(elements: elements) }
  }

  /// Makes a tensor of rank 0 from a whole number, as int64.
  package init(scalar value: Int) {
    self.init(bits: UInt64(bitPattern: Int64(value)), type: .int64)
  }

  /// Makes a tensor of rank 0, as float64.
  package init(scalar value: Double) { self.init(bits: value.bitPattern, type: .float64) }

  private init(bits: UInt64, type: StoredType) {
    shape = []
    self.type = type
    bytes = ByteRegion((0..<8).map { UInt8(truncatingIfNeeded: bits >> (8 * UInt64($0))) })
    offset = 0
    strides = []
  }

  /// True if the elements lie row-major without gaps.
  private var isContiguous: Bool {
    shape.dimensions.indices.allSatisfy { shape[$0] <= 1 || strides[$0] == shape.strides[$0] }
  }

  /// The elements converted to float32 (nearest), row-major.
  package func tensor() -> HostTensor {
    let elements: [Float] =
      switch type {
      case .float32: gathered(as: UInt32.self) { Float(bitPattern: $0) }
      case .float64: gathered(as: UInt64.self) { Float(Double(bitPattern: $0)) }
      case .float16: gathered(as: UInt16.self) { Float(Float16(bitPattern: $0)) }
      case .bfloat16: gathered(as: UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
      case .int64: gathered(as: Int64.self) { Float($0) }
      case .int32: gathered(as: Int32.self) { Float($0) }
      case .int16: gathered(as: Int16.self) { Float($0) }
      case .int8: gathered(as: Int8.self) { Float($0) }
      case .uint64: gathered(as: UInt64.self) { Float($0) }
      case .uint32: gathered(as: UInt32.self) { Float($0) }
      case .uint16: gathered(as: UInt16.self) { Float($0) }
      case .uint8: gathered(as: UInt8.self) { Float($0) }
      case .bool: gathered(as: UInt8.self) { $0 == 0 ? 0 : 1 }
      }
    return HostTensor(shape, elements)
  }

  /// The elements as whole numbers, row-major, exact; nil if the type does not hold such.
  package func integers() -> [Int64]? {
    switch type {
    case .int64: gathered(as: Int64.self) { $0 }
    case .int32: gathered(as: Int32.self) { Int64($0) }
    case .int16: gathered(as: Int16.self) { Int64($0) }
    case .int8: gathered(as: Int8.self) { Int64($0) }
    case .uint32: gathered(as: UInt32.self) { Int64($0) }
    case .uint16: gathered(as: UInt16.self) { Int64($0) }
    case .uint8: gathered(as: UInt8.self) { Int64($0) }
    case .bool: gathered(as: UInt8.self) { $0 == 0 ? 0 : 1 }
    case .float64, .float32, .float16, .bfloat16, .uint64: nil
    }
  }

  /// The elements, row-major, each read at whatever address it has and converted.
  private func gathered<Stored: FixedWidthInteger & BitwiseCopyable, Element>(
    as stored: Stored.Type, _ convert: (Stored) -> Element
  ) -> [Element] {
    let size = MemoryLayout<Stored>.size
    guard shape.count > 0 else { return [] }
    return bytes.withSpan { span in
      func element(_ position: Int) -> Element {
        convert(
          Stored(
            littleEndian: unsafe span.unsafeLoadUnaligned(
              fromByteOffset: position * size, as: stored)))
      }
      return [Element](capacity: shape.count) { output in
        if isContiguous {
          for position in offset..<offset + shape.count { output.append(element(position)) }
        } else {
          let order = StridedOrder(
            dimensions: shape.dimensions, strides: strides, offset: offset)
          for position in order { output.append(element(position)) }
        }
      }
    }
  }
}
