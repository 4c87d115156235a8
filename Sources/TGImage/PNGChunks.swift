/// The chunk structure of PNG: where texts are kept beside a picture.
package enum PNGChunks {
  /// The eight bytes that begin every PNG.
  package static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  /// The claimed width and height; nil if the bytes do not begin as a PNG does.
  static func size(_ bytes: [UInt8]) -> (width: Int, height: Int)? {
    guard bytes.count >= 24, bytes.starts(with: signature),
      bytes[12..<16].elementsEqual("IHDR".utf8)
    else { return nil }
    return (number(bytes, 16), number(bytes, 20))
  }

  /// One chunk: length, kind, data, checksum.
  package static func chunk(_ kind: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(kind.utf8) + data
    return bigEndian(UInt32(data.count)) + body + bigEndian(checksum(body))
  }

  /// A chunk that holds a text: tEXt if it is ASCII, else iTXt, uncompressed.
  static func text(key: String, value: String) -> [UInt8] {
    if value.utf8.allSatisfy({ $0 < 0x80 }) {
      return chunk("tEXt", Array(key.utf8) + [0] + Array(value.utf8))
    }
    return chunk("iTXt", Array(key.utf8) + [0, 0, 0, 0, 0] + Array(value.utf8))
  }

  /// Puts chunks behind the header of an encoded PNG.
  static func inserting(_ chunks: [UInt8], into png: [UInt8]) -> [UInt8] {
    let header = min(png.count, 8 + 25)
    return Array(png[..<header]) + chunks + Array(png[header...])
  }

  /// The uncompressed texts that stand before the samples, in order. Damaged, compressed and other
  /// texts are passed over.
  package static func texts(_ bytes: [UInt8]) -> [(key: String, value: String)] {
    var result: [(key: String, value: String)] = []
    var position = 8
    while bytes.count - position >= 12, result.count < 256 {
      let length = number(bytes, position)
      guard length <= bytes.count - position - 12 else { break }
      let kind = bytes[position + 4..<position + 8]
      if kind.elementsEqual("IDAT".utf8) { break }
      let data = bytes[position + 8..<position + 8 + length]
      let sum = number(bytes, position + 8 + length)
      position += 12 + length
      let isLatin = kind.elementsEqual("tEXt".utf8)
      guard isLatin || kind.elementsEqual("iTXt".utf8), length <= 1 << 20,
        Int(checksum(kind + data)) == sum, let zero = data.firstIndex(of: 0)
      else { continue }
      let key = latin(data[..<zero])
      let rest = data[(zero + 1)...]
      if isLatin {
        result.append((key, latin(rest)))
      } else if rest.prefix(2).allSatisfy({ $0 == 0 }), rest.count >= 4 {
        let parts = rest.dropFirst(2).split(
          separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
        if parts.count == 3, let value = String(validating: parts[2], as: UTF8.self) {
          result.append((key, value))
        }
      }
    }
    return result
  }

  private static func latin(_ bytes: ArraySlice<UInt8>) -> String {
    String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
  }

  private static func number(_ bytes: [UInt8], _ position: Int) -> Int {
    bytes[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
  }

  private static func bigEndian(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> UInt32($0)) }
  }

  /// CRC-32 as PNG and zlib define it, bit by bit; texts are short.
  private static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
    var sum: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
    }
    return ~sum
  }
}
