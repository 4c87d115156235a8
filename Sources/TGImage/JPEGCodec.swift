private import CTGJPEG
internal import TGTensor

/// JPEG, by libjpeg-turbo: baseline, progressive and arithmetic ones of 8 bits, grey, RGB, YCbCr,
/// CMYK and YCCK read; baseline ones with colours at full resolution written.
enum JPEGCodec: PictureCodec {
  static let kind = FileKind.jpeg
  static let suffixes = ["jpg", "jpeg"]

  static var library: (name: String, revision: String) {
    ("libjpeg-turbo", unsafe String(cString: ctgjpeg_revision()))
  }

  static func rows(
    _ bytes: UnsafeRawBufferPointer, path: String, limits: PictureLimits
  ) throws(PictureError) -> any PictureRows {
    try unsafe JPEGRows(bytes, path: path, limits: limits)
  }

  static func head(
    _ bytes: UnsafeRawBufferPointer, path: String
  ) throws(PictureError) -> PictureHead {
    let limits = PictureLimits(side: 65_535, pixels: Int.max)
    let rows = try unsafe JPEGRows(bytes, path: path, limits: limits)
    let segments = rows.segments
    var remarks = rows.coding
    if segments.profileBytes > 0 {
      remarks.append("a colour profile of \(segments.profileBytes) bytes, which is not applied")
    }
    return PictureHead(
      format: .jpeg, height: rows.height, width: rows.width, depth: 8, colour: rows.colour,
      orientation: rows.orientation, remarks: remarks)
  }

  static func texts(_ bytes: UnsafeRawBufferPointer) -> [(key: String, value: String)] {
    JPEGTexts.texts(in: unsafe JPEGSegments(bytes).comments)
  }

  static func encode(
    _ picture: Picture, quality: Int, text: [(key: String, value: String)]
  ) throws(PictureError) -> [UInt8] {
    let plain = picture.with8Bits()
    let comments = JPEGTexts.comments(of: text)
    var bytes: UnsafeMutablePointer<UInt8>?
    var count = 0
    var message = [CChar](repeating: 0, count: Int(CTGJPEG_MESSAGE))
    let status = unsafe ctgjpeg_encode(
      plain.samples, UInt32(plain.width), UInt32(plain.height), UInt32(plain.channels),
      UInt32(min(max(quality, 1), 100)), comments.flatMap(\.self),
      comments.map { UInt32($0.count) }, UInt32(comments.count), &bytes, &count, &message)
    defer { unsafe ctgjpeg_free(bytes) }
    guard status == 0, let start = unsafe bytes else {
      throw .notWritten(.cannotWrite(path: "a picture", reason: words(message)))
    }
    return unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
  }
}
