internal import TGTensor

/// When each slot of a function holds something, recomputed from its instructions.
///
/// Times are instruction numbers; -1 is before the first, where inputs are written, and the number
/// of instructions is after the last, where outputs are read. The slots that instructions name
/// exist.
package struct SlotLifetimes: Sendable {
  /// From the first to the last use of each slot, both included; nil for a slot never used.
  package private(set) var ranges: [ClosedRange<Int>?]
  /// The first operand that reads an arena slot before anything is written to it.
  package private(set) var unwritten: (instruction: Int, role: ViewRole, slot: Int)?

  /// Walks over a function once.
  package init(of function: PlanFunction) {
    ranges = [ClosedRange<Int>?](repeating: nil, count: function.slots.count)
    let end = function.instructions.count
    for (index, slot) in function.slots.enumerated() where slot.kind == .state {
      ranges[index] = -1...end
    }
    for item in function.inputs {
      touch(item.view.slot, at: -1)
      if let lengths = item.lengths { touch(lengths.slot, at: -1) }
    }
    for (time, placed) in function.instructions.enumerated() {
      let views = placed.instruction.namedViews
      for view in views where view.access != .written { read(view, at: time, in: function) }
      for view in views where view.access == .written { touch(view.view.slot, at: time) }
    }
    for item in function.outputs {
      read(NamedView(role: .values, view: item.view), at: end, in: function)
      if let lengths = item.lengths {
        read(NamedView(role: .lengths, view: lengths), at: end, in: function)
      }
    }
  }

  private mutating func read(_ operand: NamedView, at time: Int, in function: PlanFunction) {
    let slot = operand.view.slot
    if ranges[slot] == nil, function.slots[slot].kind == .arena, unwritten == nil {
      unwritten = (time, operand.role, slot)
    }
    touch(slot, at: time)
  }

  private mutating func touch(_ slot: Int, at time: Int) {
    ranges[slot] = (ranges[slot]?.lowerBound ?? time)...time
  }

  /// Two slots outside the weight section that hold something at one time and overlap in memory;
  /// nil if there are none. Costs O(n log n).
  package func conflict(in function: PlanFunction) -> (first: Int, second: Int)? {
    let used = function.slots.indices.filter {
      function.slots[$0].kind != .weight && ranges[$0] != nil
    }
    let sorted = used.sorted { left, right in
      (function.slots[left].offset, left) < (function.slots[right].offset, right)
    }
    var begin: [(time: Int, rank: Int)] = []
    var finish: [(time: Int, rank: Int)] = []
    for (rank, slot) in sorted.enumerated() {
      guard let range = ranges[slot] else { continue }
      begin.append((range.lowerBound, rank))
      finish.append((range.upperBound, rank))
    }
    begin.sort { $0 < $1 }
    finish.sort { $0 < $1 }

    // Slots alive, none overlapping another, by rank: a newcomer can only overlap the nearest ones.
    var alive = RankSet(count: sorted.count)
    var ended = 0
    for (time, rank) in begin {
      while finish[ended].time < time {
        alive.remove(finish[ended].rank)
        ended += 1
      }
      let slot = function.slots[sorted[rank]]
      if let below = alive.last(below: rank) {
        let other = function.slots[sorted[below]]
        if other.offset + other.byteCount > slot.offset { return (sorted[below], sorted[rank]) }
      }
      if let above = alive.first(from: rank) {
        if slot.offset + slot.byteCount > function.slots[sorted[above]].offset {
          return (sorted[rank], sorted[above])
        }
      }
      alive.insert(rank)
    }
    return nil
  }
}

/// A set of small numbers with neighbours found in O(log n): a tree of bit words.
struct RankSet {
  private var levels: [[UInt64]] = []

  /// Makes an empty set of numbers in `0 ..< count`.
  init(count: Int) {
    var size = count
    repeat {
      size = (size + 63) / 64
      levels.append([UInt64](repeating: 0, count: max(size, 1)))
    } while size > 1
  }

  /// Adds a number.
  mutating func insert(_ number: Int) {
    var index = number
    for level in levels.indices {
      levels[level][index / 64] |= 1 << UInt64(index % 64)
      index /= 64
    }
  }

  /// Takes a number out.
  mutating func remove(_ number: Int) {
    var index = number
    for level in levels.indices {
      levels[level][index / 64] &= ~(1 << UInt64(index % 64))
      guard levels[level][index / 64] == 0 else { return }
      index /= 64
    }
  }

  /// The largest member below a number.
  func last(below number: Int) -> Int? {
    var index = number
    for level in levels.indices {
      let bits = levels[level][min(index / 64, levels[level].count - 1)]
      let below =
        index / 64 < levels[level].count ? bits & ((1 << UInt64(index % 64)) - 1) : bits
      if below != 0 {
        var found = min(index / 64, levels[level].count - 1) * 64 + 63 - below.leadingZeroBitCount
        for inner in (0..<level).reversed() {
          found = found * 64 + 63 - levels[inner][found].leadingZeroBitCount
        }
        return found
      }
      index /= 64
    }
    return nil
  }

  /// The smallest member not below a number.
  func first(from number: Int) -> Int? {
    var index = number
    for level in levels.indices {
      if index / 64 < levels[level].count {
        let above = levels[level][index / 64] & ~((1 << UInt64(index % 64)) - 1)
        if above != 0 {
          var found = index / 64 * 64 + above.trailingZeroBitCount
          for inner in (0..<level).reversed() {
            found = found * 64 + levels[inner][found].trailingZeroBitCount
          }
          return found
        }
      }
      index = index / 64 + 1
    }
    return nil
  }
}
