extension GraphCheckTests {
  /// Pages of encoders of pictures, similarities, vision and language.
  static let seePages: [Page] = []
}
