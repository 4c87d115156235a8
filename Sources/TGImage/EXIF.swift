/// The one thing that is read of EXIF: how a picture is to be turned.
enum EXIF {
  /// The number of the orientation in the first directory of a TIFF block, as JPEG's `Exif` segments
  /// and PNG's `eXIf` chunks hold it; nil if the block states none, or is damaged.
  static func orientation(ofTIFF bytes: [UInt8]) -> Int? {
    let isLittle: Bool
    switch bytes.prefix(4) {
    case [0x49, 0x49, 0x2A, 0]: isLittle = true
    case [0x4D, 0x4D, 0, 0x2A]: isLittle = false
    default: return nil
    }
    func number(_ position: Int, _ size: Int) -> Int? {
      guard position >= 0, position <= bytes.count - size else { return nil }
      let part = bytes[position..<position + size]
      return isLittle
        ? part.reversed().reduce(0) { $0 << 8 | Int($1) } : part.reduce(0) { $0 << 8 | Int($1) }
    }
    guard let start = number(4, 4), let count = number(start, 2) else { return nil }
    for entry in 0..<count {
      let offset = start + 2 + 12 * entry
      guard let tag = number(offset, 2), let type = number(offset + 2, 2),
        let values = number(offset + 4, 4)
      else { return nil }
      guard tag == 0x0112 else { continue }
      // Bytes, shorts and longs; one value stands in the entry itself.
      guard values == 1, let size = [1: 1, 3: 2, 4: 4][type] else { return nil }
      return number(offset + 8, size)
    }
    return nil
  }

  /// The same in a text of XMP, where Pillow looks if EXIF states none; nil without one.
  static func orientation(ofXMP bytes: [UInt8]) -> Int? {
    let name = Array("tiff:Orientation".utf8)
    var index = 0
    while index + name.count < bytes.count {
      defer { index += 1 }
      guard bytes[index] == name[0], bytes[index...].starts(with: name) else { continue }
      var rest = bytes[(index + name.count)...]
      if rest.starts(with: Array("=\"".utf8)) {
        rest = rest.dropFirst(2)
      } else if rest.first == UInt8(ascii: ">") {
        rest = rest.dropFirst()
      } else {
        continue
      }
      guard let digit = rest.first, (0x30...0x39).contains(digit) else { continue }
      return Int(digit) - 0x30
    }
    return nil
  }
}
