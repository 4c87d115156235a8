#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif
internal import TGTensor

/// The two streams of a command and what may be done with them.
package struct Terminal: Sendable {
  /// True if results would be read by a person, so that binary must not be written.
  package let outputIsTerminal: Bool
  /// True if messages are read by a person: progress bars are shown.
  package let messagesAreTerminal: Bool
  /// True if messages may be coloured.
  package let hasColour: Bool

  /// Looks at the streams of this process; `environment` may forbid colour.
  package init(environment: Environment) {
    outputIsTerminal = isatty(STDOUT_FILENO) != 0
    messagesAreTerminal = isatty(STDERR_FILENO) != 0
    hasColour = messagesAreTerminal && !environment.forbidsColour
  }

  /// Replaces the line of messages that the cursor is on.
  package func show(_ line: String) {
    write(Array("\r\(FileName.shown(line))\u{1B}[K".utf8), to: STDERR_FILENO)
  }

  /// Writes bytes to a stream, all of them or as many as it takes.
  ///
  /// - Returns: false if the stream refuses them.
  @discardableResult
  func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { buffer in
        #if canImport(Glibc)
          unsafe Glibc.write(descriptor, buffer.baseAddress, buffer.count)
        #else
          unsafe Musl.write(descriptor, buffer.baseAddress, buffer.count)
        #endif
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }
}
