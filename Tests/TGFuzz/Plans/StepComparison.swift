import TGPlan
import TGTensor

/// What the results of one instruction on several targets are held against.
struct StepComparison {
  private let placed: PlacedInstruction
  private let output: View
  private let slot: Slot
  private let bound: ErrorBound

  /// Looks at the operands.
  init(of placed: PlacedInstruction, in function: PlanFunction, from memory: PlanMemory) {
    self.placed = placed
    output = placed.instruction.output
    slot = function.slots[output.slot]
    bound = ErrorBound(of: placed.instruction) { view in
      memory.magnitude(view, in: function.slots[view.slot])
    }
  }

  /// True if something can be said. Whole numbers and bits are the same whatever they are made of.
  var isTold: Bool { bound.isFinite || output.dtype != .float32 }

  /// Ends the program unless two arenas hold the same result.
  func demandSame(
    _ base: (name: String, arena: [UInt32]), as other: (name: String, arena: [UInt32])
  ) {
    for place in output.places(in: slot) {
      let mask: UInt32 = output.dtype == .bits ? 1 << UInt32(place % 32) : .max
      let (x, y) = (base.arena[place / 32] & mask, other.arena[place / 32] & mask)
      guard x != y else { continue }
      guard output.dtype == .float32 else {
        fail(
          "\(placed.label): \(other.name) gives \(hex(y)), \(base.name) \(hex(x)) at place "
            + "\(place): \(placed.instruction)")
      }
      let (a, b) = (Float(bitPattern: x), Float(bitPattern: y))
      demand(
        Double((a - b).magnitude) <= bound.error || a.isNaN && b.isNaN,
        "\(placed.label): \(other.name) gives \(b), \(base.name) \(a), bound \(bound.error): "
          + "\(placed.instruction)")
    }
  }

  /// Ends the program unless bits that fill up rows of the result are 0.
  func demandZeroPadding(_ arena: [UInt32]) {
    guard output.dtype == .bits else { return }
    var (elements, rows) = (arena.map { _ in UInt32(0) }, arena.map { _ in UInt32(0) })
    output.mark(&elements, in: slot, padding: false)
    output.mark(&rows, in: slot, padding: true)
    for word in arena.indices {
      demand(
        arena[word] & rows[word] & ~elements[word] == 0,
        "\(placed.label): bits that pad a row are set in word \(word): \(placed.instruction)")
    }
  }
}
