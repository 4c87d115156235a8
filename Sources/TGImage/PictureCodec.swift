/// What reads and writes one format of picture files. A format is one file that conforms, and a case
/// of `PictureFormat`.
protocol PictureCodec {
  /// What files of this format are by their first bytes.
  static var kind: FileKind { get }
  /// The suffixes of file names in lower case, without the point; the usual one first.
  static var suffixes: [String] { get }
  /// The library that does the work, and its revision.
  static var library: (name: String, revision: String) { get }

  /// Begins to read; `path` is what errors name. The bytes outlive the rows.
  ///
  /// - Throws: `PictureError` for what is too large, of a kind that is not read, or damaged in its
  ///   head. Nothing in proportion to the size that a head claims is allocated before that.
  static func rows(
    _ bytes: UnsafeRawBufferPointer, path: String, limits: PictureLimits
  ) throws(PictureError) -> any PictureRows

  /// What the head says, without any limit of size.
  ///
  /// - Throws: `PictureError`.
  static func head(
    _ bytes: UnsafeRawBufferPointer, path: String
  ) throws(PictureError) -> PictureHead

  /// The texts that stand before the samples, in order; damaged ones are passed over.
  static func texts(_ bytes: UnsafeRawBufferPointer) -> [(key: String, value: String)]

  /// A picture as a file with checked texts. Equal arguments give equal bytes.
  ///
  /// - Throws: `PictureError`.
  static func encode(
    _ picture: Picture, quality: Int, text: [(key: String, value: String)]
  ) throws(PictureError) -> [UInt8]
}

/// The rows of a picture file, from the top, one after the other.
protocol PictureRows: AnyObject {
  /// The number of rows.
  var height: Int { get }
  /// The number of pixels in a row.
  var width: Int { get }
  /// 1 (grey) or 3 (red, green, blue).
  var channels: Int { get }
  /// Bits per sample, 8 or 16.
  var depth: Int { get }
  /// How the rows are to be turned to be seen upright.
  var orientation: PictureOrientation { get }

  /// Reads the next row into `width` × `channels` samples; to be called `height` times.
  ///
  /// - Throws: `PictureError.damaged`.
  func read(into line: inout [UInt16]) throws(PictureError)

  /// Reads to the end mark, after the last row.
  ///
  /// - Parameter warnings: takes what is odd about the file though it could be read.
  /// - Throws: `PictureError.damaged`.
  func finish(warnings: inout [String]) throws(PictureError)
}

/// A format of picture files that is read and written.
package enum PictureFormat: String, Hashable, Sendable, CaseIterable {
  /// PNG: without loss.
  case png = "PNG"
  /// JPEG: with loss, by quality.
  case jpeg = "JPEG"

  /// What reads and writes it.
  var codec: any PictureCodec.Type {
    switch self {
    case .png: PNGCodec.self
    case .jpeg: JPEGCodec.self
    }
  }

  /// The format of a kind of file; nil if it is not read.
  init?(_ kind: FileKind) {
    guard let format = Self.allCases.first(where: { $0.codec.kind == kind }) else { return nil }
    self = format
  }

  /// The format that a suffix of a file name says (lower case, without the point); nil for others.
  package init?(suffix: String) {
    guard let format = Self.allCases.first(where: { $0.codec.suffixes.contains(suffix) }) else {
      return nil
    }
    self = format
  }

  /// The usual suffix, without the point.
  package var suffix: String { codec.suffixes[0] }

  /// True if a written picture reads back with every bit.
  package var keepsEveryBit: Bool { self == .png }

  /// The suffixes of all formats, without the point.
  package static var suffixes: [String] { allCases.flatMap { $0.codec.suffixes } }

  /// The libraries that read and write, each with its revision, such as `libpng` and `1.6.39`.
  package static var libraries: [(name: String, revision: String)] {
    allCases.map { $0.codec.library }
  }

  /// The formats in a sentence: `PNG or JPEG`.
  package static var names: String { allCases.map(\.rawValue).joined(separator: " or ") }
}

/// How a picture is written.
package struct PictureEncoding: Hashable, Sendable {
  /// The format.
  package var format: PictureFormat
  /// From 1 to 100, for formats with loss.
  package var quality: Int

  /// The quality of a JPEG unless another is asked for: losses are hardly seen.
  package static let standardQuality = 95

  /// PNG.
  package static let png = PictureEncoding(.png)

  /// A format, with its quality.
  package init(_ format: PictureFormat, quality: Int = standardQuality) {
    self.format = format
    self.quality = quality
  }
}
