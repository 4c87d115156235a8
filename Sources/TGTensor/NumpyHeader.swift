/// The head of an `.npy` file: element type, order, extents.
///
/// Versions 1.0, 2.0 and 3.0 of the NumPy format. The head is a Python literal; a strict subset of
/// that language is read: one dictionary of the three known keys, with a string, a boolean and a
/// tuple of whole numbers.
struct NumpyHeader: Hashable {
  var type: StoredType
  var isBigEndian: Bool
  var isColumnMajor: Bool
  var dimensions: [Int]
  /// Where the elements begin, in bytes from the start of the file.
  var dataOffset: Int

  init(_ file: ByteRegion) throws(NumpyError) {
    let text: [UInt8]
    (text, dataOffset) = try Self.text(of: file)
    var literal = NumpyLiteral(bytes: text)
    let name: String
    (name, isColumnMajor, dimensions) = try literal.header()
    guard let element = NumpyArray.element(named: name) else {
      throw .type(name, dimensions: dimensions)
    }
    (type, isBigEndian) = element
  }

  /// The literal of a file's head, and where its elements begin.
  static func text(of file: ByteRegion) throws(NumpyError) -> ([UInt8], dataOffset: Int) {
    let start = file.prefix(12)
    guard start.starts(with: NumpyArray.magic) else { throw .notNumpy }
    guard start.count == 12 else { throw .truncated }
    guard (1...3).contains(start[6]), start[7] == 0 else {
      throw .version(Int(start[6]), Int(start[7]))
    }
    let short = start[6] == 1
    let length =
      Int(start[8]) | Int(start[9]) << 8
      | (short ? 0 : Int(start[10]) << 16 | Int(start[11]) << 24)
    let textStart = short ? 10 : 12
    guard length <= 65_536 else { throw .header("is longer than 65536 bytes") }
    guard let text = file.bytes(textStart..<textStart + length) else { throw .truncated }
    return (text, textStart + length)
  }
}

/// Reads the head's Python literal.
private struct NumpyLiteral {
  let bytes: [UInt8]
  var position = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func header() throws(NumpyError) -> (type: String, Bool, [Int]) {
    var type: String?
    var isColumnMajor: Bool?
    var dimensions: [Int]?
    try expect("{")
    while !accept("}") {
      let key = try string()
      try expect(":")
      switch key {
      case "descr" where type == nil:
        guard peek() == "'" || peek() == "\"" else {
          throw .type("a structured type", dimensions: [])
        }
        type = try string()
      case "fortran_order" where isColumnMajor == nil: isColumnMajor = try boolean()
      case "shape" where dimensions == nil: dimensions = try tuple()
      default: throw .header("has the key '\(key.prefix(40))' where it may not be")
      }
      guard accept(",") || peek() == "}" else { throw .header("lacks a comma") }
    }
    _ = peek()
    guard position == bytes.count else { throw .header("has text after its dictionary") }
    guard let type, let isColumnMajor, let dimensions else {
      throw .header("lacks one of descr, fortran_order and shape")
    }
    return (type, isColumnMajor, dimensions)
  }

  /// The next byte that is not white space, not consumed.
  mutating func peek() -> Unicode.Scalar? {
    while position < bytes.count, bytes[position] == 0x20 || bytes[position] == 0x0a {
      position += 1
    }
    return position < bytes.count ? Unicode.Scalar(bytes[position]) : nil
  }

  mutating func accept(_ scalar: Unicode.Scalar) -> Bool {
    guard peek() == scalar else { return false }
    position += 1
    return true
  }

  mutating func expect(_ scalar: Unicode.Scalar) throws(NumpyError) {
    guard accept(scalar) else { throw .header("lacks '\(scalar)' at byte \(position)") }
  }

  mutating func string() throws(NumpyError) -> String {
    guard let quote = peek(), quote == "'" || quote == "\"" else {
      throw .header("lacks a string at byte \(position)")
    }
    let start = position + 1
    guard let end = bytes[start...].firstIndex(of: UInt8(ascii: quote)),
      !bytes[start..<end].contains(UInt8(ascii: "\\")),
      let text = String(validating: bytes[start..<end], as: UTF8.self)
    else { throw .header("has a string that does not end") }
    position = end + 1
    return text
  }

  mutating func boolean() throws(NumpyError) -> Bool {
    for (word, value) in [("True", true), ("False", false)] {
      _ = peek()
      if bytes[position...].starts(with: Array(word.utf8)) {
        position += word.utf8.count
        return value
      }
    }
    throw .header("lacks True or False at byte \(position)")
  }

  mutating func tuple() throws(NumpyError) -> [Int] {
    var items: [Int] = []
    try expect("(")
    while !accept(")") {
      _ = peek()
      let start = position
      while position < bytes.count, (0x30...0x39).contains(bytes[position]) { position += 1 }
      guard let item = Int(String(decoding: bytes[start..<position], as: UTF8.self)) else {
        throw .header("has a shape that is not a tuple of whole numbers")
      }
      _ = accept("L")
      items.append(item)
      guard items.count <= 64 else { throw .view(.rank(items.count)) }
      guard accept(",") || peek() == ")" else { throw .header("lacks a comma") }
    }
    return items
  }
}
