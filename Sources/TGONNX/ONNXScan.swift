internal import TGProtobuf
internal import TGTensor

/// A walk over the bytes of an ONNX file before protobuf-c unpacks them.
///
/// It follows the generated descriptors with a stack of its own and writes the *head*: the same message
/// with what the schema declares, without the numbers of tensors. Of these it notes where they lie; the
/// head has the number of the note in their place (four bytes of `raw_data`). So hundreds of megabytes
/// of weights are neither copied nor unpacked.
struct ONNXScan {
  /// The message without the numbers of tensors, as protobuf-c may unpack it.
  private(set) var head: [UInt8] = []
  /// Where the numbers of tensors lie.
  private(set) var contents: [ONNXTensor.Content] = []

  /// A message that has begun and not ended.
  private struct Frame {
    let type: MessageType
    let end: Int
    /// Where in the head its length stands; nil for the outermost.
    var length: Int?
    /// One bit per field that has been met.
    var seen: UInt64 = 0
    /// What was noted of a tensor.
    var content: ONNXTensor.Content?
  }

  /// What an element of a list or a message costs beyond its bytes, unpacked and as a value.
  private static let allocation = 160
  private static let number = 32
  /// Lengths in the head have five bytes, so that they can be filled in afterwards.
  private static let lengthBytes = 5
  private static let windowBytes = 1 << 16

  private let file: ByteRegion
  private let memoryLimit: Int
  private var memory = 0
  private var position = 0
  private var frames: [Frame]
  private var field: FieldType?
  private var window: [UInt8] = []
  private var windowStart = 0

  /// Walks over all bytes.
  ///
  /// - Parameter memory: the most bytes that the head may take, unpacked and as values.
  /// - Throws: `ONNXError` at the first byte that does not fit the schema or the memory.
  init(_ file: ByteRegion, memory: Int) throws(ONNXError) {
    self.file = file
    memoryLimit = memory
    frames = [Frame(type: .onnx, end: file.count)]
    while try step() {
      guard self.memory + head.count <= memory else {
        throw ONNXError(fault: .memory(limit: memory))
      }
    }
  }

  private var frame: Frame { frames[frames.count - 1] }

  private func failure(_ fault: ONNXError.Fault, at offset: Int? = nil) -> ONNXError {
    ONNXError(
      fault: fault, message: frame.type.name, field: field?.name, offset: offset ?? position)
  }

  /// Reads one field; false when all has been read.
  private mutating func step() throws(ONNXError) -> Bool {
    while position == frame.end {
      finish()
      if frames.isEmpty { return false }
    }
    let start = position
    field = nil
    let key = try varint()
    let wire = Int(key & 7)
    guard let number = UInt32(exactly: key >> 3), number > 0 else {
      throw failure(.wireType(wire), at: start)
    }
    guard let field = frame.type.field(numbered: number) else {
      position = try end(ofValue: wire)
      return true
    }
    self.field = field
    let bit = UInt64(1) << UInt64(field.index)
    guard field.label == .repeated || frame.seen & bit == 0 else {
      throw failure(.duplicate, at: start)
    }
    frames[frames.count - 1].seen |= bit
    let isList = field.label == .repeated && wire == 2
    guard wire == field.wireType || isList && field.isNumber else {
      throw failure(.wireType(wire), at: start)
    }
    try value(of: field, wire: wire)
    return true
  }

  private mutating func value(of field: FieldType, wire: Int) throws(ONNXError) {
    if field.kind == .message {
      let end = try end(ofValue: 2)
      memory += Self.allocation + 2 * field.message.size
      put(key: field, wire: 2)
      let length = head.count
      head += [UInt8](repeating: 0, count: Self.lengthBytes)
      frames.append(Frame(type: field.message, end: end, length: length))
      self.field = nil
      return
    }
    let valueStart = position
    let end = try end(ofValue: wire)
    // Where the value itself begins: behind its length.
    let start = wire == 2 ? position : valueStart
    if frame.type.isTensor, field.isPacked || field.name == "raw_data" {
      try note(start..<end, of: field)
    } else if field.kind == .bytes, field.label != .repeated, field.name == "g" {
      put(key: field, wire: 2)
      head.append(0)
    } else if field.name != "string_data" {
      try copy(start..<end, of: field, wire: wire)
    }
    position = end
  }

