import TGImage
import TGPlan
import TGSession
import TGTensor

/// A still picture, from a file or from the output of a function.
public struct Picture: Hashable, Sendable {
  let picture: TGImage.Picture

  init(_ picture: TGImage.Picture) { self.picture = picture }

  /// Reads a PNG or JPEG file, upright and over white.
  ///
  /// - Throws: `TGraphError` for what is no picture, is damaged, or is larger than 100 megapixels.
  public init(contentsOf path: String) throws(TGraphError) {
    picture = try TGraphError.from { try TGImage.Picture.read(path: path) }
  }

  /// Red, green and blue of each pixel, 0 to 255: extents `[rows, columns, 3]`.
  public var pixels: Tensor {
    let samples = picture.with8Bits().converted(channels: 3).samples
    return Tensor(HostTensor([picture.height, picture.width, 3], samples.map { Float($0) }))
  }

  /// Writes a file, whole or not at all: `.png`, `.jpg` or `.jpeg`.
  ///
  /// - Throws: `TGraphError` if it cannot be written, or ends in something else.
  public func write(to path: String) throws(TGraphError) {
    let suffix = path.split(separator: ".").last.map { $0.lowercased() } ?? ""
    guard let format = PictureFormat(suffix: suffix) else {
      throw TGraphError("\(path) does not end in .png or .jpg")
    }
    try TGraphError.from {
      try picture.write(path: path, as: PictureEncoding(format))
    }
  }
}
