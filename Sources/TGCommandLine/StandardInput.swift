#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// What is piped into a command.
package enum StandardInput {
  /// Reads all of it.
  ///
  /// - Throws: `Failure` if it is longer than `limit` bytes or cannot be read.
  package static func read(limit: Int) throws(Failure) -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = unsafe buffer.withUnsafeMutableBytes { unsafe readInto($0) }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw Failure(.inputOutput, "the standard input cannot be read") }
      if count == 0 { return bytes }
      bytes += buffer[..<count]
      guard bytes.count <= limit else {
        throw Failure(.badInput, "the standard input has more than \(limit) bytes")
      }
    }
  }

  private static func readInto(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
    #if canImport(Glibc)
      unsafe Glibc.read(STDIN_FILENO, buffer.baseAddress, buffer.count)
    #else
      unsafe Musl.read(STDIN_FILENO, buffer.baseAddress, buffer.count)
    #endif
  }
}
