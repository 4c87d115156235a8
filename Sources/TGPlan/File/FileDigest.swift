internal import Crypto
package import TGTensor

extension MappedFile {
  /// The SHA-256 of the whole file, in hex.
  package var digest: String {
    unsafe withBytes { bytes in
      var hash = SHA256()
      unsafe hash.update(bufferPointer: bytes)
      return hash.finalize().hex
    }
  }
}

extension ByteRegion {
  /// The SHA-256 of all bytes, in hex.
  package var digest: String {
    withSpan { span in
      var hash = SHA256()
      unsafe span.withUnsafeBytes { unsafe hash.update(bufferPointer: $0) }
      return hash.finalize().hex
    }
  }
}

/// The SHA-256 of bytes, in hex.
package func digest(of bytes: [UInt8]) -> String { SHA256.hash(data: bytes).hex }
