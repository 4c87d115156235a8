internal import CTGChecksum

/// The checksums of the blocks of a weight section, taken as the bytes come.
///
/// They tell whether bytes are those that were written, much faster than SHA-256, and block by
/// block, so that only what a function uses has to be read.
package struct BlockSums: Sendable {
  /// The bytes of every block but the last.
  package static let blockBytes = TG_CHECKSUM_BLOCK
  /// The checksums of the blocks that are complete.
  private var sums: [UInt64] = []
  private var block: [UInt8] = []

  /// Nothing has come yet.
  package init() {}

  /// How many blocks some bytes make.
  package static func count(ofBytes bytes: Int) -> Int {
    bytes / blockBytes + (bytes % blockBytes > 0 ? 1 : 0)
  }

  /// The checksum of a block, of a multiple of 4 bytes; traps if it is larger than a block.
  package static func sum(_ bytes: RawSpan) -> UInt64 {
    precondition(bytes.byteCount <= blockBytes && bytes.byteCount % 4 == 0, "a block of words")
    return unsafe bytes.withUnsafeBytes { buffer in
      guard let start = buffer.baseAddress else { return unsafe tg_checksum([UInt8](), 0) }
      return unsafe tg_checksum(start, buffer.count)
    }
  }

  /// Takes the next bytes, a multiple of 4.
  package mutating func update(_ bytes: RawSpan) {
    var first = 0
    while first < bytes.byteCount {
      let count = min(bytes.byteCount - first, Self.blockBytes - block.count)
      let part = bytes.extracting(first..<first + count)
      first += count
      if count == Self.blockBytes {
        sums.append(Self.sum(part))
        continue
      }
      unsafe part.withUnsafeBytes { unsafe block.append(contentsOf: $0) }
      if block.count == Self.blockBytes {
        sums.append(unsafe Self.sum(block.span.bytes))
        block.removeAll(keepingCapacity: true)
      }
    }
  }

  /// The checksum of each block of what has come.
  package func finished() -> [UInt64] {
    block.isEmpty ? sums : sums + [unsafe Self.sum(block.span.bytes)]
  }
}

extension [UInt64] {
  /// The numbers as a plan file has them, lowest byte first.
  var littleEndianBytes: [UInt8] {
    flatMap { number in (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * UInt64($0))) } }
  }

  /// Reads numbers as a plan file has them; what is left over is ignored.
  init(littleEndianBytes bytes: [UInt8]) {
    self = (0..<bytes.count / 8).map { index in
      bytes[index * 8..<index * 8 + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
  }
}
