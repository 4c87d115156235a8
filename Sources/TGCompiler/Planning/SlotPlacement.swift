import TGPlan

/// Where claims on memory lie: offsets such that no two that live at one time overlap, and the end of the
/// last is as low as a short search finds it.
///
/// Claims are placed one after the other, each into the lowest gap between those that live at the same
/// time, or behind them. Which one comes when decides how well this goes: largest first (Pisarchyk & Lee
/// 2020, greedy by size), largest product of size and time first, longest first. Nothing ends below the most
/// bytes that are alive at one time. As long as an order ends above, the claims that reach its top came too
/// late: they are placed before all others, and the rest again. Each time that this happens to a claim it
/// changes sides: into the lowest gap, or into the highest one below that least end.
///
/// The search counts comparisons, not time, so that the same claims get the same offsets everywhere.
struct SlotPlacement {
  /// Where each claim begins, in bytes, a multiple of `Slot.alignment`.
  private(set) var offsets: [Int]
  /// The end of the highest claim, in bytes.
  private(set) var size = Int.max
  /// The most bytes that are claimed at one time: nothing ends lower.
  let leastSize: Int

  private let claims: [PlanMemory.Claim]

  /// The most comparisons of claims for one order: some hundredths of a second.
  private static let mostComparisons = 20_000_000
  /// The most times that an order is changed.
  private static let mostTries = 100

  /// Places claims.
  init(_ claims: [PlanMemory.Claim]) {
    self.claims = claims.map { claim in
      let bytes = Slot.aligned(claim.byteCount) ?? claim.byteCount
      return PlanMemory.Claim(byteCount: bytes, lifetime: claim.lifetime)
    }
    leastSize = Self.mostBytesAlive(self.claims)
    offsets = [Int](repeating: 0, count: claims.count)
    for order in orders where size > leastSize { search(from: order) }
  }

  /// Tries an order, and those that come of placing first what reached the top.
  private mutating func search(from start: [Int]) {
    var order = start
    var isHigh = [Bool](repeating: false, count: claims.count)
    let tries = min(Self.mostTries, Self.mostComparisons / max(order.count * order.count, 1))
    for _ in 0...tries {
      let found = place(order, isHigh)
      if found.size < size { (offsets, size) = found }
      if size == leastSize { return }
      let reachesTop = order.map { found.offsets[$0] + claims[$0].byteCount == found.size }
      let highest = order.indices.filter { reachesTop[$0] }.map { order[$0] }
      order = highest + order.indices.filter { !reachesTop[$0] }.map { order[$0] }
      for claim in highest { isHigh[claim].toggle() }
    }
  }

  /// The orders to begin with; claims of no bytes lie anywhere.
  private var orders: [[Int]] {
    let keys: [(PlanMemory.Claim) -> (Int, Int)] = [
      { ($0.byteCount, $0.lifetime.count) },
      { ($0.byteCount * $0.lifetime.count, $0.byteCount) },
      { ($0.lifetime.count, $0.byteCount) },
    ]
    let claimed = claims.indices.filter { claims[$0].byteCount > 0 }
    return keys.map { key in
      claimed.sorted { left, right in
        let (first, second) = (key(claims[left]), key(claims[right]))
        let starts = (claims[left].lifetime.lowerBound, claims[right].lifetime.lowerBound)
        return (-first.0, -first.1, starts.0, left) < (-second.0, -second.1, starts.1, right)
      }
    }
  }

  /// Places claims in an order, some of them as high as `leastSize` lets them.
  private func place(_ order: [Int], _ isHigh: [Bool]) -> (offsets: [Int], size: Int) {
    var offsets = [Int](repeating: 0, count: claims.count)
    var placed: [Placed] = []  // by ascending offset
    var size = 0
    for index in order {
      let claim = claims[index]
      let high = isHigh[index] ? highest(for: claim, among: placed) : nil
      let offset = high ?? lowest(for: claim, among: placed)
      let end = offset + claim.byteCount
      offsets[index] = offset
      placed.insert(
        Placed(offset: offset, end: end, lifetime: claim.lifetime),
        at: placed.firstIndex { $0.offset > offset } ?? placed.count)
      size = max(size, end)
    }
    return (offsets, size)
  }

  private struct Placed {
    let offset: Int
    let end: Int
    let lifetime: ClosedRange<Int>
  }

  private func lowest(for claim: PlanMemory.Claim, among placed: [Placed]) -> Int {
    var offset = 0
    for other in placed where other.lifetime.overlaps(claim.lifetime) {
      if offset + claim.byteCount <= other.offset { break }
      offset = max(offset, other.end)
    }
    return offset
  }

  /// The highest offset in a gap that ends at or below `leastSize`; nil if there is none.
  private func highest(for claim: PlanMemory.Claim, among placed: [Placed]) -> Int? {
    // Gaps are looked at from below: ends do not ascend as offsets do.
    var (start, best): (Int, Int?) = (0, nil)
    for other in placed where other.lifetime.overlaps(claim.lifetime) {
      let end = min(other.offset, leastSize)
      if end - start >= claim.byteCount { best = end - claim.byteCount }
      start = max(start, other.end)
    }
    return leastSize - start >= claim.byteCount ? leastSize - claim.byteCount : best
  }

  /// The most bytes claimed at one time.
  private static func mostBytesAlive(_ claims: [PlanMemory.Claim]) -> Int {
    var changes: [Int: Int] = [:]
    for claim in claims {
      changes[claim.lifetime.lowerBound, default: 0] += claim.byteCount
      changes[claim.lifetime.upperBound + 1, default: 0] -= claim.byteCount
    }
    var (alive, most) = (0, 0)
    for time in changes.keys.sorted() {
      alive += changes[time] ?? 0
      most = max(most, alive)
    }
    return most
  }
}
