extension GraphCheckTests {
  /// Pages of generators from codes, super-resolution and style.
  static let generatePages: [Page] = []
}
