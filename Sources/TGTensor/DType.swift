/// What the elements of a tensor are.
///
/// The raw value is the code in plan files: never reuse or renumber one.
package enum DType: Int, Hashable, Sendable, CaseIterable {
  /// IEEE 754 numbers of 32 bits: everything that is computed.
  case float32 = 0
  /// Whole numbers of 32 bits with a sign: ids, labels, lengths, numbers of rows.
  case int32 = 1
  /// Truths of one bit. Neighbours along the innermost axis share words of 16 bits, the first in the
  /// lowest bit; every row begins with a word.
  case bits = 2
  /// Numbers of 16 bits as IEEE 754 has them: weights as they are stored. What reads them makes float32 of
  /// them, which is exact.
  case float16 = 3
  /// The upper 16 bits of float32. Reserved for storage; nothing reads it.
  case bfloat16 = 4

  /// The truths in a word of `bits`.
  package static let wordBits = 16

  /// The bits of an element.
  package var bitWidth: Int {
    switch self {
    case .float32, .int32: 32
    case .bits: 1
    case .float16, .bfloat16: 16
    }
  }

  /// The elements that share an address: a row begins with the first of them.
  package var granule: Int { self == .bits ? Self.wordBits : 1 }

  /// The bytes of a granule.
  package var granuleBytes: Int { granule * bitWidth / 8 }

  /// True if tensors are computed in this type.
  package var isComputed: Bool { self != .float16 && self != .bfloat16 }

  /// True if weights may be stored in this type.
  package var isStored: Bool { self != .bfloat16 }

  /// The bytes of so many elements, whole granules; nil if the number does not fit.
  package func bytes(of count: Int) -> Int? {
    let (padded, overflow) = count.addingReportingOverflow(granule - 1)
    guard count >= 0, !overflow else { return nil }
    let granules = padded / granule
    let (bytes, tooMany) = granules.multipliedReportingOverflow(by: granuleBytes)
    return tooMany ? nil : bytes
  }
}

/// Types that a view may have. An enumeration and no array: the runtime asks for it for each view
/// of each instruction.
package enum DTypes: Sendable {
  /// Only that type.
  case float32, int32, bits
  /// `float32`, or `float16` as weights are stored.
  case stored
  /// `float32` or `int32`.
  case numbers
  /// `float32`, `int32` or `bits`.
  case any

  /// True if a type is one of them.
  package func contains(_ dtype: DType) -> Bool {
    switch dtype {
    case .float32: self != .int32 && self != .bits
    case .int32: self == .int32 || self == .numbers || self == .any
    case .bits: self == .bits || self == .any
    case .float16: self == .stored
    case .bfloat16: false
    }
  }

  /// The types, by their codes.
  package var list: [DType] { DType.allCases.filter { contains($0) } }
}

extension DType: CustomStringConvertible {
  /// The name in listings, IR text and JSON.
  package var description: String {
    switch self {
    case .float32: "float32"
    case .int32: "int32"
    case .bits: "bits"
    case .float16: "float16"
    case .bfloat16: "bfloat16"
    }
  }
}

/// The type of a tensor: what its elements are, and its extents.
package struct TensorType: Hashable, Sendable {
  /// What the elements are.
  package var dtype: DType
  /// The extents, outermost first.
  package var shape: Shape

  /// Joins the two.
  package init(_ dtype: DType, _ shape: Shape) {
    self.dtype = dtype
    self.shape = shape
  }

  /// The strides in memory of its own, row-major, in elements: rows of `bits` are padded to words.
  package var strides: [Int] { stored.strides }

  /// The elements that memory of its own has, padding included.
  package var storedCount: Int { stored.count }

  private var stored: Shape {
    let granule = dtype.granule
    guard granule > 1, let last = shape.dimensions.last else { return shape }
    return Shape(shape.dimensions.dropLast() + [(last + granule - 1) / granule * granule])
  }
}

extension TensorType: CustomStringConvertible {
  /// The extents in brackets, after the name of what is not float32: `[1, 8]`, `int32[1, 25]`.
  package var description: String { dtype == .float32 ? "\(shape)" : "\(dtype)\(shape)" }
}
