#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif
internal import TGTensor

/// What is piped into a command.
package enum StreamInput {
  /// Reads all that is piped into the command.
  ///
  /// - Throws: `Failure` if it is longer than `limit` bytes or cannot be read.
  package static func standardInput(limit: Int) throws(Failure) -> [UInt8] {
    guard let bytes = StreamBytes.read(STDIN_FILENO, limit: limit) else {
      throw Failure(.inputOutput, "the standard input cannot be read")
    }
    guard bytes.count <= limit else {
      throw Failure(.badInput, "the standard input has more than \(limit) bytes")
    }
    return bytes
  }
}
