extension GraphCheckTests {
  /// Pages of encoders of text, retrieval, editing by text.
  static let readPages: [Page] = [
    Page("char-cnn-rnn", "sizes=[4,5,6,8] length=60"),
    Page("char-cnn-rnn", "sizes=[4,5,6,8] length=116 gated=false pool=true"),
    Page("char-cnn-rnn", model: "CharCNNRNNTorch7", "sizes=[4,5,6,8] length=60"),
  ]
}
