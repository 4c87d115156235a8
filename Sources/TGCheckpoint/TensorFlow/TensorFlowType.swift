import TGTensor

/// An element type of TensorFlow (`DataType` of its `types.proto`), also of those that are not read.
struct TensorFlowType: Hashable, Sendable {
  /// The number in files.
  let number: UInt64
  /// The name as TensorFlow prints it; `type 99` for a number that is not known.
  let name: String
  /// The type as we read it; nil if we do not.
  let stored: StoredType?
  /// The bytes of an element; nil if they differ or are unknown.
  let size: Int?

  /// The type of a number.
  init(_ number: UInt64) {
    let known = Self.names[number]
    self.number = number
    name = known ?? "number \(number)"
    stored = known.flatMap { StoredType(rawValue: $0) }
    size = stored?.size ?? Self.unreadSizes[number]
  }

  private static let names: [UInt64: String] = [
    1: "float32", 2: "float64", 3: "int32", 4: "uint8", 5: "int16", 6: "int8", 7: "string",
    8: "complex64", 9: "int64", 10: "bool", 11: "qint8", 12: "quint8", 13: "qint32",
    14: "bfloat16", 15: "qint16", 16: "quint16", 17: "uint16", 18: "complex128", 19: "float16",
    20: "resource", 21: "variant", 22: "uint32", 23: "uint64", 24: "float8_e5m2",
    25: "float8_e4m3fn", 26: "float8_e4m3fnuz", 27: "float8_e4m3b11fnuz", 28: "float8_e5m2fnuz",
    29: "int4", 30: "uint4", 31: "int2", 32: "uint2", 33: "float4_e2m1fn",
  ]

  /// The bytes of an element of types that are not read.
  private static let unreadSizes: [UInt64: Int] = [
    8: 8, 11: 1, 12: 1, 13: 4, 15: 2, 16: 2, 18: 16, 26: 1, 27: 1, 28: 1,
  ]
}
