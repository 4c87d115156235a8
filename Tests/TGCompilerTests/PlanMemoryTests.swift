import TGCompiler
import TGPlan
import TGTestSupport
import Testing

/// Random claims never share memory while both live, and the arena is no larger than it must be for
/// simple shapes.
@Suite struct PlanMemoryTests {
  @Test(arguments: 0..<200)
  func neverOverlapsInTimeAndSpace(seed: Int) {
    var numbers = SeededNumbers(seed: UInt64(seed))
    let steps = Int.random(in: 1...40, using: &numbers)
    let claims = (0..<Int.random(in: 1...60, using: &numbers)).map { _ in
      let start = Int.random(in: 0..<steps, using: &numbers)
      let end = Int.random(in: start..<steps, using: &numbers)
      return PlanMemory.Claim(
        byteCount: Int.random(in: 0...2000, using: &numbers), lifetime: start...end)
    }
    let (offsets, size) = PlanMemory.offsets(for: claims)
    for (i, a) in claims.enumerated() {
      #expect(offsets[i] % Slot.alignment == 0, "seed \(seed)")
      #expect(offsets[i] >= 0 && offsets[i] + a.byteCount <= size, "seed \(seed)")
      for j in 0..<i where claims[j].lifetime.overlaps(a.lifetime) {
        let apart =
          offsets[i] + a.byteCount <= offsets[j] || offsets[j] + claims[j].byteCount <= offsets[i]
        #expect(
          apart || a.byteCount == 0 || claims[j].byteCount == 0, "seed \(seed): \(i) and \(j)")
      }
    }
    // At no step can the arena be smaller than what lives then.
    let lowerBound =
      (0..<steps).map { step in
        claims.filter { $0.lifetime.contains(step) }.reduce(0) { $0 + $1.byteCount }
      }.max() ?? 0
    #expect(size >= lowerBound, "seed \(seed)")
  }

  @Test func aChainNeedsItsTwoLargestNeighbours() {
    let claims = [256, 128, 512, 64, 64].enumerated().map { index, count in
      PlanMemory.Claim(byteCount: count, lifetime: index...(index + 1))
    }
    #expect(PlanMemory.offsets(for: claims).size == 640)
  }

  @Test func claimsThatNeverMeetShareEverything() {
    let claims = (0..<10).map { PlanMemory.Claim(byteCount: 400, lifetime: $0...$0) }
    #expect(PlanMemory.offsets(for: claims).size == 448)
  }

  @Test func noClaimsNeedNothing() { #expect(PlanMemory.offsets(for: []).size == 0) }
}
