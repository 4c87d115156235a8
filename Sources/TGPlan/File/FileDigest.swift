package import TGTensor

extension MappedFile {
  /// The SHA-256 of the whole file, in hex.
  package var digest: String {
    withSpan { SHA256.hash($0).hex }
  }
}

extension ByteRegion {
  /// The SHA-256 of all bytes, in hex.
  package var digest: String {
    withSpan { SHA256.hash($0).hex }
  }
}

/// The SHA-256 of bytes, in hex.
package func digest(of bytes: [UInt8]) -> String { SHA256.hash(bytes).hex }
