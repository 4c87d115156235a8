private import CTGPNG

/// The rows of a PNG in memory, from the top, one after the other.
///
/// What is held at a time are some rows and libpng's own buffers. An interlaced picture has seven
/// passes of rows in its file; each is read by a reader of its own, which passes over those before,
/// so that it takes twice the time and no more memory.
@safe final class PNGRows: PictureRows {
  let height: Int
  let width: Int
  let channels: Int
  let depth: Int
  let orientation: PictureOrientation
  private let path: String
  private var readers: [PassReader] = []
  private var next = 0

  /// One pass and what decodes it.
  private struct PassReader {
    let pass: InterlacePass
    let decoder: PNGDecoder
    var pixels: [UInt16]
  }

  /// Begins to read a PNG, as `PictureCodec.rows` says.
  init(
    _ bytes: UnsafeRawBufferPointer, path: String, limits: PictureLimits
  ) throws(PictureError) {
    if let size = unsafe PNGChunks.size([UInt8](bytes.prefix(24))) {
      try limits.check(width: size.width, height: size.height, path: path)
    }
    let decoder = try unsafe PNGDecoder(bytes, path: path, side: limits.side)
    (height, width) = (decoder.height, decoder.width)
    (channels, depth) = (decoder.channels, decoder.depth)
    orientation = PictureOrientation(number: EXIF.orientation(ofTIFF: decoder.exif))
    self.path = path
    let passes = decoder.isInterlaced ? InterlacePass.adam7 : [InterlacePass.whole]
    let present = passes.filter { $0.columns(of: width) > 0 && $0.rows(of: height) > 0 }
    let line = [UInt16](repeating: 0, count: width * channels)
    for (index, pass) in present.enumerated() {
      let decoder =
        index == 0 ? decoder : try unsafe PNGDecoder(bytes, path: path, side: limits.side)
      var reader = PassReader(pass: pass, decoder: decoder, pixels: line)
      for before in present[..<index] {
        for _ in 0..<before.rows(of: height) {
          try decoder.read(before.columns(of: width), into: &reader.pixels)
        }
      }
      readers.append(reader)
    }
  }

  /// How a PNG is to be turned; as stored if its head is damaged or claims too much.
  static func orientation(_ bytes: UnsafeRawBufferPointer, path: String) -> PictureOrientation {
    let decoder = unsafe try? PNGDecoder(bytes, path: path, side: PictureLimits.standard.side)
    return PictureOrientation(number: decoder.flatMap { EXIF.orientation(ofTIFF: $0.exif) })
  }

  func read(into line: inout [UInt16]) throws(PictureError) {
    let row = next
    next += 1
    for index in readers.indices where readers[index].pass.holds(row: row) {
      let pass = readers[index].pass
      if index == readers.count - 1, isLast(row, of: pass) {
        try readers[index].decoder.expectLastRow()
      }
      guard readers.count > 1 else {
        return try readers[index].decoder.read(width, into: &line)
      }
      try readers[index].decoder.read(pass.columns(of: width), into: &readers[index].pixels)
      pass.weave(readers[index].pixels, channels: channels, width: width, into: &line)
    }
  }

  private func isLast(_ row: Int, of pass: InterlacePass) -> Bool {
    !(row + 1..<height).contains { pass.holds(row: $0) }
  }

  func finish(warnings: inout [String]) throws(PictureError) {
    guard let last = readers.last?.decoder else { return }
    try last.finish()
    let remarks = last.remarks
    if !remarks.isEmpty { warnings.append("\(path): \(remarks)") }
  }
}

/// libpng at work on one run through the bytes of a file.
@safe private final class PNGDecoder {
  let height: Int
  let width: Int
  let channels: Int
  let depth: Int
  let isInterlaced: Bool
  private let path: String
  private let reader: OpaquePointer

  init(_ bytes: UnsafeRawBufferPointer, path: String, side: Int) throws(PictureError) {
    var header = ctgpng_header()
    var message = [CChar](repeating: 0, count: Int(CTGPNG_MESSAGE))
    var bounds = ctgpng_limits()
    bounds.side = UInt32(side)
    bounds.chunk_bytes = 8 << 20
    bounds.chunk_count = 64
    let start = unsafe bytes.assumingMemoryBound(to: UInt8.self).baseAddress
    guard let reader = unsafe ctgpng_open(start, bytes.count, &bounds, &header, &message) else {
      throw .damaged(path: path, format: .png, reason: words(message))
    }
    unsafe self.reader = unsafe reader
    self.path = path
    (height, width) = (Int(header.height), Int(header.width))
    (channels, depth) = (Int(header.channels), Int(header.depth))
    isInterlaced = header.interlaced != 0
  }

  deinit { unsafe ctgpng_close(reader) }

  /// Decodes the next row of the file, of so many pixels.
  func read(_ count: Int, into line: inout [UInt16]) throws(PictureError) {
    try check { unsafe ctgpng_read_row(reader, UInt32(count), &line, &$0) }
  }

  /// To be called before the last row of the file.
  func expectLastRow() throws(PictureError) {
    try check { unsafe ctgpng_expect_last_row(reader, &$0) }
  }

  func finish() throws(PictureError) { try check { unsafe ctgpng_finish(reader, &$0) } }

  /// The block of the eXIf chunk before the samples; empty without one.
  var exif: [UInt8] {
    var count = 0
    guard let start = unsafe ctgpng_exif(reader, &count) else { return [] }
    return unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
  }

  /// What libpng warned of.
  var remarks: String { unsafe String(cString: ctgpng_warnings(reader)) }

  private func check(_ call: (inout [CChar]) -> Int32) throws(PictureError) {
    var message = [CChar](repeating: 0, count: Int(CTGPNG_MESSAGE))
    guard call(&message) == 0 else {
      throw .damaged(path: path, format: .png, reason: words(message))
    }
  }
}

/// A message of the C side as a string.
func words(_ message: [CChar]) -> String {
  String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
