extension GraphCheckTests {
  /// Pages of pictures from captions, and discriminators.
  static let paintPages: [Page] = [
    Page("stackgan-v2", "g=4 z=6 condition=5 textSize=7"),
    Page("stackgan-v2", "g=4 z=6 conditional=false"),
    Page("stackgan-v2-discriminator", "size=64 d=4 condition=5"),
    Page("stackgan-v2-discriminator", "size=128 d=2 conditional=false"),
    Page("stackgan-v2-judge", "size=64 d=4 condition=5 textSize=7"),
    Page("attn-dcgan", "g=2 entries=9 length=5 nef=12 z=6 condition=6"),
    Page("attngan-discriminator", "size=64 d=4 entries=9 length=5 nef=12"),
    Page("attngan-discriminator", "size=128 d=2 entries=9 length=5 nef=12 unconditional=false"),
    Page("stackgan", "g=8 z=6 condition=5 residuals=1 textSize=7"),
    Page("stackgan", model: "StackGANStageI", "g=8 z=6 condition=5 textSize=7"),
    Page("stackgan-discriminator", "size=64 d=4 condition=5"),
    Page("stackgan-discriminator", "d=2 condition=5"),
    Page("stackgan-judge", "size=64 d=4 condition=5 textSize=7"),
    Page("stackgan-tensorflow", "g=8 z=6 condition=5 textSize=7"),
    Page(
      "stackgan-tensorflow", model: "StackGANTensorFlowStageI",
      "g=4 z=6 condition=5 textSize=7"),
    Page("stackgan-tensorflow-discriminator", "size=64 d=4 condition=5 textSize=7"),
    Page("stackgan-tensorflow-discriminator", "d=2 condition=5 textSize=7"),
    Page("gan-int-cls", "g=4 d=4 textSize=12 narrowed=8 z=6 residuals=2 coco=true branch=false"),
    Page("gan-cls-pytorch", "g=4 d=4 textSize=12 narrowed=8 z=6"),
    Page("controlgan", "g=2 entries=9 length=5 nef=12 z=6 condition=6 residuals=1"),
    Page("manigan", "g=3 entries=9 length=5 nef=12 z=6 condition=6 residuals=1"),
    Page("manigan-detail", "g=2 entries=9 length=5 nef=12 z=6 condition=6 residuals=1"),
  ]
}
