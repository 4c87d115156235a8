internal import CTGONNX
internal import TGProtobuf
package import TGTensor

extension MessageType {
  /// The type of the whole file, generated from spec/onnx.proto.
  static var onnx: MessageType {
    guard let descriptor = unsafe tg_onnx_descriptor() else {
      preconditionFailure("the generated code has a descriptor")
    }
    return unsafe MessageType(generated: descriptor)
  }
}

extension ONNXModel {
  /// The most bytes that nodes, names and types of a file may take.
  package static let memoryLimit = 512 << 20

  /// Reads a network; weights stay in the file until they are asked for.
  ///
  /// - Throws: `ONNXError` for bytes that are no ONNX file, or need too much memory.
  package init(
    decoding file: ByteRegion, memory: Int = ONNXModel.memoryLimit
  ) throws(ONNXError) {
    let scan = try ONNXScan(file, memory: memory)
    guard let record = MessageType.onnx.unpack(scan.head) else {
      throw ONNXError(fault: .memory(limit: memory))
    }
    let decoder = ONNXDecoder(contents: scan.contents)
    guard let graph = record.message("graph") else { throw ONNXError(fault: .noGraph) }
    self.init()
    irVersion = record.number("ir_version")
    producer = record.string("producer_name")
    producerVersion = record.string("producer_version")
    documentation = record.string("doc_string")
    operatorSets = record.messages("opset_import").map {
      ($0.string("domain"), $0.number("version"))
    }
    metadata = record.messages("metadata_props").map { ($0.string("key"), $0.string("value")) }
    ownOperators = record.messages("functions").map { $0.string("name") }
    self.graph = decoder.graph(graph)
  }

  /// True if bytes begin as those of an ONNX file: the version of the format, and a network or the
  /// operators that it is of. What lies behind is not looked at.
  package static func begins(_ file: ByteRegion) -> Bool {
    var position = 0
    var (hasVersion, hasNetwork) = (false, false)
    func number() -> UInt64? {
      var value: UInt64 = 0
      for shift in stride(from: UInt64(0), to: 63, by: 7) {
        guard let byte = file.bytes(position..<position + 1)?.first else { return nil }
        position += 1
        value |= UInt64(byte & 0x7f) << shift
        if byte < 0x80 { return value }
      }
      return nil
    }
    for _ in 0..<256 where !hasVersion || !hasNetwork {
      guard let key = number(), let value = number() else { break }
      switch (key >> 3, key & 7) {
      case (1, 0) where (1..<64).contains(value): hasVersion = true
      case (7, 2), (8, 2): hasNetwork = true
      case (5, 0): break
      case (2...4, 2), (6, 2), (14, 2), (20, 2), (25...26, 2): break
      default: return false
      }
      guard key & 7 == 2 else { continue }
      guard value <= UInt64(file.count - position) else { break }
      position += Int(value)
    }
    return hasVersion && hasNetwork
  }
}

/// Makes values of an unpacked head.
private struct ONNXDecoder {
  /// Where the numbers of tensors lie.
  let contents: [ONNXTensor.Content]

  func graph(_ record: MessageRecord) -> ONNXGraph {
    var graph = ONNXGraph()
    graph.name = record.string("name")
    graph.documentation = record.string("doc_string")
    graph.nodes = record.messages("node").map(node)
    graph.initializers = record.messages("initializer").map(tensor)
    graph.sparseInitializers = record.messages("sparse_initializer").map {
      $0.message("values")?.string("name") ?? ""
    }
    graph.inputs = record.messages("input").map(value)
    graph.outputs = record.messages("output").map(value)
    graph.values = record.messages("value_info").map(value)
    return graph
  }

  private func node(_ record: MessageRecord) -> ONNXNode {
    ONNXNode(
      record.string("op_type"), record.strings("input"), record.strings("output"),
      attributes: record.messages("attribute").map(attribute), name: record.string("name"),
      domain: record.string("domain"))
  }

  private func attribute(_ record: MessageRecord) -> ONNXAttribute {
    ONNXAttribute(record.string("name"), attributeValue(record))
  }

  private func attributeValue(_ record: MessageRecord) -> ONNXAttribute.Value {
    if record.has("ref_attr_name") { return .unread("an argument of a function") }
    switch kind(of: record) {
    case 1: return .float(record.float(record.type.field(named: "f")))
    case 2: return .int(record.number("i"))
    case 3: return .string(record.bytes(record.type.field(named: "s")))
    case 4: return record.message("t").map { .tensor(tensor($0)) } ?? .unread("nothing")
    case 5, 10: return .unread("a graph")
    case 6: return .floats(record.floats(record.type.field(named: "floats")))
    case 7: return .ints(record.numbers(record.type.field(named: "ints")))
    case 8: return .strings(record.byteStrings(record.type.field(named: "strings")))
    case 9: return .unread("a list of tensors")
    case 11, 12: return .unread("a sparse tensor")
    default: return .unread("a type")
    }
  }

  /// What an attribute holds; files of the first versions do not say it.
  private func kind(of record: MessageRecord) -> Int {
    let stated = record.number("type")
    guard stated == 0 else { return stated }
    let singles: [(StaticString, Int)] = [("f", 1), ("i", 2), ("s", 3), ("t", 4), ("g", 5)]
    if let found = singles.first(where: { record.has($0.0) }) { return found.1 }
    let lists: [(StaticString, Int)] = [("floats", 6), ("ints", 7), ("strings", 8)]
    return lists.first { record.count(record.type.field(named: $0.0)) > 0 }?.1 ?? 7
  }

  private func tensor(_ record: MessageRecord) -> ONNXTensor {
    ONNXTensor(
      name: record.string("name"),
      dimensions: record.numbers(record.type.field(named: "dims")),
      type: record.number("data_type"), content: content(record))
  }

  private func content(_ record: MessageRecord) -> ONNXTensor.Content {
    let isOutside = record.number("data_location") == 1
    guard !isOutside, record.count(record.type.field(named: "external_data")) == 0 else {
      return .external
    }
    let note = record.bytes(record.type.field(named: "raw_data"))
    guard note.count == 4 else { return .none }
    return contents[note.reversed().reduce(0) { $0 << 8 | Int($1) }]
  }

  private func value(_ record: MessageRecord) -> ONNXValue {
    let tensor = record.message("type")?.message("tensor_type")
    let dimensions = tensor?.message("shape")?.messages("dim").map {
      dimension -> ONNXValue.Dimension in
      if dimension.has("dim_value") { return .number(dimension.number("dim_value")) }
      let name = dimension.string("dim_param")
      return name.isEmpty ? .unknown : .name(name)
    }
    return ONNXValue(
      record.string("name"), type: tensor?.number("elem_type") ?? 0, dimensions: dimensions)
  }
}

extension MessageRecord {
  fileprivate func has(_ name: StaticString) -> Bool { has(type.field(named: name)) }
  fileprivate func number(_ name: StaticString) -> Int { number(type.field(named: name)) }
  fileprivate func string(_ name: StaticString) -> String { string(type.field(named: name)) }
  fileprivate func strings(_ name: StaticString) -> [String] { strings(type.field(named: name)) }
  fileprivate func message(_ name: StaticString) -> MessageRecord? {
    message(type.field(named: name))
  }
  fileprivate func messages(_ name: StaticString) -> [MessageRecord] {
    messages(type.field(named: name))
  }
}
