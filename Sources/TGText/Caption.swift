internal import TGTensor

/// What is accepted as a caption.
package enum Caption {
  /// The longest caption, in bytes of UTF-8.
  package static let maximumBytes = 65_536

  /// Reads a caption from bytes of a file or a pipe, without its line end.
  ///
  /// - Throws: `TextError` for what is not UTF-8, and as `checked(_:)` does.
  package static func read(_ bytes: [UInt8]) throws(TextError) -> String {
    guard bytes.count <= maximumBytes else { throw .longCaption(bytes: bytes.count) }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      var decoder = UTF8()
      var iterator = bytes.makeIterator()
      var offset = 0
      while case .scalarValue(let scalar) = decoder.decode(&iterator) {
        offset += UTF8.width(scalar)
      }
      throw .notUTF8(offset: offset)
    }
    return try checked(text)
  }

  /// Checks a caption: its length, that it was UTF-8 on the command line, and that it holds no
  /// control characters but tabs and line ends.
  ///
  /// - Throws: `TextError.longCaption`, `.notUTF8`, `.controlCharacter`.
  package static func checked(_ text: String) throws(TextError) -> String {
    guard text.utf8.count <= maximumBytes else { throw .longCaption(bytes: text.utf8.count) }
    var offset = 0
    for scalar in text.unicodeScalars {
      if FileName.standsForByte(scalar) { throw .notUTF8(offset: offset) }
      let isLayout = scalar == "\t" || scalar == "\n" || scalar == "\r"
      if scalar.properties.generalCategory == .control && !isLayout {
        throw .controlCharacter(code: scalar.value, offset: offset)
      }
      offset += UTF8.width(scalar)
    }
    return text
  }
}
