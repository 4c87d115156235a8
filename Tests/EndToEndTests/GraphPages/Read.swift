extension GraphCheckTests {
  /// Pages of encoders of text, retrieval, editing by text.
  static let readPages: [Page] = []
}
