internal import TGImage
internal import TGTensor

/// How pictures are told from other arguments of a command line.
package enum PictureOperand {
  /// True for what is named like a picture, and for existing files that begin like one.
  package static func isPicture(_ operand: String) -> Bool {
    if suffixes.contains(Path.suffix(operand)) { return true }
    guard let file = try? MappedFile(path: operand) else { return false }
    switch FileKind(file.bytes(0..<min(512, file.count)) ?? []) {
    case .png, .mangledPNG, .jpeg, .gif, .webp, .bmp, .tiff, .heif, .jpeg2000, .jpegXL, .netpbm,
      .photoshop, .svg:
      return true
    case .empty, .pdf, .html, .gitLFS, .numpy, .zip, .unknown:
      return false
    }
  }

  private static let suffixes: Set<String> = [
    "png", "jpg", "jpeg", "gif", "webp", "bmp", "tif", "tiff", "heic", "avif", "jp2", "jxl", "ppm",
    "pgm", "pbm", "psd",
  ]
}
