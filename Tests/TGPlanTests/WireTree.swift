import TGPlan
import TGProtobuf

/// A message taken apart into its fields, to be damaged and put together again.
struct WireTree: Equatable {
  /// A field with what it holds.
  struct Field: Equatable {
    var number: UInt32
    var content: Content
  }

  /// What a field holds.
  enum Content: Equatable {
    case number(UInt64)
    case word([UInt8])
    case bytes([UInt8])
    case message(WireTree)
  }

  /// The type in the schema.
  var name: String
  var fields: [Field] = []

  /// Takes a sound message apart.
  init(_ bytes: [UInt8], as type: MessageType = .plan) {
    name = type.name
    var rest = bytes[...]
    while !rest.isEmpty {
      let key = WireTree.varint(&rest)
      let number = UInt32(key >> 3)
      let content: Content
      switch key & 7 {
      case 0: content = .number(WireTree.varint(&rest))
      case 5:
        content = .word(Array(rest.prefix(4)))
        rest = rest.dropFirst(4)
      default:
        let length = Int(WireTree.varint(&rest))
        let inner = Array(rest.prefix(length))
        rest = rest.dropFirst(length)
        let field = type.field(numbered: number)
        content =
          field?.kind == .message
          ? .message(WireTree(inner, as: field!.message)) : .bytes(inner)
      }
      fields.append(Field(number: number, content: content))
    }
  }

  private static func varint(_ rest: inout ArraySlice<UInt8>) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while let byte = rest.popFirst() {
      value |= UInt64(byte & 0x7F) << shift
      shift += 7
      if byte < 0x80 { break }
    }
    return value
  }

  /// A number as a varint.
  static func varint(_ value: UInt64) -> [UInt8] {
    var rest = value
    var bytes: [UInt8] = []
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  /// The message as bytes.
  var bytes: [UInt8] {
    var result: [UInt8] = []
    for field in fields {
      let key = UInt64(field.number) << 3
      switch field.content {
      case .number(let value): result += WireTree.varint(key) + WireTree.varint(value)
      case .word(let bytes): result += WireTree.varint(key | 5) + bytes
      case .bytes(let bytes): result += WireTree.chunk(field.number, bytes)
      case .message(let tree): result += WireTree.chunk(field.number, tree.bytes)
      }
    }
    return result
  }

  /// A length-delimited field.
  static func chunk(_ number: UInt32, _ bytes: [UInt8]) -> [UInt8] {
    varint(UInt64(number) << 3 | 2) + varint(UInt64(bytes.count)) + bytes
  }

  /// Every message of the tree with its type, this one first.
  func walk(_ type: MessageType = .plan, _ visit: (WireTree, MessageType) -> Void) {
    visit(self, type)
    for field in fields {
      if case .message(let tree) = field.content {
        tree.walk(type.field(numbered: field.number)!.message, visit)
      }
    }
  }

  /// The trees that differ from this one by one change to one message's fields.
  func variants(
    _ type: MessageType = .plan, _ change: (Field, MessageType) -> [Field]?
  ) -> [(tree: WireTree, type: MessageType, field: Field)] {
    var result: [(tree: WireTree, type: MessageType, field: Field)] = []
    for (index, field) in fields.enumerated() {
      if let replacement = change(field, type) {
        var copy = self
        copy.fields.replaceSubrange(index...index, with: replacement)
        result.append((copy, type, field))
      }
      guard case .message(let tree) = field.content else { continue }
      for inner in tree.variants(type.field(numbered: field.number)!.message, change) {
        var copy = self
        copy.fields[index].content = .message(inner.tree)
        result.append((copy, inner.type, inner.field))
      }
    }
    return result
  }
}
