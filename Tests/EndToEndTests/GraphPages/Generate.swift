extension GraphCheckTests {
  /// Pages of generators from codes, super-resolution and style.
  static let generatePages: [Page] = [
    Page("pggan", "resolution=32 widest=16 base=256 codes=12"),
    Page("pggan", "resolution=16 widest=8 codes=12 names=higan fused=true tap=2"),
    Page("pggan", "resolution=16 widest=8 codes=12 names=gandissect tap=4 finalTanh=true"),
  ]
}
