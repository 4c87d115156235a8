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
    Page("resnet", "depth=18 size=33 width=4 classes=24"),
    Page("resnet", "depth=50 size=33 width=2 classes=24"),
    Page("open-nsfw", "size=33 width=4"),
    Page("mtcnn", "height=19 width=24 narrow=4"),
    Page("googlenet", "size=48 narrow=16 classes=24"),
    Page("googlenet", "size=48 narrow=16 classes=24 transformInput=false"),
    Page("efficientnet-lite0", "size=48 narrow=8 classes=24"),
    Page("alexnet", "size=48 narrow=8"),
    Page("squeezenet", "size=33 narrow=4"),
    Page("vgg16", model: "VGG16", "narrow=32 classes=24"),
    Page("lpips", "size=16 narrow=8 heads=own"),
    Page("lpips", "size=48 narrow=8 heads=own trunk=alex"),
    Page("lpips", "size=33 narrow=4 heads=own trunk=squeeze whole=true"),
    Page(
      "lxmert",
      "length=5 regions=4 layers=[1,1,1] entries=40 width=24 heads=3 seen=10 objects=9 attributes=7"
    ),
    Page(
      "lxmert",
      "length=5 regions=4 layers=[1,1,1] entries=40 width=24 heads=3 seen=10 task=nlvr2"),
    Page(
      "lxmert",
      "length=5 regions=4 layers=[1,1,1] entries=40 width=24 heads=3 seen=10 task=gqa"),
    Page(
      "oscar",
      "length=5 regions=4 layers=2 entries=40 width=24 heads=3 seen=10 separator=3"),
    Page(
      "oscar",
      "length=5 regions=4 layers=2 entries=40 width=24 heads=3 seen=10 separator=3 task=classify inner=6"
    ),
    Page(
      "oscar",
      "length=5 regions=4 layers=2 entries=40 width=24 heads=3 seen=10 separator=3 task=pair"),
    Page(
      "oscar",
      "length=5 regions=4 layers=2 entries=40 width=24 heads=3 seen=10 separator=3 task=caption regionNorm=true"
    ),
    Page("sentence-encoder", "length=6 entries=40 width=24 layers=2 heads=3"),
    Page(
      "damsm-similarity", model: "DAMSMSimilarity",
      "entries=9 length=5 size=20 nef=12 side=75 narrow=32 pictures=3 gamma1=60"),
    Page(
      "damsm-similarity", model: "MatchingLoss", "count=3 length=4 nef=6 places=3"),
  ]
}
