extension GraphCheckTests {
  /// Pages of encoders of pictures, similarities, vision and language.
  static let seePages: [Page] = [
    Page("inception-v3", "size=75 narrow=32 classes=24"),
    Page("inception-v3", "size=75 narrow=32 classes=24 transformInput=false"),
    Page("inception-frechet", "size=40 side=107 narrow=32 classes=24"),
    Page("inception-frechet", "size=40 side=107 narrow=32 classes=24 resize=tensorflow"),
    Page("inception-frechet", "size=40 side=107 narrow=32 classes=24 resize=clean"),
    Page("damsm-image-encoder", "size=40 side=75 narrow=32 nef=16"),
    Page("damsm-image-encoder", "size=40 side=75 narrow=32 nef=16 aligned=false"),
  ]
}
