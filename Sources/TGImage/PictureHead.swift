/// What the head of a picture file says, before any sample is decoded.
package struct PictureHead: Hashable, Sendable {
  /// The format.
  package let format: PictureFormat
  /// The number of rows, as stored.
  package let height: Int
  /// The number of pixels in a row, as stored.
  package let width: Int
  /// The bits of a sample.
  package let depth: Int
  /// What a pixel is, such as `RGB with alpha` or `YCbCr 4:2:0`.
  package let colour: String
  /// How the picture is turned when it is read.
  package let orientation: PictureOrientation
  /// What else is worth to know, such as `progressive`.
  package let remarks: [String]
}
