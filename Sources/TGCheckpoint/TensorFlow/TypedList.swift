import TGTensor

/// The elements in a `TensorProto`: a list in the field of their type, packed or one by one.
struct TypedList {
  private let tensor: ByteRegion
  private let type: TensorFlowType
  /// Whose elements they are, for errors.
  private let name: String
  /// The number of the field; nil for types that have none, or are not read.
  private let field: Int?

  init(_ tensor: ByteRegion, type: TensorFlowType, name: String) {
    self.tensor = tensor
    self.type = type
    self.name = name
    field = type.stored.flatMap { Self.fields[$0] }
  }

  private static let fields: [StoredType: Int] = [
    .float32: 5, .float64: 6, .int32: 7, .int16: 7, .int8: 7, .uint16: 7, .uint8: 7, .int64: 10,
    .bool: 11, .float16: 13, .bfloat16: 13, .uint32: 16, .uint64: 17,
  ]

  /// How numbers of the type are stored.
  private var kind: ProtoReader.Kind {
    switch type.stored {
    case .float32: .fixed32
    case .float64: .fixed64
    default: .varint
    }
  }

  /// How many elements there are.
  ///
  /// - Throws: `TensorFlowFault.record`.
  func count() throws(CheckpointFault) -> Int {
    var count = 0
    try walk { _ in
      count += 1
    } packed: { (bytes) throws(CheckpointFault) in
      switch kind {
      case .fixed32: count += bytes.count / 4
      case .fixed64: count += bytes.count / 8
      case .varint: try Self.numbers(bytes, or: malformed) { _ in count += 1 }
      }
    }
    return count
  }

  /// The elements as bytes, lowest first: those of the file, or made of its numbers.
  ///
  /// - Throws: `TensorFlowFault` for numbers that the type does not have, or more or fewer than `count`.
  func bytes(of type: StoredType, count: Int) throws(CheckpointFault) -> ByteRegion {
    guard try self.count() == count else {
      throw .tensorFlow(.entry(name: name, "has another number of elements than its shape"))
    }
    var result: [UInt8] = []
    var whole: ByteRegion?
    try walk { (number) throws(CheckpointFault) in
      try append(number, of: type, to: &result)
    } packed: { (bytes) throws(CheckpointFault) in
      if kind == .varint {
        try Self.numbers(bytes, or: malformed) { (number) throws(CheckpointFault) in
          try append(number, of: type, to: &result)
        }
      } else if bytes.count == count * type.size {
        whole = bytes
      } else {
        result += bytes.prefix(bytes.count)
      }
    }
    return whole ?? ByteRegion(result)
  }

  private var malformed: CheckpointFault { .tensorFlow(.record(name)) }

  /// Gives each number that stands alone, and each packed list.
  private func walk(
    _ single: (UInt64) throws(CheckpointFault) -> Void,
    packed: (ByteRegion) throws(CheckpointFault) -> Void
  ) throws(CheckpointFault) {
    var fields = ProtoReader(tensor, of: name)
    while let field = try fields.next() {
      guard field.number == self.field else { continue }
      switch field.value {
      case .number(let number, let kind):
        guard kind == self.kind else { throw malformed }
        try single(number)
      case .bytes:
        let list = try fields.message(field)
        let size = kind == .varint ? 1 : type.size ?? 1
        guard list.count % size == 0 else { throw malformed }
        try packed(list)
      }
    }
  }

  /// Gives the varints of a packed list.
  private static func numbers(
    _ list: ByteRegion, or malformed: CheckpointFault,
    _ body: (UInt64) throws(CheckpointFault) -> Void
  ) throws(CheckpointFault) {
    var reader = ByteReader(list)
    while reader.remaining > 0 {
      guard let number = reader.varint() else { throw malformed }
      try body(number)
    }
  }

  /// Adds a number in as many bytes as the type has.
  private func append(
    _ number: UInt64, of type: StoredType, to result: inout [UInt8]
  ) throws(CheckpointFault) {
    guard Self.holds(type, number) else {
      throw .tensorFlow(.entry(name: name, "has a number that is none of type \(type)"))
    }
    for byte in 0..<type.size { result.append(UInt8(truncatingIfNeeded: number >> (8 * byte))) }
  }

  /// True if a varint is a number of a type: signed ones fill all 64 bits.
  private static func holds(_ type: StoredType, _ number: UInt64) -> Bool {
    let signed = Int64(bitPattern: number)
    return switch type {
    case .int8: Int8(exactly: signed) != nil
    case .int16: Int16(exactly: signed) != nil
    case .int32: Int32(exactly: signed) != nil
    case .bool: number <= 1
    case .uint8: number <= 0xff
    case .uint16, .float16, .bfloat16: number <= 0xffff
    case .uint32, .float32: number <= 0xffff_ffff
    case .int64, .uint64, .float64: true
    case .float8E4M3, .float8E5M2: number <= 0xff
    }
  }
}
