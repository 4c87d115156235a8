extension GraphCheckTests {
  /// Pages of encoders of text, retrieval, editing by text.
  static let readPages: [Page] = [
    Page("char-cnn-rnn", "sizes=[4,5,6,8] length=60"),
    Page("char-cnn-rnn", "sizes=[4,5,6,8] length=116 gated=false pool=true"),
    Page("char-cnn-rnn", model: "CharCNNRNNTorch7", "sizes=[4,5,6,8] length=60"),
    Page("sisgan", "base=4 condition=5 textSize=6 wordSize=7 length=5 size=16"),
    Page("sisgan", "vgg=false base=4 condition=5 textSize=6 wordSize=7 length=5 size=16"),
    Page("sisgan", "normalize=true base=4 condition=5 textSize=6 wordSize=7 length=5 size=16"),
    Page(
      "sisgan", model: "Discriminator",
      "base=2 narrowed=5 textSize=6 wordSize=7 length=5 size=32"),
    Page("vse", "hidden=8 size=6 wordSize=5 length=5 side=32 narrow=32"),
    Page("uvs", "entries=9 length=5 size=6 wordSize=5 features=7"),
    Page("vse-plus-plus", "entries=9 length=5 size=16 wordSize=5 features=7"),
    Page(
      "vse-plus-plus",
      "trunk=vgg19 narrow=32 side=32 entries=9 length=5 size=16 wordSize=5 features=7"),
    Page(
      "vse-plus-plus",
      "trunk=resnet depth=18 narrow=16 side=40 entries=9 length=5 size=16 wordSize=5 features=32"),
    Page(
      "vse-plus-plus",
      "measure=order absolute=true entries=9 length=5 size=16 wordSize=5 features=7"),
    Page("tirg", "entries=9 length=5 size=16 width=2 side=40"),
    Page("tirg", "composition=lastconv entries=9 length=5 size=16 width=2 side=40"),
    Page("tirg", "composition=concat entries=9 length=5 size=16 width=2 side=40"),
    Page("tirg", "composition=imgonly entries=9 length=5 size=16 width=2 side=40"),
    Page("tirg", "composition=textonly entries=9 length=5 size=16 width=2 side=40"),
    Page("val", "entries=9 length=5 wordSize=6 hidden=7 textSize=6 width=2 side=40"),
    Page("val", "entries=9 length=5 wordSize=6 hidden=7 textSize=6 width=2 side=40 padded=true"),
    Page(
      "val", "net=mobilenet entries=9 length=5 wordSize=6 hidden=7 textSize=6 width=2 side=40"),
  ]
}
