extension GraphCheckTests {
  /// Pages of pictures from captions, and discriminators.
  static let paintPages: [Page] = []
}
