private import CTGPNG
package import TGTensor

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
    let file = try map(path)
    return try unsafe file.withBytes { (bytes) throws(PictureError) in
      try unsafe decode(bytes, path: path, limits: limits, warnings: &warnings)
    }
  }

  /// Reads a PNG straight into the form of a plan's picture input: of a picture of any size, no more
  /// than the result and some rows are in memory.
  ///
  /// - Parameters:
  ///   - form: makes a form of the size of the picture, which may depend on it or refuse it.
  ///   - warnings: takes what is odd about the file though it could be read.
  /// - Returns: `[1, channels, height, width]`; nil if the size is impossible.
  /// - Throws: `PictureError`, or what `form` throws.
  package static func readTensor(
    path: String, limits: PictureLimits = .standard, warnings: inout [String],
    form: (_ height: Int, _ width: Int) throws -> PictureForm
  ) throws -> HostTensor? {
    let file = try map(path)
    return try unsafe file.withBytes { bytes in
      let rows = try unsafe PNGRows(bytes, path: path, limits: limits)
      let form = try form(rows.height, rows.width)
      guard
        var fitting = form.fitting(height: rows.height, width: rows.width, depth: rows.depth)
      else { return nil }
      var line = [UInt16](repeating: 0, count: rows.width * rows.channels)
      for _ in 0..<rows.height {
        try rows.read(into: &line)
        let pixels =
          rows.channels == form.channels ? line : converted(line, to: form.channels)
        fitting.take(pixels, count: pixels.count)
      }
      try rows.finish(warnings: &warnings)
      return form.tensor(fitting)
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
    let file = try map(path)
    let bytes = file.bytes(0..<min(file.count, 16 << 20)) ?? []
    let kind = FileKind(bytes)
    guard kind == .png else { throw .notPNG(path: path, kind: kind) }
    return PNGChunks.texts(bytes)
  }

  /// The file of a picture, mapped.
  static func map(_ path: String) throws(PictureError) -> MappedFile {
    do {
      return try MappedFile(path: path)
    } catch {
      switch error {
      case .cannotOpen(let path, let reason), .cannotMap(let path, let reason):
        throw .missing(path: path, reason: reason)
      case .notARegularFile(let path):
        throw .missing(path: path, reason: "it is a directory or device, not a picture file")
      }
    }
  }

  private static func decode(
    _ bytes: UnsafeRawBufferPointer, path: String, limits: PictureLimits,
    warnings: inout [String]
  ) throws(PictureError) -> Picture {
    let rows = try unsafe PNGRows(bytes, path: path, limits: limits)
    var line = [UInt16](repeating: 0, count: rows.width * rows.channels)
    // What the head claims is believed row by row.
    var samples: [UInt16] = []
    for _ in 0..<rows.height {
      try rows.read(into: &line)
      samples += line
    }
    try rows.finish(warnings: &warnings)
    return Picture(
      height: rows.height, width: rows.width, channels: rows.channels, depth: rows.depth,
      samples: samples)
  }
}

extension Picture {
  /// The revision of libpng that reads and writes, such as `1.6.39`.
  package static var libraryRevision: String { unsafe String(cString: ctgpng_revision()) }
}
