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

  /// Two picture-sized values side by side, then a larger one with half of it, and a result that stays: by
  /// size alone they end at 1.16 times the least.
  @Test func whatIsInTheWayAtTheEndIsPlacedFirst() {
    let claims = [
      (1600, 0...20), (6144, 1...9), (12288, 3...4), (6144, 4...5), (12288, 6...7), (6144, 7...8),
      (16384, 9...10), (8192, 10...11),
    ].map { PlanMemory.Claim(byteCount: 1024 * $0.0, lifetime: $0.1) }
    #expect(PlanMemory.offsets(for: claims).size == 1024 * (16384 + 8192 + 1600))
  }

  /// A rectangle of bytes and time cut into claims without a gap: the arena can be as high as the rectangle.
  @Test(arguments: 0..<60)
  func claimsThatFitWithoutGapsWasteLittle(seed: Int) {
    var numbers = SeededNumbers(seed: UInt64(seed))
    var (rows, times): ([Range<Int>], [Range<Int>]) = ([0..<40], [0..<40])
    while rows.count < 30 {
      let index = Int.random(in: 0..<rows.count, using: &numbers)
      let isAcross = Bool.random(using: &numbers)
      let cut = isAcross ? rows[index] : times[index]
      guard cut.count > 1 else { continue }
      let middle = Int.random(in: cut.lowerBound + 1..<cut.upperBound, using: &numbers)
      let (before, after) = (cut.lowerBound..<middle, middle..<cut.upperBound)
      rows.append(isAcross ? after : rows[index])
      times.append(isAcross ? times[index] : after)
      if isAcross { rows[index] = before } else { times[index] = before }
    }
    let claims = zip(rows, times).map { rows, times in
      PlanMemory.Claim(
        byteCount: Slot.alignment * rows.count,
        lifetime: times.lowerBound...times.upperBound - 1)
    }
    let size = PlanMemory.offsets(for: claims).size
    #expect(size >= 40 * Slot.alignment)
    #expect(size <= 42 * Slot.alignment, "seed \(seed): more than a twentieth is lost")
  }

  @Test func claimsThatNeverMeetShareEverything() {
    let claims = (0..<10).map { PlanMemory.Claim(byteCount: 400, lifetime: $0...$0) }
    #expect(PlanMemory.offsets(for: claims).size == 448)
  }

  @Test func noClaimsNeedNothing() { #expect(PlanMemory.offsets(for: []).size == 0) }
}
