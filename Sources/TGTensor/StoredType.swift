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
    case .int8, .uint8, .bool: 1
    }
  }
}

extension StoredType: CustomStringConvertible {
  /// The name that PyTorch and NumPy use: `float32`.
  package var description: String { rawValue }
}
