private import CTGPNG
private import TGTensor

/// What is accepted as a picture.
package struct PictureLimits: Hashable, Sendable, CustomStringConvertible {
  /// The largest width and height, in pixels.
  package var side = 16_384
  /// The most pixels.
  package var pixels = 100_000_000

  /// What every command uses.
  package static let standard = PictureLimits()

  /// The limits in words.
  package var description: String { "\(side) a side and \(pixels / 1_000_000) megapixels" }
}

extension Picture {
  /// Reads a PNG of any kind: grey, palette, colour, 1 to 16 bits, transparent, interlaced.
  ///
  /// - Parameter warnings: takes what is odd about the file though it could be read.
  /// - Throws: `PictureError`; checksums, the end mark and all rows are insisted on.
  package static func read(
    path: String, limits: PictureLimits = .standard, warnings: inout [String]
  ) throws(PictureError) -> Picture {
    let file: MappedFile
    do {
      file = try MappedFile(path: path)
    } catch {
      throw missing(error)
    }
    return try unsafe file.withBytes { (bytes) throws(PictureError) in
      try unsafe decode(bytes, path: path, limits: limits, warnings: &warnings)
    }
  }

  /// Reads a PNG, without its warnings.
  ///
  /// - Throws: `PictureError`.
  package static func read(path: String) throws(PictureError) -> Picture {
    var warnings: [String] = []
    return try read(path: path, warnings: &warnings)
  }

