/// A file that was named, or what came through a pipe instead.
package struct GivenFile: Sendable {
  /// The path as given; of what came through a pipe, how messages call it.
  package let path: String
  private let contents: ByteRegion?

  /// A file; it is opened when its bytes are asked for.
  package init(path: String) {
    self.path = path
    contents = nil
  }

  /// Bytes that are here already.
  package init(path: String, contents: ByteRegion) {
    self.path = path
    self.contents = contents
  }

  /// True for what came through a pipe.
  package var isPiped: Bool { contents != nil }

  /// The bytes.
  ///
  /// - Throws: `MappedFileError` for a file that cannot be opened.
  package func bytes() throws(MappedFileError) -> ByteRegion {
    if let contents { return contents }
    return ByteRegion(try MappedFile(path: path))
  }
}
