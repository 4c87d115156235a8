internal import TGSession

/// The seed of a restart: the seed itself for the first, number 0; after that the words 0 (low) and 1
/// (high) of the Philox block whose key is the seed and whose counter is the restart, 0, and the
/// FNV-1a hash of `restart`. `spec/noise.md` states it.
package func restartSeed(_ seed: UInt64, restart: Int) -> UInt64 {
  guard restart > 0 else { return seed }
  let generator = Philox(
    key: SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)))
  let name = Noise.hash(of: "restart")
  let words = generator.block(
    SIMD4(
      UInt32(truncatingIfNeeded: restart), 0, UInt32(truncatingIfNeeded: name),
      UInt32(truncatingIfNeeded: name >> 32)))
  return UInt64(words[0]) | UInt64(words[1]) << 32
}