  /// Decodes a PNG in memory; `path` is what errors name.
  ///
  /// - Throws: `PictureError`.
  package static func decode(
    _ bytes: [UInt8], path: String, limits: PictureLimits = .standard
  ) throws(PictureError) -> Picture {
    var warnings: [String] = []
    let result: Result<Picture, PictureError> = unsafe bytes.withUnsafeBytes { buffer in
      do throws(PictureError) {
        return .success(
          unsafe try decode(buffer, path: path, limits: limits, warnings: &warnings))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  /// Encodes as PNG, with texts that stay beside the picture. Equal arguments give equal bytes.
  ///
  /// - Throws: `PictureError.unfitText` for a key that is not 1 to 79 printable ASCII characters, or
  ///   a value of more than a megabyte or with a zero in it.
  package func encoded(
    text: [(key: String, value: String)] = []
  ) throws(PictureError) -> [UInt8] {
    var chunks: [UInt8] = []
    for (key, value) in text {
      guard (1...79).contains(key.utf8.count), key.utf8.allSatisfy({ (0x20...0x7E).contains($0) })
      else { throw .unfitText(key: key, reason: "a key is 1 to 79 printable ASCII characters") }
      guard value.utf8.count <= 1 << 20, !value.utf8.contains(0) else {
        throw .unfitText(key: key, reason: "a value is at most a megabyte, without zeros")
      }
      chunks += PNGChunks.text(key: key, value: value)
    }
    var bytes: UnsafeMutablePointer<UInt8>?
    var count = 0
    var message = [CChar](repeating: 0, count: Int(CTGPNG_MESSAGE))
    let status = unsafe ctgpng_encode(
      samples, UInt32(width), UInt32(height), UInt32(channels), UInt32(depth), &bytes, &count,
      &message)
    defer { unsafe ctgpng_free(bytes) }
    guard status == 0, let start = unsafe bytes else {
      throw .notWritten(.cannotWrite(path: "a picture", reason: words(message)))
    }
    let png = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
    return chunks.isEmpty ? png : PNGChunks.inserting(chunks, into: png)
  }

  /// Writes a PNG, whole or not at all. No time, path or program name is stored.
  ///
  /// - Throws: `PictureError`.
  package func write(
    path: String, text: [(key: String, value: String)] = []
  ) throws(PictureError) {
    let bytes = try encoded(text: text)
    do {
      try AtomicFile.save(bytes, to: path)
    } catch {
      throw .notWritten(error)
    }
  }

  /// The texts stored before the samples of a PNG, in order.
  ///
  /// - Throws: `PictureError` if there is no such file or it is not a PNG.
  package static func readText(
    path: String
  ) throws(PictureError) -> [(key: String, value: String)] {
    let file: MappedFile
    do {
      file = try MappedFile(path: path)
    } catch {
      throw missing(error)
    }
    let bytes = file.bytes(0..<min(file.count, 16 << 20)) ?? []
    let kind = FileKind(bytes)
    guard kind == .png else { throw .notPNG(path: path, kind: kind) }
    return PNGChunks.texts(bytes)
  }

  private static func missing(_ error: MappedFileError) -> PictureError {
    switch error {
    case .cannotOpen(let path, let reason), .cannotMap(let path, let reason):
      return .missing(path: path, reason: reason)
    case .notARegularFile(let path):
      return .missing(path: path, reason: "it is a directory or device, not a picture file")
    }
  }

  private static func decode(
    _ bytes: UnsafeRawBufferPointer, path: String, limits: PictureLimits,
    warnings: inout [String]
  ) throws(PictureError) -> Picture {
    let head = unsafe [UInt8](bytes.prefix(512))
    let kind = FileKind(head)
    guard kind == .png else { throw .notPNG(path: path, kind: kind) }
    if let size = PNGChunks.size(head) {
      let (pixels, overflow) = size.width.multipliedReportingOverflow(by: size.height)
      guard size.width <= limits.side, size.height <= limits.side, !overflow,
        pixels <= limits.pixels
      else { throw .tooLarge(path: path, width: size.width, height: size.height) }
    }
    var header = ctgpng_header()
    var message = [CChar](repeating: 0, count: Int(CTGPNG_MESSAGE))
    var bounds = ctgpng_limits()
    bounds.side = UInt32(limits.side)
    bounds.chunk_bytes = 8 << 20
    bounds.chunk_count = 64
    let start = unsafe bytes.assumingMemoryBound(to: UInt8.self).baseAddress
    guard
      let reader = unsafe ctgpng_open(start, bytes.count, &bounds, &header, &message)
    else { throw .damaged(path: path, reason: words(message)) }
    defer { unsafe ctgpng_close(reader) }

    let width = Int(header.width)
    let height = Int(header.height)
    let channels = Int(header.channels)
    var row = [UInt16](repeating: 0, count: width * channels)
    var samples: [UInt16] = []
    let passes = header.interlaced == 0 ? [InterlacePass.whole] : InterlacePass.adam7
    var rowsLeft = passes.reduce(0) {
      $0 + ($1.columns(of: width) > 0 ? $1.rows(of: height) : 0)
    }
    for pass in passes {
      let across = pass.columns(of: width)
      guard across > 0 else { continue }
      for _ in 0..<pass.rows(of: height) {
        rowsLeft -= 1
        guard unsafe rowsLeft > 0 || ctgpng_expect_last_row(reader, &message) == 0 else {
          throw .damaged(path: path, reason: words(message))
        }
        guard unsafe ctgpng_read_row(reader, UInt32(across), &row, &message) == 0 else {
          throw .damaged(path: path, reason: words(message))
        }
        samples.append(contentsOf: row.prefix(across * channels))
      }
    }
    guard unsafe ctgpng_finish(reader, &message) == 0 else {
      throw .damaged(path: path, reason: words(message))
    }
    let remarks = unsafe String(cString: ctgpng_warnings(reader))
    if !remarks.isEmpty { warnings.append("\(path): \(remarks)") }
    if passes.count > 1 {
      samples = InterlacePass.woven(samples, width: width, height: height, channels: channels)
    }
    return Picture(
      height: height, width: width, channels: channels, depth: Int(header.depth),
      samples: samples)
  }
}

/// A message of the C side as a string.
private func words(_ message: [CChar]) -> String {
  String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