  /// Copies a value into the head, with its key.
  private mutating func copy(
    _ range: Range<Int>, of field: FieldType, wire: Int
  ) throws(ONNXError) {
    memory += Self.allocation + 2 * range.count
    guard memory <= memoryLimit else { throw ONNXError(fault: .memory(limit: memoryLimit)) }
    let bytes = file.bytes(range) ?? []
    if field.kind == .string {
      guard !bytes.contains(0), String(validating: bytes, as: UTF8.self) != nil else {
        throw failure(.text)
      }
    }
    if wire == 2, field.isNumber {
      memory += Self.number * range.count
      try demandNumbers(range, of: field)
    }
    put(key: field, wire: wire)
    if wire == 2 { put(UInt64(bytes.count)) }
    head += bytes
  }

  /// Refuses a packed list that does not end with a number.
  private mutating func demandNumbers(
    _ range: Range<Int>, of field: FieldType
  ) throws(ONNXError) {
    let size = field.wireType == 5 ? 4 : field.wireType == 1 ? 8 : 0
    guard size == 0 else {
      guard range.count % size == 0 else { throw failure(.truncated) }
      return
    }
    position = range.lowerBound
    while position < range.upperBound { _ = try varint(before: range.upperBound) }
  }

  /// Notes where numbers of the tensor lie whose message is read.
  private mutating func note(_ range: Range<Int>, of field: FieldType) throws(ONNXError) {
    guard let region = file.region(range) else { throw failure(.truncated) }
    memory += Self.number
    let number = Int(field.number)
    switch frame.content {
    case nil where field.name == "raw_data": frames[frames.count - 1].content = .raw(region)
    case nil: frames[frames.count - 1].content = .list(field: number, [region])
    case .list(number, var pieces):
      memory += Self.allocation
      frames[frames.count - 1].content = nil
      pieces.append(region)
      frames[frames.count - 1].content = .list(field: number, pieces)
    default: throw failure(.duplicate)
    }
  }

  /// Ends the innermost message.
  private mutating func finish() {
    let frame = frames.removeLast()
    if let content = frame.content {
      put(key: frame.type.field(named: "raw_data"), wire: 2)
      put(4)
      head += (0..<4).map { UInt8(truncatingIfNeeded: contents.count >> (8 * $0)) }
      contents.append(content)
    }
    guard let start = frame.length else { return }
    let length = head.count - start - Self.lengthBytes
    for index in 0..<Self.lengthBytes {
      let more: UInt8 = index < Self.lengthBytes - 1 ? 0x80 : 0
      head[start + index] = UInt8(length >> (7 * index) & 0x7f) | more
    }
  }

  private mutating func put(key field: FieldType, wire: Int) {
    put(UInt64(field.number) << 3 | UInt64(wire))
  }

  private mutating func put(_ number: UInt64) {
    var rest = number
    while rest >= 0x80 {
      head.append(UInt8(rest & 0x7f) | 0x80)
      rest >>= 7
    }
    head.append(UInt8(rest))
  }

  // MARK: Bytes

  /// Where a value ends that begins here; of one with a length, the length is read.
  private mutating func end(ofValue wire: Int) throws(ONNXError) -> Int {
    switch wire {
    case 0:
      let start = position
      _ = try varint()
      defer { position = start }
      return position
    case 1: return try position(after: 8)
    case 2:
      guard let length = Int(exactly: try varint()) else { throw failure(.truncated) }
      return try position(after: length)
    case 5: return try position(after: 4)
    default: throw failure(.wireType(wire))
    }
  }

  private func position(after count: Int) throws(ONNXError) -> Int {
    guard count <= frame.end - position else { throw failure(.truncated) }
    return position + count
  }

  private mutating func varint(before limit: Int? = nil) throws(ONNXError) -> UInt64 {
    let end = limit ?? frame.end
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), through: 63, by: 7) {
      guard position < end else { throw failure(.truncated) }
      let byte = next()
      guard shift < 63 || byte <= 1 else { throw failure(.oversizedNumber) }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw failure(.oversizedNumber)
  }

  /// The byte at the position, which is inside the file.
  private mutating func next() -> UInt8 {
    if position < windowStart || position >= windowStart + window.count {
      windowStart = position
      window = file.bytes(position..<min(position + Self.windowBytes, file.count)) ?? []
    }
    defer { position += 1 }
    return window[position - windowStart]
  }
}

extension FieldType {
  /// The kind of a field on the wire, of a single value.
  fileprivate var wireType: Int {
    switch kind {
    case .integer, .signed, .integer32, .unsigned, .boolean, .choice: 0
    case .double: 1
    case .float: 5
    case .string, .bytes, .message: 2
    }
  }

  /// True for numbers, of which lists may be in one piece.
  fileprivate var isNumber: Bool { wireType != 2 }
}

extension MessageType {
  /// True for the message of a tensor, whose numbers stay in the file.
  fileprivate var isTensor: Bool { name == "Tensor" }
}
