private import CNettle

/// SHA-256 (FIPS 180-4) of bytes that come piece by piece.
package struct SHA256: Sendable {
  /// The bytes of a hash.
  package static let byteCount = 32

  private var context = sha256_ctx()

  /// Begins a hash.
  package init() { unsafe nettle_sha256_init(&context) }

  /// Takes the next bytes.
  package mutating func update(_ bytes: RawSpan) {
    unsafe bytes.withUnsafeBytes { bytes in
      unsafe nettle_sha256_update(
        &context, bytes.count, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
    }
  }

  /// The hash of what was taken, 32 bytes.
  package func finished() -> [UInt8] {
    // The library begins anew in the state of which it has put out the hash.
    var context = context
    var hash = [UInt8](repeating: 0, count: Self.byteCount)
    unsafe nettle_sha256_digest(&context, Self.byteCount, &hash)
    return hash
  }

  /// The hash of all bytes of a span.
  package static func hash(_ bytes: RawSpan) -> [UInt8] {
    var hash = SHA256()
    hash.update(bytes)
    return hash.finished()
  }

  /// The hash of an array.
  package static func hash(_ bytes: [UInt8]) -> [UInt8] { unsafe hash(bytes.span.bytes) }
}

extension [UInt8] {
  /// Lower-case hex.
  package var hex: String {
    reduce(into: "") { text, byte in
      text += String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }
  }
}
