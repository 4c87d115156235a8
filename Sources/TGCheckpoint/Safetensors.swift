package import TGTensor

/// The safetensors format: the length of a JSON head, the head, the bytes.
///
/// The head is read strictly: ranges that cover the bytes without hole or overlap, extents whose
/// product is checked. It is read entry by entry and stays in the file.
package enum Safetensors {
  /// The longest head that is read, in bytes.
  static let headLimit = 128 << 20
  /// The longest entry of a head, in bytes: a name, or what stands behind it.
  static let entryLimit = 1 << 16
  /// The longest text of the metadata, in bytes.
  static let textLimit = 16 << 20

  /// True if the bytes begin as a safetensors file does: a length and a brace.
  package static func begins(_ file: ByteRegion) -> Bool {
    let head = file.prefix(9)
    return head.count == 9 && head[8] == UInt8(ascii: "{") && head[5..<8].allSatisfy { $0 == 0 }
  }

  /// Lists the tensors in a table, in the order of the head.
  static func collect(
    _ file: ByteRegion, into builder: inout EntryTableBuilder
  ) throws(CheckpointFault) {
    let source = try SafetensorsSource(file)
    let number = builder.add(source)
    var ranges: [Range<Int>] = []
    try source.walk { (name, value) throws(CheckpointFault) in
      ranges.append(try source.entry(at: value, name: source.string(at: name)).range)
      try builder.add(
        EntryTable.Row(folder: 0, part: UInt32(name), source: number, value: UInt32(value)),
        isTensor: true)
    }
    ranges.sort { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }
    var end = 0
    for range in ranges {
      guard range.lowerBound == end else {
        throw .safetensors(.ranges(range.lowerBound > end ? "leave a hole" : "overlap"))
      }
      end = range.upperBound
    }
    guard end == source.data.count else {
      throw .safetensors(.ranges("do not end with the file"))
    }
  }

  /// The texts that a file carries besides tensors; empty if there are none.
  ///
  /// - Throws: `CheckpointFault.safetensors`.
  package static func metadata(
    of file: ByteRegion
  ) throws(CheckpointFault) -> [String: String] {
    try SafetensorsSource(file).metadata()
  }
}

/// The tensors of a safetensors file. Parts and values are offsets in the head: of a name, and of what
/// stands behind it.
struct SafetensorsSource: EntrySource {
  private let head: ByteRegion
  let data: ByteRegion

  init(_ file: ByteRegion) throws(CheckpointFault) {
    let length = file.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard file.count >= 8, length > 0, length <= UInt64(Safetensors.headLimit),
      let head = file.region(8..<8 + min(Int(length), file.count - 8)), head.count == Int(length),
      let data = file.region(8 + Int(length)..<file.count)
    else { throw .safetensors(.headLength(length)) }
    self.head = head
    self.data = data
  }

  // MARK: The head

  /// Gives the offsets of each name and of its value to a closure; `__metadata__` is only checked.
  func walk(
    _ body: (_ name: Int, _ value: Int) throws(CheckpointFault) -> Void
  ) throws(CheckpointFault) {
    var scanner = JSONScanner(head)
    var hasMetadata = false
    try scanner.object { (scanner, name) throws(CheckpointFault) in
      let value = scanner.position
      guard try isMetadata(name) else {
        try scanner.value(limit: Safetensors.entryLimit)
        try body(name.lowerBound, value)
        return
      }
      guard !hasMetadata else {
        throw .safetensors(.entry(name: "__metadata__", "occurs twice"))
      }
      hasMetadata = true
      try texts(&scanner) { (_, _) in }
    }
    try scanner.end()
  }

  private func isMetadata(_ name: Range<Int>) throws(CheckpointFault) -> Bool {
    guard name.count == 14 else { return false }
    return try string(at: name.lowerBound) == "__metadata__"
  }

  /// Metadata are a map of texts, or `null`.
  private func texts(
    _ scanner: inout JSONScanner, _ body: (String, String) -> Void
  ) throws(CheckpointFault) {
    if try scanner.acceptNull() { return }
    try scanner.object { (scanner, name) throws(CheckpointFault) in
      guard scanner.beginsString() else {
        throw .safetensors(.entry(name: "__metadata__", "is not a map of strings"))
      }
      let start = scanner.position
      try scanner.value(limit: Safetensors.textLimit)
      body(try string(at: name.lowerBound), try string(at: start))
    }
  }

  /// The texts of the metadata.
  func metadata() throws(CheckpointFault) -> [String: String] {
    var result: [String: String] = [:]
    var scanner = JSONScanner(head)
    try scanner.object { (scanner, name) throws(CheckpointFault) in
      if try isMetadata(name) {
        try texts(&scanner) { result[$0] = $1 }
      } else {
        try scanner.value(limit: Safetensors.entryLimit)
      }
    }
    return result
  }

