import TGTensor

extension PickleReader {
  /// Carries out the instruction at a byte of the stream; the result is the outermost value if it was
  /// the last one.
  mutating func step(at start: Int) throws(PickleFault) -> PickleItem? {
    let code = try input.byte()
    switch code {
    case UInt8(ascii: "."):
      let root = try pop(for: "the end")
      guard isEmpty else { throw .stack("the end") }
      return root
    case 0x80:
      let version = try input.byte()
      guard version <= 5 else { throw .version(version) }
    case 0x95:
      let length = try input.unsigned(8)
      guard length <= UInt64(input.input.remaining) else { throw .truncated }
    case UInt8(ascii: "("): try mark()
    case UInt8(ascii: "0"): _ = try pop(for: "POP")
    case UInt8(ascii: "1"): _ = try popMark(for: "POP_MARK")
    case UInt8(ascii: "2"): push(try top(for: "DUP"))
    case UInt8(ascii: "N"): push(.none)
    case 0x88: push(.bool(true))
    case 0x89: push(.bool(false))
    case UInt8(ascii: "I"):
      // Protocol 0 writes booleans as the numbers `00` and `01`.
      let text = try input.shortLine("number")
      if text == "00" || text == "01" {
        push(.bool(text == "01"))
      } else {
        guard let value = Int(text) else { throw .literal("number") }
        try push(.int(value), at: start)
      }
    default:
      if let literal = try input.literal(code) {
        try push(literal, at: start)
      } else {
        try containerOrName(code)
      }
    }
    try spend(0)
    return nil
  }

  /// Containers, memo, names.
  private mutating func containerOrName(_ code: UInt8) throws(PickleFault) {
    switch code {
    case UInt8(ascii: ")"): try pushEmptyTuple()
    case UInt8(ascii: "t"): try push(.tuple, try popMark(for: "a tuple")[...])
    case 0x85...0x87: try pushTuple(Int(code) - 0x84)
    case UInt8(ascii: "]"): try push(.list, [])
    case UInt8(ascii: "l"): try push(.list, try popMark(for: "a list")[...])
    case UInt8(ascii: "a"):
      let item = try pop(for: "APPEND")
      try extend(.list, [item], for: "APPEND")
    case UInt8(ascii: "e"):
      let items = try popMark(for: "APPENDS")
      try extend(.list, items[...], for: "APPENDS")
    case UInt8(ascii: "}"): try push(.dictionary, [])
    case UInt8(ascii: "d"):
      try push(.dictionary, paired(try popMark(for: "a dictionary"))[...])
    case UInt8(ascii: "s"):
      let value = try pop(for: "SETITEM")
      let key = try pop(for: "SETITEM")
      try extend(.dictionary, [key, value], for: "SETITEM")
    case UInt8(ascii: "u"):
      let items = try paired(popMark(for: "SETITEMS"))
      try extend(.dictionary, items[...], for: "SETITEMS")
    case 0x8f: try push(.set, [])
    case 0x90:
      let items = try popMark(for: "ADDITEMS")
      try extend(.set, items[...], for: "ADDITEMS")
    case 0x91: try push(.set, try popMark(for: "a frozen set")[...])
    case UInt8(ascii: "p"): try remember(at: try input.decimal())
    case UInt8(ascii: "q"): try remember(at: Int(try input.unsigned(1)))
    case UInt8(ascii: "r"): try remember(at: Int(try input.unsigned(4)))
    case 0x94: try remember()
    case UInt8(ascii: "g"): try recall(try input.decimal())
    case UInt8(ascii: "h"): try recall(Int(try input.unsigned(1)))
    case UInt8(ascii: "j"): try recall(Int(try input.unsigned(4)))
    default: try nameOrCall(code)
    }
  }

  /// Keys and values in turn.
  private func paired(_ items: [PickleItem]) throws(PickleFault) -> [PickleItem] {
    guard items.count % 2 == 0 else { throw .stack("a dictionary") }
    return items
  }

  /// Names and what is done with them.
  private mutating func nameOrCall(_ code: UInt8) throws(PickleFault) {
    switch code {
    case UInt8(ascii: "c"):
      let module = try input.shortLine("name")
      try pushName(module: module, name: try input.shortLine("name"))
    case 0x93:
      let name = document.string(try pop(for: "STACK_GLOBAL"))
      let module = document.string(try pop(for: "STACK_GLOBAL"))
      guard let module, let name else { throw .literal("name") }
      try pushName(module: module, name: name)
    case UInt8(ascii: "i"):
      let module = try input.shortLine("name")
      let name = try input.shortLine("name")
      let arguments = try popMark(for: "INST")
      try pushName(module: module, name: name)
      try push(.tuple, arguments[...])
      try call(for: "INST")
    case UInt8(ascii: "o"):
      let items = try popMark(for: "OBJ")
      guard let callee = items.first else { throw .stack("OBJ") }
      push(callee)
      try push(.tuple, items[1...])
      try call(for: "OBJ")
    case UInt8(ascii: "R"): try call(for: "REDUCE")
    case 0x81: try call(for: "NEWOBJ")
    case 0x92:
      // Arguments by name: no value that we know has such.
      _ = try pop(for: "NEWOBJ_EX")
      let arguments = try pop(for: "NEWOBJ_EX")
      let callee = try pop(for: "NEWOBJ_EX")
      guard document.name(callee)?.meaning == .opaque else { throw .forbidden("NEWOBJ_EX") }
      push(callee)
      push(arguments)
      try call(for: "NEWOBJ_EX")
    case UInt8(ascii: "b"):
      let state = try pop(for: "BUILD")
      try build(try top(for: "BUILD"), state)
    case UInt8(ascii: "Q"): try pushStorage(try pop(for: "BINPERSID"))
    case UInt8(ascii: "P"): throw .persistentID
    case 0x82...0x84: throw .forbidden("the extension registry")
    case 0x97, 0x98: throw .forbidden("out-of-band buffers")
    default: throw .opcode(code)
    }
  }
}
