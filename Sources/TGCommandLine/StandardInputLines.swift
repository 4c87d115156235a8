#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// The lines that are piped into the command, each as soon as it is there.
package struct StandardInputLines {
  /// What was read and is no line yet.
  private var bytes: ArraySlice<UInt8> = []
  private var isAtEnd = false

  /// The most bytes of a line; of a longer one the beginning is kept, which is longer than this.
  package static let limit = 1 << 20

  /// Nothing is read yet.
  package init() {}

  /// Waits for a line and takes it, without its end; nil after the last one.
  ///
  /// - Throws: `Failure` if the standard input cannot be read.
  package mutating func next() throws(Failure) -> [UInt8]? {
    var line: [UInt8] = []
    while true {
      let end = bytes.firstIndex(of: 0x0A)
      line += bytes[..<(end ?? bytes.endIndex)].prefix(Self.limit + 1 - line.count)
      if let end {
        bytes = bytes[(end + 1)...]
        return line
      }
      bytes = []
      guard !isAtEnd else { return line.isEmpty ? nil : line }
      bytes = try Self.read()[...]
      isAtEnd = bytes.isEmpty
    }
  }

  /// What is there now, at least one byte; nothing at the end.
  private static func read() throws(Failure) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = unsafe buffer.withUnsafeMutableBytes { buffer in
        #if canImport(Glibc)
          unsafe Glibc.read(STDIN_FILENO, buffer.baseAddress, buffer.count)
        #else
          unsafe Musl.read(STDIN_FILENO, buffer.baseAddress, buffer.count)
        #endif
      }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else {
        throw Failure(.inputOutput, "the standard input cannot be read")
      }
      return Array(buffer[..<count])
    }
  }
}