  /// The string that begins at an offset of the head.
  func string(at offset: Int) throws(CheckpointFault) -> String {
    // Names are short and have no escapes.
    let near = head.bytes(offset..<min(offset + 256, head.count)) ?? []
    if let end = near.dropFirst().firstIndex(where: { $0 == 0x22 || $0 == 0x5c || $0 < 0x20 }),
      near[end] == 0x22, let text = String(validating: near[1..<end], as: UTF8.self)
    {
      return text
    }
    var scanner = JSONScanner(head, at: offset, window: 256)
    try scanner.value(limit: Safetensors.textLimit)
    guard case .string(let text) = try json(offset..<scanner.position) else {
      throw .safetensors(.entry(name: "", "has no name"))
    }
    return text
  }

  private func json(_ range: Range<Int>) throws(CheckpointFault) -> JSON {
    do { return try JSON(parsing: head.bytes(range) ?? [], depth: 4) } catch {
      throw .safetensors(
        .json(JSONError(offset: range.lowerBound + error.offset, fault: error.fault)))
    }
  }

  // MARK: Tensors

  /// What stands behind a name, checked against the data.
  func entry(
    at offset: Int, name: String
  ) throws(CheckpointFault) -> (type: TorchType, dimensions: [Int], range: Range<Int>) {
    var scanner = JSONScanner(head, at: offset, window: 256)
    try scanner.value(limit: Safetensors.entryLimit)
    let value = try json(offset..<scanner.position)
    guard case .object(let fields) = value, fields.count == 3,
      case .string(let typeName) = value["dtype"], case .array(let extents) = value["shape"],
      case .array(let offsets) = value["data_offsets"]
    else {
      throw .safetensors(.entry(name: name, "does not have exactly dtype, shape and data_offsets"))
    }
    guard let dimensions = integers(extents), dimensions.count <= 64,
      let shape = Shape(checking: dimensions)
    else { throw .safetensors(.entry(name: name, "has an impossible shape")) }
    guard let bounds = integers(offsets), bounds.count == 2, bounds[0] <= bounds[1],
      bounds[1] <= data.count
    else { throw .safetensors(.entry(name: name, "has impossible data_offsets")) }
    let range = bounds[0]..<bounds[1]
    let type = Self.types[typeName].flatMap { TorchType(name: $0) } ?? TorchType(storage: typeName)
    if let size = type.size, Self.types[typeName] != nil {
      let (bytes, overflow) = shape.count.multipliedReportingOverflow(by: size)
      guard !overflow, bytes == range.count else {
        throw .safetensors(.entry(name: name, "has data_offsets that do not fit its shape"))
      }
    }
    return (type, dimensions, range)
  }

  private func integers(_ items: [JSON]) -> [Int]? {
    var result: [Int] = []
    for item in items {
      guard case .integer(let value) = item, value >= 0 else { return nil }
      result.append(value)
    }
    return result
  }

  /// The names of the element types whose elements are whole bytes.
  private static let types: [String: String] = [
    "F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16", "I64": "int64",
    "I32": "int32", "I16": "int16", "I8": "int8", "U64": "uint64", "U32": "uint32",
    "U16": "uint16", "U8": "uint8", "BOOL": "bool", "F8_E4M3": "float8_e4m3fn",
    "F8_E5M2": "float8_e5m2", "F8_E8M0": "float8_e8m0fnu", "F8_E4M3FNUZ": "float8_e4m3fnuz",
    "F8_E5M2FNUZ": "float8_e5m2fnuz", "C64": "complex64",
  ]

  // MARK: The source

  func part(_ part: UInt32) -> String { (try? string(at: Int(part))) ?? "" }

  func form(_ value: UInt32, name: String) throws(CheckpointFault) -> Checkpoint.Form {
    let entry = try entry(at: Int(value), name: name)
    guard let type = entry.type.stored else {
      return .unread("a tensor of type \(entry.type.name)", entry.dimensions)
    }
    return Checkpoint.Form(shape: Shape(entry.dimensions), kind: .numbers(type))
  }

  func elements(_ value: UInt32, name: String) throws(CheckpointFault) -> StoredElements {
    let entry = try entry(at: Int(value), name: name)
    guard let type = entry.type.stored, let region = data.region(entry.range) else {
      throw .unread(name: name, "a tensor of type \(entry.type.name)")
    }
    do {
      return try StoredElements(region, type: type, dimensions: entry.dimensions)
    } catch { throw .view(name: name, error) }
  }

  func kind(_ value: UInt32) -> String { "a tensor" }
}
