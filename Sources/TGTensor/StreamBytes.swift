#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// What can be read but not mapped: pipes, and files that the system makes up.
package enum StreamBytes {
  /// The first kilobytes of a small text of the system; nil if it cannot be read.
  package static func text(path: String) -> String? {
    let descriptor = unsafe open(FileName.cString(path), O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    return read(descriptor, limit: 65_536).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Reads to the end, or until there are more than `limit` bytes; nil if the system refuses.
  package static func read(_ descriptor: Int32, limit: Int) -> [UInt8]? {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while bytes.count <= limit {
      let count = unsafe buffer.withUnsafeMutableBytes { buffer in
        #if canImport(Glibc)
          unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        #else
          unsafe Musl.read(descriptor, buffer.baseAddress, buffer.count)
        #endif
      }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { return nil }
      if count == 0 { break }
      bytes += buffer[..<count]
    }
    return bytes
  }
}
