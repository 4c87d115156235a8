private import CTGPNG
internal import TGTensor

/// PNG, by libpng: of any kind read, grey or RGB with 8 or 16 bits written.
enum PNGCodec: PictureCodec {
  static let kind = FileKind.png
  static let suffixes = ["png"]

  static var library: (name: String, revision: String) {
    ("libpng", unsafe String(cString: ctgpng_revision()))
  }

  static func rows(
    _ bytes: UnsafeRawBufferPointer, path: String, limits: PictureLimits
  ) throws(PictureError) -> any PictureRows {
    try unsafe PNGRows(bytes, path: path, limits: limits)
  }

  static func head(
    _ bytes: UnsafeRawBufferPointer, path: String
  ) throws(PictureError) -> PictureHead {
    let head = unsafe [UInt8](bytes.prefix(29))
    guard let size = PNGChunks.size(head), head.count == 29 else {
      throw .damaged(path: path, format: .png, reason: "it has no header")
    }
    let colours = [
      0: "grey", 2: "RGB", 3: "palette", 4: "grey with alpha", 6: "RGB with alpha",
    ]
    return PictureHead(
      format: .png, height: size.height, width: size.width, depth: Int(head[24]),
      colour: colours[Int(head[25])] ?? "of an unknown kind",
      orientation: unsafe PNGRows.orientation(bytes, path: path),
      remarks: head[28] == 1 ? ["interlaced"] : [])
  }

  static func texts(_ bytes: UnsafeRawBufferPointer) -> [(key: String, value: String)] {
    var limits = ctgpng_limits()
    limits.chunk_bytes = 8 << 20
    limits.chunk_count = 257
    let start = unsafe bytes.assumingMemoryBound(to: UInt8.self).baseAddress
    let list = unsafe ctgpng_read_texts(start, bytes.count, &limits, 64 << 20)
    defer { unsafe ctgpng_close_texts(list) }
    guard let list = unsafe list else { return [] }
    var texts: [(key: String, value: String)] = []
    let count = unsafe ctgpng_text_count(list)
    for index in 0..<count {
      let text = unsafe ctgpng_text_at(list, index)
      guard let key = unsafe text.key, let value = unsafe text.value else { continue }
      let name = unsafe latin(UnsafeRawBufferPointer(start: key, count: length(of: key)))
      let bytes = unsafe UnsafeRawBufferPointer(start: value, count: text.length)
      if unsafe text.is_utf8 == 0 {
        texts.append((name, unsafe latin(bytes)))
      } else if let words = unsafe String(validating: bytes, as: UTF8.self) {
        texts.append((name, words))
      }
    }
    return texts
  }

  static func encode(
    _ picture: Picture, quality: Int, text: [(key: String, value: String)]
  ) throws(PictureError) -> [UInt8] {
    let texts = text.flatMap { Array($0.key.utf8) + [0] + Array($0.value.utf8) + [0] }
      .map { CChar(bitPattern: $0) }
    var bytes: UnsafeMutablePointer<UInt8>?
    var count = 0
    var message = [CChar](repeating: 0, count: Int(CTGPNG_MESSAGE))
    let status = unsafe ctgpng_encode(
      picture.samples, UInt32(picture.width), UInt32(picture.height), UInt32(picture.channels),
      UInt32(picture.depth), texts, text.count, &bytes, &count, &message)
    defer { unsafe ctgpng_free(bytes) }
    guard status == 0, let start = unsafe bytes else {
      throw .notWritten(.cannotWrite(path: "a picture", reason: words(message)))
    }
    return unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
  }

  private static func length(of text: UnsafePointer<CChar>) -> Int {
    var count = 0
    while unsafe text[count] != 0 { count += 1 }
    return count
  }

  /// Latin-1 as a string.
  private static func latin(_ bytes: UnsafeRawBufferPointer) -> String {
    String(String.UnicodeScalarView(unsafe bytes.map { Unicode.Scalar($0) }))
  }
}
