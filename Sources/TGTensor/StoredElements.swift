/// The elements of one tensor as a file holds them: a strided view of numbers.
///
/// A view that exists lies inside its bytes, so that reading it cannot fail. It needs no more memory
/// than the file has bytes (times 4 for 8-bit elements), or, where it visits elements more than once,
/// at most that of `expandedLimit` elements.
package struct StoredElements: Sendable {
  /// The extents, outermost first.
  package let shape: Shape
  /// The type of the elements.
  package let type: StoredType
  private let bytes: ByteRegion
  private let offset: Int
  private let strides: [Int]
  private let isBigEndian: Bool
  private let isNegated: Bool

  /// The most elements of a view that visits some of them more than once.
  package static let expandedLimit = 1 << 28

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
    /// Elements are visited more than once, and more than `expandedLimit` of them.
    case expanded(elements: Int)
  }

  /// Makes a view of untrusted extents.
  ///
  /// - Parameters:
  ///   - offset: the first element, in elements.
  ///   - strides: in elements; row-major without them. A stride may be 0, views may overlap.
  ///   - isBigEndian: whether the highest byte of each number comes first.
  ///   - isNegated: whether each number counts with the other sign; only of numbers with a fraction.
  /// - Throws: `ViewFault` if the view leaves the bytes, or repeats elements beyond measure.
  package init(
    _ bytes: ByteRegion, type: StoredType, dimensions: [Int], offset: Int = 0,
    strides given: [Int]? = nil, isBigEndian: Bool = false, isNegated: Bool = false
  ) throws(ViewFault) {
    (shape, strides) = try Self.checked(
      byteCount: bytes.count, type: type, dimensions: dimensions, offset: offset, strides: given)
    self.type = type
    self.bytes = bytes
    self.offset = offset
    self.isBigEndian = isBigEndian
    self.isNegated = isNegated
  }

  /// The shape and the strides of a view into so many bytes.
  ///
  /// - Throws: `ViewFault`, as the view itself would.
  package static func checked(
    byteCount: Int, type: StoredType, dimensions: [Int], offset: Int = 0,
    strides given: [Int]? = nil
  ) throws(ViewFault) -> (shape: Shape, strides: [Int]) {
    guard dimensions.count <= 64 else { throw .rank(dimensions.count) }
    guard let shape = Shape(checking: dimensions) else { throw .extents(dimensions) }
    let elements = byteCount / type.size
    guard offset >= 0 else { throw .negative }
    guard shape.count > 0 else { return (shape, [Int](repeating: 1, count: shape.rank)) }
    // Only now are the products of the extents known to be sound and not zero.
    let strides = given ?? shape.strides
    guard strides.count == shape.rank else {
      throw .strideCount(axes: shape.rank, strides: strides.count)
    }
    var last = offset
    var reach = 0
    var isExpanded = false
    let axes = dimensions.indices.filter { dimensions[$0] > 1 }
    for axis in axes.sorted(by: { strides[$0] < strides[$1] }) {
      guard strides[axis] >= 0 else { throw .negative }
      if strides[axis] <= reach { isExpanded = true }
      let (span, tooFar) = strides[axis].multipliedReportingOverflow(by: dimensions[axis] - 1)
      let (end, beyond) = last.addingReportingOverflow(span)
      guard !tooFar, !beyond, end < elements else { throw .outside(elements: elements) }
      last = end
      reach += span
    }
    guard last < elements else { throw .outside(elements: elements) }
    guard !isExpanded || shape.count <= Self.expandedLimit else {
      throw .expanded(elements: shape.count)
    }
    return (shape, strides)
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
    isBigEndian = false
    isNegated = false
  }

  /// True if the elements lie row-major without gaps.
  private var isContiguous: Bool {
    shape.dimensions.indices.allSatisfy { shape[$0] <= 1 || strides[$0] == shape.strides[$0] }
  }

  /// The elements converted to float32 (nearest), row-major.
  package func tensor() -> HostTensor {
    let elements = floats()
    return HostTensor(shape, isNegated ? elements.map { -$0 } : elements)
  }

  /// The first whole number that float32 does not hold exactly, as text; nil if there is none.
  package func inexactInteger() -> String? {
    func first<Integer: FixedWidthInteger & BitwiseCopyable>(_ type: Integer.Type) -> String? {
      gathered(as: type) { $0 }.first { Integer(exactly: Float($0)) != $0 }.map { "\($0)" }
    }
    return switch type {
    case .int64: first(Int64.self)
    case .uint64: first(UInt64.self)
    case .int32: first(Int32.self)
    case .uint32: first(UInt32.self)
    default: nil
    }
  }

  private func floats() -> [Float] {
    switch type {
    case .float32: gathered(as: UInt32.self) { Float(bitPattern: $0) }
    case .float64: gathered(as: UInt64.self) { Float(Double(bitPattern: $0)) }
    case .float8E4M3: gathered(as: UInt8.self) { Float(e4m3: $0) }
    case .float8E5M2:
      // A binary16 without its lower byte.
      gathered(as: UInt8.self) { Float(Float16(bitPattern: UInt16($0) << 8)) }
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
    case .uint64:
      inexactSigned ? nil : gathered(as: UInt64.self) { Int64(truncatingIfNeeded: $0) }
    case .float64, .float32, .float16, .bfloat16, .float8E4M3, .float8E5M2: nil
    }
  }

  /// True if a number without a sign needs all 64 bits.
  private var inexactSigned: Bool { gathered(as: UInt64.self) { $0 >> 63 }.contains(1) }

  /// The elements, row-major, each read at whatever address it has and converted.
  private func gathered<Stored: FixedWidthInteger & BitwiseCopyable, Element>(
    as stored: Stored.Type, _ convert: (Stored) -> Element
  ) -> [Element] {
    let size = MemoryLayout<Stored>.size
    guard shape.count > 0 else { return [] }
    return bytes.withSpan { span in
      func element(_ position: Int) -> Element {
        let number = unsafe span.unsafeLoadUnaligned(fromByteOffset: position * size, as: stored)
        return convert(isBigEndian ? Stored(bigEndian: number) : Stored(littleEndian: number))
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

extension Float {
  /// A number of 4 bits of exponent and 3 of mantissa; all ones is no number.
  fileprivate init(e4m3 bits: UInt8) {
    let (exponent, mantissa) = (Int(bits >> 3 & 15), Float(bits & 7))
    let size: Float
    if bits & 0x7f == 0x7f {
      size = .nan
    } else if exponent == 0 {
      size = Float(sign: .plus, exponent: -9, significand: mantissa)
    } else {
      size = Float(sign: .plus, exponent: exponent - 7, significand: 1 + mantissa / 8)
    }
    self = bits & 0x80 == 0 ? size : -size
  }
}
