import TGPlan
import TGTensor

/// Gives the arena slots of a function their offsets, from their lifetimes.
///
/// A slot lives from the first to the last use that the plan's checker counts (`SlotLifetimes`): inputs
/// from before the first instruction, outputs until after the last, states always. Slots that never live
/// at once may share memory; results take over the slots of operands that die with them first
/// (`InPlace`). Where slots lie is chosen by `SlotPlacement`.
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

  /// Offsets for claims, and the size of the arena, in bytes; all multiples of `Slot.alignment`.
  package static func offsets(for claims: [Claim]) -> (offsets: [Int], size: Int) {
    let placement = SlotPlacement(claims)
    return (placement.offsets, placement.size)
  }

  /// The function with arena slots placed and unused slots removed.
  static func planned(_ function: PlanFunction) -> PlanFunction {
    let function = InPlace.joined(function)
    var result = function
    let lifetimes = SlotLifetimes(of: function).ranges
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
