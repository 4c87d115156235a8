import TGTensor

/// An element type of torch, also of those that are not read.
struct TorchType: Hashable, Sendable {
  /// The name as torch prints it, without `torch.`.
  let name: String
  /// The type as we read it; nil if we do not.
  let stored: StoredType?
  /// The bytes of an element; nil if unknown.
  let size: Int?

  private init(name: String, stored: StoredType?, size: Int?) {
    self.name = name
    self.stored = stored
    self.size = size
  }

  /// The type of a storage: `Float` of `torch.FloatStorage`.
  init(storage: String) {
    let known = Self.storages[storage] ?? storage
    self = TorchType(name: known) ?? TorchType(name: known, stored: nil, size: nil)
  }

  /// The type of a name such as `float32`; nil if torch has no such type.
  init?(name: String) {
    if let stored = StoredType(rawValue: name) {
      self.init(name: name, stored: stored, size: stored.size)
    } else if let size = Self.unread[name] {
      self.init(name: name, stored: nil, size: size)
    } else if ["int", "uint", "bits", "float4", "float6", "float8"].contains(where: {
      name.hasPrefix($0) && name.dropFirst($0.count).first.map { !$0.isLetter } ?? false
    }) {
      self.init(name: name, stored: nil, size: 1)
    } else {
      return nil
    }
  }

  /// Bytes without a type.
  static let untyped = "untyped"

  private static let storages = [
    "Double": "float64", "Float": "float32", "Half": "float16", "BFloat16": "bfloat16",
    "Long": "int64", "Int": "int32", "Short": "int16", "Char": "int8", "Byte": "uint8",
    "Bool": "bool", "ComplexHalf": "complex32", "ComplexFloat": "complex64",
    "ComplexDouble": "complex128", "QInt8": "qint8", "QUInt8": "quint8", "QInt32": "qint32",
    "QUInt4x2": "quint4x2", "QUInt2x4": "quint2x4", "Untyped": untyped, "_Untyped": untyped,
  ]

  private static let unread = [
    "complex32": 4, "complex64": 8, "complex128": 16, "qint8": 1, "quint8": 1, "qint32": 4,
    "quint4x2": 1, "quint2x4": 1, "float8_e4m3fnuz": 1, "float8_e5m2fnuz": 1,
    "float8_e8m0fnu": 1, untyped: 1, "bits16": 2,
  ]
}
