/// The types of elements that files of tensors hold; everything is computed in float32.
package enum StoredType: String, Hashable, Sendable, CaseIterable {
  /// IEEE 754 binary64.
  case float64
  /// IEEE 754 binary32.
  case float32
  /// IEEE 754 binary16.
  case float16
  /// The upper half of a binary32.
  case bfloat16
  /// One byte: 4 bits of exponent, 3 of mantissa, no infinity.
  case float8E4M3 = "float8_e4m3fn"
  /// One byte: 5 bits of exponent, 2 of mantissa.
  case float8E5M2 = "float8_e5m2"
  /// Whole numbers with a sign.
  case int64, int32, int16, int8
  /// Whole numbers without a sign.
  case uint64, uint32, uint16, uint8
  /// One byte, 0 or 1.
  case bool

  /// The bytes of one element.
  package var size: Int {
    switch self {
    case .float64, .int64, .uint64: 8
    case .float32, .int32, .uint32: 4
    case .float16, .bfloat16, .int16, .uint16: 2
    case .float8E4M3, .float8E5M2, .int8, .uint8, .bool: 1
    }
  }

  /// True for numbers that may have a fraction.
  package var hasFraction: Bool {
    switch self {
    case .float64, .float32, .float16, .bfloat16, .float8E4M3, .float8E5M2: true
    case .int64, .int32, .int16, .int8, .uint64, .uint32, .uint16, .uint8, .bool: false
    }
  }
}

extension StoredType: CustomStringConvertible {
  /// The name that PyTorch and NumPy use: `float32`.
  package var description: String { rawValue }
}
