import TGTensor

/// The checksum of TensorFlow's files: CRC-32 with Castagnoli's polynomial, reflected 0x82F63B78.
enum CRC32C {
  /// Eight tables of 256 numbers: the first is that of one byte, each further one that of a byte more.
  private static let tables: [UInt32] = {
    var tables = [UInt32](repeating: 0, count: 8 * 256)
    for byte in 0..<256 {
      var sum = UInt32(byte)
      for _ in 0..<8 { sum = sum >> 1 ^ (sum & 1 == 0 ? 0 : 0x82f6_3b78) }
      tables[byte] = sum
    }
    for position in 256..<tables.count {
      let last = tables[position - 256]
      tables[position] = last >> 8 ^ tables[Int(last & 255)]
    }
    return tables
  }()

  /// The checksum of all bytes.
  static func checksum(_ region: ByteRegion) -> UInt32 {
    let all = Self.tables
    return region.withSpan { span in
      let tables = all.span
      var sum = UInt32.max
      var position = 0
      while span.byteCount - position >= 8 {
        let bits = unsafe span.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self)
        let word = UInt64(littleEndian: bits) ^ UInt64(sum)
        sum = 0
        for byte in 0..<8 {
          sum ^= tables[(7 - byte) << 8 | Int(word >> UInt64(8 * byte) & 255)]
        }
        position += 8
      }
      while position < span.byteCount {
        let byte = unsafe span.unsafeLoad(fromByteOffset: position, as: UInt8.self)
        sum = sum >> 8 ^ tables[Int((sum ^ UInt32(byte)) & 255)]
        position += 1
      }
      return ~sum
    }
  }

  /// The checksum as the files hold it: turned and moved, so that a checksum of bytes that hold
  /// checksums keeps its worth.
  static func masked(_ region: ByteRegion) -> UInt32 {
    let sum = checksum(region)
    return (sum >> 15 | sum << 17) &+ 0xa282_ead8
  }
}
