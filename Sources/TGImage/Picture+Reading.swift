package import TGTensor

/// What is accepted as a picture.
package struct PictureLimits: Hashable, Sendable, CustomStringConvertible {
  /// The largest width and height, in pixels.
  package var side = 16_384
  /// The most pixels.
  package var pixels = 100_000_000
  /// The bytes of a band of a picture that is turned (`TurnedRows`); it has one row at least.
  package var bandBytes = 32 << 20

  /// What every command uses.
  package static let standard = PictureLimits()

  /// The limits in words.
  package var description: String { "\(side) a side and \(pixels / 1_000_000) megapixels" }

  /// Makes sure that a head claims no more.
  ///
  /// - Throws: `PictureError.tooLarge`.
  func check(width: Int, height: Int, path: String) throws(PictureError) {
    let (count, overflow) = width.multipliedReportingOverflow(by: height)
    guard width <= side, height <= side, !overflow, count <= pixels else {
      throw .tooLarge(path: path, width: width, height: height)
    }
  }
}

extension Picture {
  /// Reads a picture file of any format, upright (`PictureOrientation`).
  ///
  /// - Parameter warnings: takes what is odd about the file though it could be read.
  /// - Throws: `PictureError`; the end mark and all rows are insisted on, and checksums where the
  ///   format has them.
  package static func read(
    path: String, limits: PictureLimits = .standard, warnings: inout [String]
  ) throws(PictureError) -> Picture {
    let file = try map(path)
    return try unsafe file.withBytes { (bytes) throws(PictureError) in
      try unsafe decode(bytes, path: path, limits: limits, warnings: &warnings)
    }
  }

  /// Reads a picture file straight into the form of a plan's picture input: of a picture of any size
  /// no more than the result and some rows are in memory, and what `TurnedRows` and the format need.
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
      let rows = try unsafe rows(bytes, path: path, limits: limits)
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

  /// Reads a picture file, without its warnings.
  ///
  /// - Throws: `PictureError`.
  package static func read(path: String) throws(PictureError) -> Picture {
    var warnings: [String] = []
    return try read(path: path, warnings: &warnings)
  }

  /// Decodes a picture file in memory; `path` is what errors name.
  ///
  /// - Throws: `PictureError`.
  package static func decode(
    _ bytes: [UInt8], path: String, limits: PictureLimits = .standard
  ) throws(PictureError) -> Picture {
    var warnings: [String] = []
    return try unsafe with(bytes) { (buffer) throws(PictureError) in
      unsafe try decode(buffer, path: path, limits: limits, warnings: &warnings)
    }
  }

  /// The texts stored before the samples of a picture file, in order.
  ///
  /// - Throws: `PictureError` if there is no such file or it is no picture that is read.
  package static func readText(
    path: String
  ) throws(PictureError) -> [(key: String, value: String)] {
    let file = try map(path)
    return try unsafe file.withBytes { (bytes) throws(PictureError) in
      unsafe try format(of: bytes, path: path).codec.texts(bytes)
    }
  }

  /// The texts stored before the samples of a picture file in memory; none if it is no picture.
  package static func texts(of bytes: [UInt8]) -> [(key: String, value: String)] {
    unsafe bytes.withUnsafeBytes { buffer in
      unsafe PictureFormat(kind(of: buffer))?.codec.texts(buffer) ?? []
    }
  }

  /// What the head of a picture file says.
  ///
  /// - Returns: nil if it is no picture of a format that is read.
  /// - Throws: `PictureError` if there is no such file or its head is damaged.
  package static func readHead(path: String) throws(PictureError) -> PictureHead? {
    let file = try map(path)
    return try unsafe file.withBytes { (bytes) throws(PictureError) in
      guard let format = unsafe PictureFormat(kind(of: bytes)) else { return nil }
      return unsafe try format.codec.head(bytes, path: path)
    }
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

  private static func kind(of bytes: UnsafeRawBufferPointer) -> FileKind {
    unsafe FileKind([UInt8](bytes.prefix(512)))
  }

  private static func format(
    of bytes: UnsafeRawBufferPointer, path: String
  ) throws(PictureError) -> PictureFormat {
    let kind = unsafe kind(of: bytes)
    guard let format = PictureFormat(kind) else { throw .notPicture(path: path, kind: kind) }
    return format
  }

  /// The rows of a picture file, upright.
  private static func rows(
    _ bytes: UnsafeRawBufferPointer, path: String, limits: PictureLimits
  ) throws(PictureError) -> any PictureRows {
    let codec = unsafe try format(of: bytes, path: path).codec
    let rows = unsafe try codec.rows(bytes, path: path, limits: limits)
    guard rows.orientation != .upright else { return rows }
    return TurnedRows(rows, bandBytes: limits.bandBytes) { () throws(PictureError) in
      unsafe try codec.rows(bytes, path: path, limits: limits)
    }
  }

  private static func decode(
    _ bytes: UnsafeRawBufferPointer, path: String, limits: PictureLimits,
    warnings: inout [String]
  ) throws(PictureError) -> Picture {
    let rows = try unsafe rows(bytes, path: path, limits: limits)
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

  /// Lends bytes to what throws an error of a picture.
  private static func with<Result>(
    _ bytes: [UInt8], _ body: (UnsafeRawBufferPointer) throws(PictureError) -> Result
  ) throws(PictureError) -> Result {
    let result: Swift.Result<Result, PictureError> = unsafe bytes.withUnsafeBytes { buffer in
      do throws(PictureError) {
        return .success(unsafe try body(buffer))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }
}
