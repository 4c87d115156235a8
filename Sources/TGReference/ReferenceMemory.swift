internal import TGExecution
internal import TGPlan
internal import TGTensor

/// The memory of a function (spec/plan.md §3): the bytes of the arena, zero at first, and the weights
/// where they are.
struct ReferenceMemory {
  private let slots: [Slot]
  private let weights: WeightSection
  private var arena: [UInt8]

  /// Takes the arena of a function.
  ///
  /// - Throws: `unsound` if a slot lies outside its memory.
  init(_ function: PlanFunction, weights: WeightSection) throws(RuntimeError) {
    try function.demandSoundSlots(weightBytes: weights.count)
    slots = function.slots
    self.weights = weights
    arena = [UInt8](repeating: 0, count: function.arenaBytes)
  }

  /// Refuses a view with an element outside its slot, one of a type that nothing executes, and one of
  /// weights that is to be written.
  ///
  /// - Throws: `unsound`.
  func demand(_ view: View, writing: Bool = false) throws(RuntimeError) {
    guard slots.indices.contains(view.slot) else { throw .unsound("a view of no slot") }
    guard !writing || slots[view.slot].kind != .weight else {
      throw .unsound("weights are read-only")
    }
    guard slots[view.slot].kind == .weight ? view.dtype.isStored : view.dtype.isComputed else {
      throw .unsound("\(view.dtype) are not computed")
    }
    guard view.lies(in: slots[view.slot]) else {
      throw .unsound("a view leaves slot \(view.slot)")
    }
  }

  /// What a view sees, as numbers; truths as 1 and 0.
  func read(_ view: View) -> Grid {
    let (slot, width) = (slots[view.slot], view.dtype.granuleBytes)
    let numbers = positions(of: view).map { position -> Double in
      let element = view.dtype == .bits ? position / DType.wordBits : position
      let word = word(
        at: slot.offset + width * element, width: width, isWeight: slot.kind == .weight)
      return switch view.dtype {
      case .int32: Double(Int32(bitPattern: word))
      case .bits: Double(word >> UInt32(position % DType.wordBits) & 1)
      case .float16: Double(Float16(bitPattern: UInt16(word)))
      default: Double(Float(bitPattern: word))
      }
    }
    return Grid(view.dimensions, numbers)
  }

  /// Stores numbers where a view sees them: rounded to float32; of int32 whole ones, and the least for
  /// what is none; of bits whether they are 0. Bits that pad a row become 0.
  mutating func write(_ numbers: Grid, to view: View) {
    let offset = slots[view.slot].offset
    for (position, number) in zip(positions(of: view), numbers.elements) {
      switch view.dtype {
      case .int32:
        let whole = Int32(exactly: number) ?? .min
        put(UInt32(bitPattern: whole), at: offset + 4 * position, width: 4)
      case .bits:
        let (word, bit) = position.quotientAndRemainder(dividingBy: DType.wordBits)
        let others = bit == 0 ? 0 : self.word(at: offset + 2 * word, width: 2, isWeight: false)
        put(others | (number == 0 ? 0 : 1 << UInt32(bit)), at: offset + 2 * word, width: 2)
      default: put(Float(number).bitPattern, at: offset + 4 * position, width: 4)
      }
    }
  }

  private func word(at byte: Int, width: Int, isWeight: Bool) -> UInt32 {
    (0..<width).reversed().reduce(0) { word, index in
      word << 8 | UInt32(isWeight ? weights.byte(at: byte + index) : arena[byte + index])
    }
  }

  private mutating func put(_ word: UInt32, at byte: Int, width: Int) {
    for index in 0..<width {
      arena[byte + index] = UInt8(truncatingIfNeeded: word >> (8 * UInt32(index)))
    }
  }

  /// Where the elements of a view lie in their slot, row-major.
  private func positions(of view: View) -> [Int] {
    var positions = [view.offset]
    for (extent, stride) in zip(view.dimensions, view.strides) {
      positions = positions.flatMap { start in (0..<extent).map { start + $0 * stride } }
    }
    return positions
  }
}
