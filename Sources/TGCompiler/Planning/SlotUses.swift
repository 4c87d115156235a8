import TGPlan
import TGTensor

/// When the instructions of a function touch each slot, and which slots only they do.
struct SlotUses: Sendable {
  /// From the first to the last instruction that touches a slot; nil of one that none touches.
  private var touched: [ClosedRange<Int>?]
  /// The slots that inputs, prepared values and outputs lie in.
  private(set) var interface: Set<Int> = []
  private let isArena: [Bool]

  init(_ function: PlanFunction) {
    touched = [ClosedRange<Int>?](repeating: nil, count: function.slots.count)
    isArena = function.slots.map { $0.kind == .arena }
    for (time, placed) in function.instructions.enumerated() {
      for slot in placed.instruction.views.map(\.slot) {
        touched[slot] = (touched[slot]?.lowerBound ?? time)...time
      }
    }
    for item in function.inputs + function.prepared + function.outputs {
      interface.insert(item.view.slot)
      if let lengths = item.lengths { interface.insert(lengths.slot) }
    }
  }

  /// From the first to the last instruction that touches a slot; nil if there is none.
  subscript(slot: Int) -> ClosedRange<Int>? { touched[slot] }

  /// Whether a slot is one of the arena that the host never sees.
  func isOwn(_ slot: Int) -> Bool { isArena[slot] && !interface.contains(slot) }
}
