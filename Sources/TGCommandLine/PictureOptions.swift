package import ArgumentParser
package import TGImage
internal import TGTensor

/// How commands write pictures.
package struct PictureOptions: ParsableArguments {
  /// The quality of JPEGs; nil if none is asked for.
  @Option(
    name: .customLong("jpeg-quality"),
    help: ArgumentHelp(
      "Write JPEGs of this quality, 1 to 100. (default: \(PictureEncoding.standardQuality) for a name "
        + "that ends with .jpg, PNG for others)", valueName: "N"))
  package var jpegQuality: Int?

  /// Makes the defaults.
  package init() {}

  /// How pictures are written: as the name of the main one says, or as the options do where it says
  /// nothing.
  ///
  /// - Parameter name: what `-o` says; nil without it.
  /// - Throws: `Failure` of status `usage` for a quality that cannot be, or of a format without one.
  package func encoding(named name: String? = nil) throws(Failure) -> PictureEncoding {
    if let jpegQuality, !(1...100).contains(jpegQuality) {
      throw Failure(.usage, "--jpeg-quality \(jpegQuality) is not between 1 and 100")
    }
    let wanted = PictureEncoding(
      jpegQuality == nil ? .png : .jpeg, quality: jpegQuality ?? PictureEncoding.standardQuality)
    guard let name, let format = PictureFormat(suffix: Path.suffix(name)) else { return wanted }
    guard jpegQuality == nil || format == .jpeg else {
      throw Failure(
        .usage, "-o \(name) is a \(format.rawValue), and --jpeg-quality is of JPEGs",
        hint: "say -o " + Path.quoted(freePath(like: Path.withoutSuffix(name) + ".jpg"))
          + ", or leave out --jpeg-quality")
    }
    return PictureEncoding(format, quality: wanted.quality)
  }
}
