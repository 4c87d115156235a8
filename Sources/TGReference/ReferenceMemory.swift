internal import TGExecution
internal import TGPlan
internal import TGTensor

/// The memory of a function (spec/plan.md §3): an array for the arena, zero at first, and the weights
/// where they are.
struct ReferenceMemory {
  private let slots: [Slot]
  private let weights: WeightSection
  private var arena: [Float]

  /// Takes the arena of a function.
  ///
  /// - Throws: `unsound` if a slot lies outside its memory.
  init(_ function: PlanFunction, weights: WeightSection) throws(RuntimeError) {
    try function.demandSoundSlots(weightBytes: weights.count)
    slots = function.slots
    self.weights = weights
    arena = [Float](repeating: 0, count: function.arenaElements)
  }

  /// Refuses a view with an element outside its slot, and one of weights that is to be written.
  ///
  /// - Throws: `unsound`.
  func demand(_ view: View, writing: Bool = false) throws(RuntimeError) {
    guard slots.indices.contains(view.slot) else { throw .unsound("a view of no slot") }
    guard !writing || slots[view.slot].kind != .weight else {
      throw .unsound("weights are read-only")
    }
    guard view.lies(in: slots[view.slot].count) else {
      throw .unsound("a view leaves slot \(view.slot)")
    }
  }

  /// What a view sees.
  func read(_ view: View) -> Grid {
    let isWeight = slots[view.slot].kind == .weight
    return Grid(
      view.dimensions,
      positions(of: view).map { Double(isWeight ? weights.number(at: $0) : arena[$0]) })
  }

  /// Stores numbers, rounded, where a view sees them.
  mutating func write(_ numbers: Grid, to view: View) {
    for (position, number) in zip(positions(of: view), numbers.elements) {
      arena[position] = Float(number)
    }
  }

  /// Where the elements of a view lie in the arena or in the weights, row-major.
  private func positions(of view: View) -> [Int] {
    var positions = [slots[view.slot].offset + view.offset]
    for (extent, stride) in zip(view.dimensions, view.strides) {
      positions = positions.flatMap { start in (0..<extent).map { start + $0 * stride } }
    }
    return positions
  }
}
