extension GraphCheckTests {
  /// Pages of generators from codes, super-resolution and style.
  static let generatePages: [Page] = [
    Page("pggan", "resolution=32 widest=16 base=256 codes=12"),
    Page("pggan", "resolution=16 widest=16 codes=12 names=higan fused=true tap=3"),
    Page("pggan", "resolution=16 widest=8 codes=12 names=gandissect tap=4 finalTanh=true"),
    Page("biggan", "resolution=64 ch=4 classes=5 tap=2"),
    Page("biggan", "resolution=64 deep=true ch=4 classes=5 codes=9 tap=7"),
    Page("biggan-hub", "resolution=64 ch=4 classes=5 truncation=0.7 tap=2"),
    Page("biggan-deep", "resolution=64 ch=8 classes=5 codes=9 attention=4 tap=5"),
    Page("stylegan1", "resolution=32 widest=16 styles=24 depth=2 tap=3"),
    Page(
      "stylegan1",
      "resolution=16 widest=16 styles=24 depth=2 names=genforce perLayer=true finalTanh=true tap=0"),
    Page("stylegan1-port", "resolution=16 widest=16 styles=24 depth=2 tap=2"),
    Page("stylegan1-rosinality", "resolution=16 widest=16 styles=24 depth=2 samples=20 tap=3"),
    Page("stylegan1-rosinality", "resolution=16 widest=16 styles=24 depth=2 samples=20 alpha=0.5"),
    Page("stylegan2", "resolution=16 widest=16 styles=24 depth=2 tap=1"),
    Page("stylegan2-ada", "resolution=16 channels=512 widest=16 styles=24 depth=2 tap=2"),
    Page("dcgan", "z=12 g=8 tap=5"),
    Page("real-esrgan", "height=6 width=8 blocks=1 features=8 growth=4"),
    Page("real-esrgan-video", "height=6 width=8 scale=3 features=8 count=2"),
    Page("real-esrgan-video", "height=6 width=8 features=8 count=2"),
    Page("srgan", "height=12 width=14 steps=2 features=8"),
    Page("srgan", "height=12 width=14 features=8 folded=true"),
    Page("multistyle26", "height=22 width=16 styles=5 features=8"),
  ]
}
