internal import TGTensor

/// What a file is by its first bytes, as far as reading pictures and an answer to "this is no picture" need.
package enum FileKind: String, Hashable, Sendable, CaseIterable {
  /// No bytes at all.
  case empty = "empty"
  /// PNG.
  case png = "PNG"
  /// A PNG whose line ends were changed by a transfer as text.
  case mangledPNG = "PNG damaged by a transfer as text"
  /// JPEG.
  case jpeg = "JPEG"
  /// GIF.
  case gif = "GIF"
  /// WebP.
  case webp = "WebP"
  /// Windows bitmap.
  case bmp = "BMP"
  /// TIFF.
  case tiff = "TIFF"
  /// HEIC or AVIF.
  case heif = "HEIC or AVIF"
  /// JPEG 2000.
  case jpeg2000 = "JPEG 2000"
  /// JPEG XL.
  case jpegXL = "JPEG XL"
  /// Netpbm: PBM, PGM, PPM, PAM.
  case netpbm = "Netpbm"
  /// Photoshop.
  case photoshop = "Photoshop"
  /// SVG.
  case svg = "SVG"
  /// PDF.
  case pdf = "PDF"
  /// A web page.
  case html = "HTML page"
  /// A placeholder of Git LFS.
  case gitLFS = "Git LFS pointer"
  /// A NumPy array.
  case numpy = "NumPy array"
  /// A zip archive, such as `.npz` or `.pth`.
  case zip = "zip archive"
  /// None of these.
  case unknown = "file of unknown kind"

  /// Judges by the first bytes; 512 are enough.
  package init(_ bytes: some Collection<UInt8>) {
    let head = Array(bytes.prefix(512))
    func begins(_ text: String, at offset: Int = 0) -> Bool {
      head.dropFirst(offset).starts(with: text.utf8)
    }
    if head.isEmpty {
      self = .empty
    } else if head.starts(with: PNGChunks.signature) {
      self = .png
    } else if begins("PNG", at: 1) {
      self = .mangledPNG
    } else if head.starts(with: [0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else if begins("GIF8") {
      self = .gif
    } else if begins("RIFF") && begins("WEBP", at: 8) {
      self = .webp
    } else if begins("BM") && head.count > 14 {
      self = .bmp
    } else if head.starts(with: [0x49, 0x49, 0x2A, 0]) || head.starts(with: [0x4D, 0x4D, 0, 0x2A]) {
      self = .tiff
    } else if begins("ftyp", at: 4) {
      self = .heif
    } else if begins("jP  ", at: 4) {
      self = .jpeg2000
    } else if begins("JXL ", at: 4) || head.starts(with: [0xFF, 0x0A]) {
      self = .jpegXL
    } else if begins("8BPS") {
      self = .photoshop
    } else if begins("%PDF") {
      self = .pdf
    } else if begins("version https://git-lfs") {
      self = .gitLFS
    } else if head.starts(with: [0x93]) && begins("NUMPY", at: 1) {
      self = .numpy
    } else if begins("PK\u{3}\u{4}") {
      self = .zip
    } else if head.count > 2, head[0] == UInt8(ascii: "P"), (0x31...0x37).contains(head[1]),
      [0x20, 0x0A, 0x0D, 0x09].contains(head[2])
    {
      self = .netpbm
    } else {
      let text = String(decoding: head, as: UTF8.self).lowercased()
      if text.contains("<svg") {
        self = .svg
      } else if text.contains("<!doctype html") || text.contains("<html")
        || text.contains("<head")
      {
        self = .html
      } else {
        self = .unknown
      }
    }
  }

  /// The sentence about a file of this kind where a picture was expected, with what to do.
  ///
  /// - Parameter hasProgram: true for a program that can be called by this name.
  package func complaint(
    _ path: String, hasProgram: @escaping (String) -> Bool = InstalledProgram.isThere
  ) -> String {
    let formats = PictureFormat.names
    let command = ForeignPicture(kind: self, path: path, hasProgram: hasProgram).command()
    let example = command.map { ", for example: \($0)" } ?? " with any program for pictures"
    switch self {
    case .empty:
      return "\(path) is empty, not a picture"
    case .png, .jpeg:
      return "\(path) is a \(rawValue) that cannot be read"
    case .mangledPNG:
      return "\(path) is a PNG whose line ends were changed by a transfer as text; fetch it again"
        + " as binary"
    case .gif, .webp, .bmp, .tiff, .heif, .jpeg2000, .jpegXL, .netpbm, .photoshop:
      return "\(path) is a \(rawValue) file, not a \(formats); save it as one under another name"
        + example
    case .svg:
      return "\(path) is an SVG drawing, not a \(formats); draw it into one" + example
    case .pdf:
      return "\(path) is a PDF, not a \(formats); draw a page of it into one" + example
    case .html:
      return
        "\(path) is an HTML page, not a picture; the download brought a page instead of the file"
    case .gitLFS:
      return "\(path) is a Git LFS pointer, not the picture itself; fetch that with Git LFS where "
        + "the pointer came from"
    case .numpy, .zip:
      return
        "\(path) is a \(rawValue), not a picture; arrays are given as --input NAME=\(shellWord(path))"
    case .unknown:
      return "\(path) is not a \(formats)"
    }
  }
}
