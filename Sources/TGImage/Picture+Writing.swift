internal import TGTensor

extension Picture {
  /// Encodes as a file, with texts that stay beside the picture. Equal arguments give equal bytes.
  ///
  /// - Throws: `PictureError.unfitText` for a key that is not 1 to 79 printable ASCII characters other
  ///   than a space and `=`, or a value of more than a megabyte or with a zero in it.
  package func encoded(
    as encoding: PictureEncoding = .png, text: [(key: String, value: String)] = []
  ) throws(PictureError) -> [UInt8] {
    for (key, value) in text {
      let isPlain = key.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "=") }
      guard (1...79).contains(key.utf8.count), isPlain else {
        throw .unfitText(
          key: key, reason: "a key is 1 to 79 printable ASCII characters, no space and no =")
      }
      guard value.utf8.count <= 1 << 20, !value.utf8.contains(0) else {
        throw .unfitText(key: key, reason: "a value is at most a megabyte, without zeros")
      }
    }
    return try encoding.format.codec.encode(self, quality: encoding.quality, text: text)
  }

  /// Writes a file, whole or not at all. No time, path or program name is stored.
  ///
  /// - Throws: `PictureError`.
  package func write(
    path: String, as encoding: PictureEncoding = .png, text: [(key: String, value: String)] = []
  ) throws(PictureError) {
    let bytes = try encoded(as: encoding, text: text)
    do {
      try AtomicFile.save(bytes, to: path)
    } catch {
      throw .notWritten(error)
    }
  }
}
