package import TGTensor

/// The safetensors format: the length of a JSON head, the head, the bytes.
///
/// The head is read strictly: no duplicate keys, ranges that cover the bytes without hole or
/// overlap, extents whose product is checked.
package enum Safetensors {
  /// The longest head that is read, in bytes.
  static let headLimit = 32 << 20

  /// True if the bytes begin as a safetensors file does: a length and a brace.
  package static func begins(_ file: ByteRegion) -> Bool {
    let head = file.prefix(9)
    return head.count == 9 && head[8] == UInt8(ascii: "{") && head[5..<8].allSatisfy { $0 == 0 }
  }

  /// Names and elements in the order of the head.
  static func read(
    _ file: ByteRegion
  ) throws(CheckpointFault) -> [(name: String, elements: StoredElements)] {
    do { return try entries(file) } catch { throw .safetensors(error) }
  }

  /// The members of the head, and the bytes after it.
  private static func head(
    _ file: ByteRegion
  ) throws(SafetensorsFault) -> (members: [JSON.Member], data: ByteRegion) {
    let length = file.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard file.count >= 8, length > 0, length <= UInt64(headLimit),
      let text = file.bytes(8..<8 + min(Int(length), file.count - 8)), text.count == Int(length),
      let data = file.region(8 + Int(length)..<file.count)
    else { throw .headLength(length) }
    let head: JSON
    do { head = try JSON(parsing: text, depth: 8) } catch { throw .json(error) }
    guard case .object(let members) = head else { throw .entry(name: "", "is not an object") }
    return (members, data)
  }

  private static func entries(
    _ file: ByteRegion
  ) throws(SafetensorsFault) -> [(name: String, elements: StoredElements)] {
    let (members, data) = try head(file)
    var result: [(name: String, elements: StoredElements)] = []
    var ranges: [Range<Int>] = []
    for member in members {
      if member.name == "__metadata__" {
        try checkMetadata(member.value)
        continue
      }
      let (elements, range) = try entry(member, data)
      result.append((member.name, elements))
      ranges.append(range)
    }
    var end = 0
    for range in ranges.sorted(by: {
      ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound)
    }) {
      guard range.lowerBound == end else {
        throw .ranges(range.lowerBound > end ? "leave a hole" : "overlap")
      }
      end = range.upperBound
    }
    guard end == data.count else { throw .ranges("do not end with the file") }
    return result
  }

  /// The texts that a file carries besides tensors; empty if there are none.
  ///
  /// - Throws: `CheckpointFault.safetensors`.
  package static func metadata(
    of file: ByteRegion
  ) throws(CheckpointFault) -> [String: String] {
    do {
      var texts: [String: String] = [:]
      for member in try head(file).members where member.name == "__metadata__" {
        try checkMetadata(member.value)
        guard case .object(let pairs) = member.value else { continue }
        for pair in pairs { if case .string(let text) = pair.value { texts[pair.name] = text } }
      }
      return texts
    } catch { throw .safetensors(error) }
  }

  private static func checkMetadata(_ value: JSON) throws(SafetensorsFault) {
    guard case .object(let members) = value,
      members.allSatisfy({ if case .string = $0.value { true } else { false } })
    else { throw .entry(name: "__metadata__", "is not a map of strings") }
  }

  private static func entry(
    _ member: JSON.Member, _ data: ByteRegion
  ) throws(SafetensorsFault) -> (StoredElements, Range<Int>) {
    let name = member.name
    guard case .object(let fields) = member.value, fields.count == 3,
      case .string(let typeName) = member.value["dtype"],
      case .array(let extents) = member.value["shape"],
      case .array(let offsets) = member.value["data_offsets"]
    else { throw .entry(name: name, "does not have exactly dtype, shape and data_offsets") }
    guard let type = types[typeName] else { throw .type(name: name, typeName) }
    guard let dimensions = integers(extents), let shape = Shape(checking: dimensions) else {
      throw .entry(name: name, "has an impossible shape")
    }
    guard let bounds = integers(offsets), bounds.count == 2, bounds[0] <= bounds[1],
      let region = data.region(bounds[0]..<bounds[1])
    else { throw .entry(name: name, "has impossible data_offsets") }
    let (size, overflow) = shape.count.multipliedReportingOverflow(by: type.size)
    guard !overflow, size == region.count else {
      throw .entry(name: name, "has data_offsets that do not fit its shape")
    }
    do {
      return (
        try StoredElements(region, type: type, dimensions: dimensions), bounds[0]..<bounds[1]
      )
    } catch { throw .entry(name: name, "has an impossible shape") }
  }

  private static func integers(_ items: [JSON]) -> [Int]? {
    var result: [Int] = []
    for item in items {
      guard case .integer(let value) = item, value >= 0 else { return nil }
      result.append(value)
    }
    return result
  }

  /// The names of the element types.
  static let types: [String: StoredType] = [
    "F64": .float64, "F32": .float32, "F16": .float16, "BF16": .bfloat16, "I64": .int64,
    "I32": .int32, "I16": .int16, "I8": .int8, "U64": .uint64, "U32": .uint32, "U16": .uint16,
    "U8": .uint8, "BOOL": .bool,
  ]
}
