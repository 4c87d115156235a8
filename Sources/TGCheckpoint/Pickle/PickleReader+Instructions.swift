import TGTensor

extension PickleReader {
  /// Carries out one instruction; the result is the outermost value if it was the last one.
  mutating func step() throws(PickleFault) -> PickleItem? {
    let code = try input.byte()
    switch code {
    case UInt8(ascii: "."):
      let root = try pop(for: "the end")
      guard stack.isEmpty else { throw .stack("the end") }
      return root
    case 0x80:
      let version = try input.byte()
      guard version <= 5 else { throw .version(version) }
    case 0x95: _ = try input.unsigned(8)
    case UInt8(ascii: "("): try mark()
    case UInt8(ascii: "0"): _ = try pop(for: "POP")
    case UInt8(ascii: "1"): _ = try popMark(for: "POP_MARK")
    case UInt8(ascii: "2"): push(try top(for: "DUP"))
    case UInt8(ascii: "N"): push(.none)
    case 0x88: push(.bool(true))
    case 0x89: push(.bool(false))
    case UInt8(ascii: "K"): push(.int(Int(try input.byte())))
    case UInt8(ascii: "M"): push(.int(Int(try input.unsigned(2))))
    case UInt8(ascii: "J"):
      push(.int(Int(Int32(truncatingIfNeeded: try input.unsigned(4)))))
    case UInt8(ascii: "G"):
      push(.float(Double(bitPattern: try input.unsigned(8).byteSwapped)))
    case UInt8(ascii: "I"): push(try integerLine())
    case UInt8(ascii: "L"): push(try longLine())
    case UInt8(ascii: "F"):
      guard let value = Double(try decimalLine()) else { throw .literal("number") }
      push(.float(value))
    case 0x8a: try pushLong(try input.unsigned(1))
    case 0x8b: try pushLong(try input.unsigned(4))
    default: try containerOrName(code)
    }
    return nil
  }

  /// Strings, containers, memo, names.
  private mutating func containerOrName(_ code: UInt8) throws(PickleFault) {
    switch code {
    case UInt8(ascii: "S"): try push(.byteString(try quotedLine()))
    case UInt8(ascii: "T"): try push(.byteString(try input.take(try length(4, signed: true))))
    case UInt8(ascii: "U"): try push(.byteString(try input.take(try length(1))))
    case UInt8(ascii: "B"): try push(.bytes(try input.take(try length(4))))
    case UInt8(ascii: "C"): try push(.bytes(try input.take(try length(1))))
    case 0x8e, 0x96: try push(.bytes(try input.take(try length(8))))
    case UInt8(ascii: "V"): try push(.text(try unicodeLine()))
    case UInt8(ascii: "X"): try push(.text(try text(try length(4))))
    case 0x8c: try push(.text(try text(try length(1))))
    case 0x8d: try push(.text(try text(try length(8))))
    case UInt8(ascii: ")"): try pushEmptyTuple()
    case UInt8(ascii: "t"): try push(.tuple(try popMark(for: "a tuple")))
    case 0x85...0x87: try pushTuple(Int(code) - 0x84)
    case UInt8(ascii: "]"): try push(.list([]))
    case UInt8(ascii: "l"): try push(.list(try popMark(for: "a list")))
    case UInt8(ascii: "a"):
      let item = try pop(for: "APPEND")
      try extendList([item])
    case UInt8(ascii: "e"):
      let items = try popMark(for: "APPENDS")
      try extendList(items)
    case UInt8(ascii: "}"): try push(.dictionary([]))
    case UInt8(ascii: "d"):
      let items = try popMark(for: "a dictionary")
      try push(.dictionary(try pairs(items)))
    case UInt8(ascii: "s"):
      let value = try pop(for: "SETITEM")
      let key = try pop(for: "SETITEM")
      try extendDictionary([key, value])
    case UInt8(ascii: "u"):
      let items = try popMark(for: "SETITEMS")
      try extendDictionary(items)
    case 0x8f: try push(.set([]))
    case 0x90:
      let items = try popMark(for: "ADDITEMS")
      try extendSet(items)
    case 0x91: try push(.set(try popMark(for: "a frozen set")))
    case UInt8(ascii: "p"): try remember(at: try decimal())
    case UInt8(ascii: "q"): try remember(at: Int(try input.unsigned(1)))
    case UInt8(ascii: "r"): try remember(at: Int(try input.unsigned(4)))
    case 0x94: try remember()
    case UInt8(ascii: "g"): try recall(try decimal())
    case UInt8(ascii: "h"): try recall(Int(try input.unsigned(1)))
    case UInt8(ascii: "j"): try recall(Int(try input.unsigned(4)))
    default: try nameOrCall(code)
    }
  }

  /// Names and what is done with them.
  private mutating func nameOrCall(_ code: UInt8) throws(PickleFault) {
    switch code {
    case UInt8(ascii: "c"):
      let module = try nameLine()
      try pushConstructor(module: module, name: try nameLine())
    case 0x93:
      let name = string(try pop(for: "STACK_GLOBAL"))
      let module = string(try pop(for: "STACK_GLOBAL"))
      guard let module, let name else { throw .literal("name") }
      try pushConstructor(module: module, name: name)
    case UInt8(ascii: "i"):
      let module = try nameLine()
      throw .refused("\(module).\(try nameLine())")
    case UInt8(ascii: "R"):
      let arguments = try pop(for: "REDUCE")
      try call(try pop(for: "REDUCE"), arguments)
    case UInt8(ascii: "b"):
      let state = try pop(for: "BUILD")
      try build(try top(for: "BUILD"), state)
    case 0x81:
      let arguments = try pop(for: "NEWOBJ")
      try call(try pop(for: "NEWOBJ"), arguments)
    case UInt8(ascii: "Q"): try pushStorage(try pop(for: "BINPERSID"))
    case UInt8(ascii: "P"): throw .persistentID
    case UInt8(ascii: "o"): throw .forbidden("OBJ")
    case 0x92: throw .forbidden("NEWOBJ_EX")
    case 0x82...0x84: throw .forbidden("the extension registry")
    case 0x97, 0x98: throw .forbidden("out-of-band buffers")
    default: throw .opcode(code)
    }
  }
}
