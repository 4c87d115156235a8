/// Names of files: to the system they are bytes, which need not be UTF-8; here they are texts.
///
/// A byte that belongs to no character of UTF-8 becomes a scalar of its own, U+10FE00 and the byte;
/// where a name has one of these scalars itself, each of its four bytes does. So each name has one
/// text, and a text that came of a name gives its bytes back. Names become texts where they come
/// from outside (`text(of:)`) and bytes where they go to the system (`cString(_:)`), nowhere else.
package enum FileName {
  /// What stands for the bytes 0x80 to 0xFF.
  private static let escapes: ClosedRange<UInt32> = 0x10FE80...0x10FEFF

  /// The text of a name.
  package static func text(of name: some Collection<UInt8>) -> String {
    var result = String.UnicodeScalarView()
    var parser = Unicode.UTF8.ForwardParser()
    var unread = name.makeIterator()
    var rest = name[...]
    while true {
      let length: Int
      switch parser.parseScalar(from: &unread) {
      case .valid(let encoded):
        let scalar = Unicode.UTF8.decode(encoded)
        length = encoded.count
        if !escapes.contains(scalar.value) {
          result.append(scalar)
          rest = rest.dropFirst(length)
          continue
        }
      case .error(let count): length = count
      case .emptyInput: return String(result)
      }
      for byte in rest.prefix(length) {
        if let scalar = Unicode.Scalar(escapes.lowerBound - 0x80 + UInt32(byte)) {
          result.append(scalar)
        }
      }
      rest = rest.dropFirst(length)
    }
  }

  /// The bytes of a name that has become a text.
  package static func bytes(of text: String) -> [UInt8] {
    guard hasEscapes(text) else { return Array(text.utf8) }
    var bytes: [UInt8] = []
    for scalar in text.unicodeScalars {
      if let byte = byte(scalar) { bytes.append(byte) } else { bytes += Array(String(scalar).utf8) }
    }
    return bytes
  }

  /// The bytes of a path with the zero that ends them, as the system's functions take it. A path
  /// with a zero inside, which the system cannot have, becomes the empty one, which names nothing.
  package static func cString(_ path: String) -> [CChar] {
    let bytes = bytes(of: path)
    return (bytes.contains(0) ? [] : bytes.map { CChar(bitPattern: $0) }) + [0]
  }

  /// The text of a path that the system gives.
  @unsafe package static func text(of path: UnsafePointer<CChar>) -> String {
    var bytes: [UInt8] = []
    var cursor = unsafe path
    while unsafe cursor.pointee != 0 {
      bytes.append(UInt8(bitPattern: unsafe cursor.pointee))
      unsafe cursor += 1
    }
    return text(of: bytes)
  }

  /// A text for people, in which a byte that is no UTF-8 is shown as `\xE9`.
  package static func shown(_ text: String) -> String {
    guard hasEscapes(text) else { return text }
    return text.unicodeScalars.reduce(into: "") { result, scalar in
      if let byte = byte(scalar) {
        result += hex(byte)
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
  }

  /// A name as pictures and codes keep it: as it is shown, and a `\` that could be taken for the
  /// beginning of such a byte is `\x5C`. `read(_:)` makes the name of it.
  package static func written(_ name: String) -> String {
    let scalars = Array(name.unicodeScalars)
    var result = ""
    for (position, scalar) in scalars.enumerated() {
      if scalar == "\\", hexByte(scalars[position...]) != nil {
        result += hex(0x5C)
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return shown(result)
  }

  /// The name that `written(_:)` made a text of.
  package static func read(_ text: String) -> String {
    let scalars = Array(text.unicodeScalars)
    var bytes: [UInt8] = []
    var position = 0
    while position < scalars.count {
      if let byte = hexByte(scalars[position...]) {
        bytes.append(byte)
        position += 4
      } else {
        bytes += Array(String(scalars[position]).utf8)
        position += 1
      }
    }
    return self.text(of: bytes)
  }

  /// True for what stands for a byte that is no UTF-8.
  package static func standsForByte(_ scalar: Unicode.Scalar) -> Bool {
    escapes.contains(scalar.value)
  }

  private static func hasEscapes(_ text: String) -> Bool {
    text.utf8.contains(0xF4) && text.unicodeScalars.contains(where: standsForByte)
  }

  /// The byte that a scalar stands for.
  private static func byte(_ scalar: Unicode.Scalar) -> UInt8? {
    standsForByte(scalar) ? UInt8(scalar.value & 0xFF) : nil
  }

  private static func hex(_ byte: UInt8) -> String {
    "\\x" + (byte < 0x10 ? "0" : "") + String(byte, radix: 16, uppercase: true)
  }

  /// The byte that a text begins with when it is written `\xE9`.
  private static func hexByte(_ text: ArraySlice<Unicode.Scalar>) -> UInt8? {
    guard text.count >= 4, text.prefix(2).elementsEqual(["\\", "x"]) else { return nil }
    let digits = String(String.UnicodeScalarView(text.dropFirst(2).prefix(2)))
    guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x41...0x46).contains($0) })
    else { return nil }
    return UInt8(digits, radix: 16)
  }
}
