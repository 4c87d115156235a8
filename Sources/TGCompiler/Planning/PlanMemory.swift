import TGPlan
import TGTensor

/// Gives the arena slots of a function their offsets, from their lifetimes.
///
/// A slot lives from the first instruction that writes it to the last that touches it. Slots that
/// inputs, prepared values and outputs refer to live throughout: the host writes before the run and
/// reads after it.
/// Slots that never live at once may share memory; results take over the slots of operands that die
/// with them first (`InPlace`). Offsets are found greedily, largest slot first, each at the lowest
/// offset where it overlaps nothing that lives at the same time (Pisarchyk & Lee 2020, greedy by
/// size). Offsets and sizes are multiples of `Slot.alignment`.
package enum PlanMemory {
  /// A slot's claim: it needs `byteCount` bytes during the instructions of `lifetime`.
  package struct Claim: Hashable, Sendable {
    /// Bytes.
    package var byteCount: Int
    /// The first and last instruction.
    package var lifetime: ClosedRange<Int>

    /// Makes a claim.
    package init(byteCount: Int, lifetime: ClosedRange<Int>) {
      self.byteCount = byteCount
      self.lifetime = lifetime
    }
  }

  /// Offsets for claims, and the size of the arena, in bytes.
  package static func offsets(for claims: [Claim]) -> (offsets: [Int], size: Int) {
    let granule = Slot.alignment
    let rounded = claims.map { ($0.byteCount + granule - 1) / granule * granule }
    let order = claims.indices.sorted {
      (-rounded[$0], claims[$0].lifetime.lowerBound, $0)
        < (-rounded[$1], claims[$1].lifetime.lowerBound, $1)
    }
    var offsets = [Int](repeating: 0, count: claims.count)
    var placed: [Int] = []  // by ascending offset
    var size = 0
    for index in order where rounded[index] > 0 {
      var offset = 0
      for other in placed where claims[other].lifetime.overlaps(claims[index].lifetime) {
        if offset + rounded[index] <= offsets[other] { break }
        offset = max(offset, offsets[other] + rounded[other])
      }
      offsets[index] = offset
      placed.insert(index, at: placed.firstIndex { offsets[$0] > offset } ?? placed.count)
      size = max(size, offset + rounded[index])
    }
    return (offsets, size)
  }

  /// The function with arena slots placed and unused slots removed.
  static func planned(_ function: PlanFunction) -> PlanFunction {
    let function = InPlace.joined(function)
    var result = function
    let last = max(0, function.instructions.count - 1)
    let uses = SlotUses(function)
    let lifetimes = function.slots.indices.map { uses.interface.contains($0) ? 0...last : uses[$0] }
    var numbers = [Int](repeating: -1, count: function.slots.count)
    result.slots = []
    for (index, slot) in function.slots.enumerated() where lifetimes[index] != nil {
      numbers[index] = result.slots.count
      result.slots.append(slot)
    }
    result.renumberSlots(numbers)

    let arena = function.slots.indices.filter {
      function.slots[$0].kind != .weight && lifetimes[$0] != nil
    }
    let claims = arena.compactMap { index in
      lifetimes[index].map { Claim(byteCount: function.slots[index].byteCount, lifetime: $0) }
    }
    let (offsets, size) = offsets(for: claims)
    for (index, offset) in zip(arena, offsets) { result.slots[numbers[index]].offset = offset }
    result.arenaBytes = size
    return result
  }
}

extension PlanFunction {
  /// Gives slot `i` the number `numbers[i]`, wherever it is named.
  mutating func renumberSlots(_ numbers: [Int]) {
    for index in instructions.indices {
      instructions[index].instruction.updateViews { $0.slot = numbers[$0.slot] }
    }
    for index in inputs.indices { inputs[index].renumber(numbers) }
    for index in prepared.indices { prepared[index].renumber(numbers) }
    for index in outputs.indices { outputs[index].renumber(numbers) }
  }
}

extension InterfaceItem {
  fileprivate mutating func renumber(_ numbers: [Int]) {
    view.slot = numbers[view.slot]
    if let slot = lengths?.slot { lengths?.slot = numbers[slot] }
  }
}
