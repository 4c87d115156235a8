import TGPlan
import TGTensor

/// Puts results where operands that die with them lie: a map or an epilogue that reads a slot for the
/// last time, position by position as it writes, writes to that slot.
///
/// Applies where result and operand are equal views that cover their slots, the result is the first
/// thing its slot holds, and nothing else is read from the operand's slot by the same instruction: what
/// `PlanChecker` lets be equal (V4), and no copy before or after. The operand may be an input, which is
/// stored before each run, the result an output. Several results in a row may end up in one slot.
enum InPlace {
  /// The function with slots joined; those that are no longer named remain.
  static func joined(_ function: PlanFunction) -> PlanFunction {
    let lifetimes = SlotLifetimes(of: function).ranges
    func isArena(_ slot: Int) -> Bool { function.slots[slot].kind == .arena }
    var numbers = Array(function.slots.indices)
    var result = function
    for (time, placed) in function.instructions.enumerated() {
      let output = placed.instruction.output
      guard isArena(output.slot), lifetimes[output.slot]?.lowerBound == time,
        function.covers(output)
      else { continue }
      let read = placed.instruction.elementwiseOperands.map(\.view)
      let taken = Set(placed.instruction.freeOperands.map(\.view.slot))
      let dying = read.first { operand in
        operand.slot != output.slot && isArena(operand.slot)
          && lifetimes[operand.slot]?.upperBound == time
          && function.covers(operand) && operand.lies(as: output)
          && !taken.contains(operand.slot)
          && read.allSatisfy { $0.slot != operand.slot || $0.lies(as: output) }
      }
      guard let dying else { continue }
      numbers[output.slot] = numbers[dying.slot]
      result.instructions[time].instruction.updateViews { view in
        if view.slot == dying.slot { view.strides = output.strides }
      }
    }
    result.renumberSlots(numbers)
    return result
  }
}

extension PlanFunction {
  /// True if a view of distinct positions sees all of its slot.
  fileprivate func covers(_ view: View) -> Bool {
    view.count == slots[view.slot].count && view.hasDistinctPositions
  }
}

extension View {
  /// True if it sees the same positions of its slot in the same order; strides of axes of extent 1 say
  /// nothing.
  fileprivate func lies(as other: View) -> Bool {
    offset == other.offset && dimensions == other.dimensions && dtype == other.dtype
      && dimensions.indices.allSatisfy {
        dimensions[$0] == 1 || strides[$0] == other.strides[$0]
      }
  }
}
