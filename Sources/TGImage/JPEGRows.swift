private import CTGJPEG

/// The rows of a JPEG in memory, from the top, one after the other.
///
/// What is held at a time are some rows; of a file of several scans, such as a progressive one, two
/// bytes for each of its samples from the first row on.
@safe final class JPEGRows: PictureRows {
  let height: Int
  let width: Int
  let channels: Int
  let depth = 8
  let orientation: PictureOrientation
  /// What stands before the samples.
  let segments: JPEGSegments
  /// How colours are kept, such as `YCbCr 4:2:0`.
  let colour: String
  /// How samples are coded, where that is not the usual way.
  let coding: [String]
  private let path: String
  private let reader: OpaquePointer

  /// The most scans of a file. A usual one has 10; each runs over the whole picture.
  static let scans = 100

  /// Begins to read, as `PictureCodec.rows` says.
  init(
    _ bytes: UnsafeRawBufferPointer, path: String, limits: PictureLimits
  ) throws(PictureError) {
    segments = unsafe JPEGSegments(bytes)
    if let frame = segments.frame {
      if let reason = Self.refusal(of: frame) { throw .unreadable(path: path, reason: reason) }
      try limits.check(width: frame.width, height: frame.height, path: path)
      if let reason = Self.excess(of: frame, in: bytes.count) {
        throw .damaged(path: path, format: .jpeg, reason: reason)
      }
    }
    var header = ctgjpeg_header()
    var message = [CChar](repeating: 0, count: Int(CTGJPEG_MESSAGE))
    let start = unsafe bytes.assumingMemoryBound(to: UInt8.self).baseAddress
    let opened = unsafe ctgjpeg_open(start, bytes.count, UInt32(Self.scans), &header, &message)
    guard let reader = unsafe opened else {
      throw .damaged(path: path, format: .jpeg, reason: words(message))
    }
    unsafe self.reader = unsafe reader
    self.path = path
    (height, width) = (Int(header.height), Int(header.width))
    channels = Int(header.channels)
    orientation = segments.orientation
    colour = Self.colour(header)
    coding =
      (header.progressive == 0 ? [] : ["progressive"])
      + (header.arithmetic == 0 ? [] : ["coded arithmetically"])
    try limits.check(width: width, height: height, path: path)
  }

  deinit { unsafe ctgjpeg_close(reader) }

  func read(into line: inout [UInt16]) throws(PictureError) {
    try check { unsafe ctgjpeg_read_row(reader, &line, &$0) }
  }

  func finish(warnings: inout [String]) throws(PictureError) {
    try check { unsafe ctgjpeg_finish(reader, &$0) }
    let remarks = unsafe String(cString: ctgjpeg_warnings(reader))
    if !remarks.isEmpty { warnings.append("\(path): \(remarks)") }
    if colour == "CMYK" || colour == "YCCK" {
      warnings.append(
        "\(path): its \(colour) colours become RGB without its colour profile, as in Pillow; "
          + "they may look different")
    }
  }

  private func check(_ call: (inout [CChar]) -> Int32) throws(PictureError) {
    var message = [CChar](repeating: 0, count: Int(CTGJPEG_MESSAGE))
    guard call(&message) == 0 else {
      throw .damaged(path: path, format: .jpeg, reason: words(message))
    }
  }

  /// Why a frame is of a kind that is not read; nil if it is read.
  private static func refusal(of frame: JPEGSegments.Frame) -> String? {
    switch frame.process {
    case 0xC3, 0xC7, 0xCB, 0xCF: "it is a lossless JPEG"
    case 0xC5, 0xC6, 0xCD, 0xCE: "it is a hierarchical JPEG"
    default:
      if frame.depth != 8 {
        "it is a JPEG of \(frame.depth) bits a sample, and those of 8 are read"
      } else if ![1, 3, 4].contains(frame.components) {
        "it is a JPEG of \(frame.components) samples a pixel, and those of 1, 3 and 4 are read"
      } else {
        nil
      }
    }
  }

  /// What a claim is that the file cannot hold; nil if it can.
  ///
  /// A Huffman code has at least a bit, and a block of samples at least a code. However samples are
  /// thinned out, a block stands for at most 128 pixels, so a byte holds at most 1024. Arithmetic
  /// coding has no such bound.
  private static func excess(of frame: JPEGSegments.Frame, in bytes: Int) -> String? {
    let isArithmetic = frame.process == 0xC9 || frame.process == 0xCA
    guard !isArithmetic, frame.width * frame.height / 1024 > bytes else { return nil }
    return "it claims \(frame.width) × \(frame.height) pixels, more than its \(bytes) bytes "
      + "can hold: it is cut short, or made up"
  }

  private static func colour(_ header: ctgjpeg_header) -> String {
    switch ctgjpeg_colour(header.colour) {
    case CTGJPEG_GREY: return "grey"
    case CTGJPEG_RGB: return "RGB"
    case CTGJPEG_CMYK: return "CMYK"
    case CTGJPEG_YCCK: return "YCCK"
    default:
      let ways: [[UInt32]: String] = [
        [1, 1]: "4:4:4", [2, 1]: "4:2:2", [2, 2]: "4:2:0", [1, 2]: "4:4:0", [4, 1]: "4:1:1",
      ]
      return "YCbCr" + (ways[[header.across, header.down]].map { " " + $0 } ?? "")
    }
  }
}
